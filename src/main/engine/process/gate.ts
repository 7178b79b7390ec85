import { setTimeout as wait } from 'node:timers/promises';
import type { Team } from '../../backends/backend.ts';
import { yieldNow } from '../system.ts';

/** Holds work back between its steps, for a while, or lets it through slowly. */
export class Gate {
  #slowUntil = -Infinity;
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

  /** Steps take half of the threads for so many milliseconds from now; 0 gives them all back. */
  slow(milliseconds: number): void {
    this.#slowUntil = performance.now() + milliseconds;
  }

  /**
   * Lets other work run, and waits for as long as the gate is closed or until the signal. Where the gate
   * is slow, only half of the team goes on.
   */
  async pass(signal?: AbortSignal, team?: Team): Promise<void> {
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
    const slow = performance.now() < this.#slowUntil;
    team?.useThreads(slow ? Math.ceil(team.threads / 2) : team.threads);
  }
}
