import { setTimeout as wait } from 'node:timers/promises';
import { yieldNow } from '../system.ts';

/** Holds work back between its steps, for a while. */
export class Gate {
  #until = -Infinity;
  #changed = new AbortController();
  #held = 0;

  /** Milliseconds that work was held back. */
  get held(): number {
    return this.#held;
  }

  /** No step begins for so many milliseconds from now; 0 opens it. */
  close(milliseconds: number): void {
    this.#until = performance.now() + milliseconds;
    this.#changed.abort();
    this.#changed = new AbortController();
  }

  /** Lets other work run, and waits for as long as the gate is closed or until the signal. */
  async pass(signal?: AbortSignal): Promise<void> {
    await yieldNow();
    const began = performance.now();
    for (;;) {
      const left = this.#until - performance.now();
      if (left <= 0 || signal?.aborted) break;
      const changed = this.#changed.signal;
      const signals = signal ? AbortSignal.any([changed, signal]) : changed;
      await wait(left, undefined, { signal: signals }).catch((error: unknown) => {
        if (!signals.aborted) throw error;
      });
    }
    this.#held += performance.now() - began;
  }
}
