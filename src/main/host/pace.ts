import { setImmediate as turn } from 'node:timers/promises';

/** Milliseconds of work in one go: a key that comes meanwhile waits no longer. */
const SPELL = 4;

/** Lets everything else of the host have its turn in the midst of long work. */
export class Pace {
  #began = performance.now();

  /** Whether it is time to rest; cheap enough to be asked for each of many small things. */
  get isDue(): boolean {
    return performance.now() - this.#began >= SPELL;
  }

  async rest(): Promise<void> {
    await turn();
    this.#began = performance.now();
  }
}
