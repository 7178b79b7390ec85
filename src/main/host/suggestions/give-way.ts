import type { Disposer } from '../../../shared/rpc/index.ts';
import type { Engines } from '../engines/index.ts';

/** Milliseconds that training waits after a sign of typing. */
const TYPING = 1500;
/** Milliseconds at a time while something streams: training goes on by itself where the end is missed. */
const STREAMING = 4000;

/** Holds the training back while a suggestion streams or the writer types. */
export class GiveWay {
  readonly #trainer: Engines['trainer'];
  readonly #log: (line: string) => void;
  #streams = 0;
  #renewal: ReturnType<typeof setInterval> | undefined;
  #typedAt = -Infinity;

  constructor({ trainer }: Pick<Engines, 'trainer'>, log: (line: string) => void) {
    this.#trainer = trainer;
    this.#log = log;
  }

  typing(): void {
    this.#typedAt = performance.now();
    if (this.#streams === 0) this.#ask(TYPING);
  }

  /** Until the returned function is called. */
  streaming(): Disposer {
    if (this.#streams++ === 0) {
      this.#ask(STREAMING);
      this.#renewal = setInterval(() => this.#ask(STREAMING), STREAMING / 2);
    }
    let open = true;
    return () => {
      if (open && --this.#streams === 0) {
        this.dispose();
        const left = this.#typedAt + TYPING - performance.now();
        this.#ask(Math.max(0, Math.ceil(left)));
      }
      open = false;
    };
  }

  dispose(): void {
    clearInterval(this.#renewal);
  }

  #ask(milliseconds: number): void {
    // A trainer that ends meanwhile is no longer in the way.
    this.#trainer
      .callIfRunning('giveWay', { milliseconds })
      ?.catch((error: unknown) => this.#log(`Giving way: ${String(error)}`));
  }
}
