import type { Disposer } from '../../../shared/rpc/index.ts';
import type { Engines } from '../engines/index.ts';

/** Milliseconds for which training goes slowly after a sign of typing. */
const TYPING = 1500;
/** Milliseconds at a time while something streams: training goes on by itself where the end is missed. */
const STREAMING = 4000;

/** Holds the training back while a suggestion streams, and slows it down while the writer types. */
export class GiveWay {
  readonly #trainer: Engines['trainer'];
  readonly #log: (line: string) => void;
  #streams = 0;
  #renewal: ReturnType<typeof setInterval> | undefined;

  constructor({ trainer }: Pick<Engines, 'trainer'>, log: (line: string) => void) {
    this.#trainer = trainer;
    this.#log = log;
  }

  typing(): void {
    this.#ask('slow', TYPING);
  }

  /** Until the returned function is called. */
  streaming(): Disposer {
    if (this.#streams++ === 0) {
      this.#ask('wait', STREAMING);
      this.#renewal = setInterval(() => this.#ask('wait', STREAMING), STREAMING / 2);
    }
    let open = true;
    return () => {
      if (open && --this.#streams === 0) {
        this.dispose();
        this.#ask('wait', 0);
      }
      open = false;
    };
  }

  dispose(): void {
    clearInterval(this.#renewal);
  }

  #ask(how: 'wait' | 'slow', milliseconds: number): void {
    // A trainer that ends meanwhile is no longer in the way.
    this.#trainer
      .callIfRunning('giveWay', { how, milliseconds })
      ?.catch((error: unknown) => this.#log(`Giving way: ${String(error)}`));
  }
}
