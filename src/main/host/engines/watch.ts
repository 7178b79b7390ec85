/** All in milliseconds. */
export interface Timing {
  /** Between two questions whether a busy process is alive. */
  readonly pingEvery: number;
  /** Without an answer for this long it is hung. */
  readonly hangLimit: number;
}

export interface Watched {
  /** Resolves with the answer. */
  readonly ping: () => Promise<unknown>;
  readonly hung: () => void;
}

/**
 * Asks a process whether it is alive for as long as it is busy. Silence is counted in questions, not by
 * the clock: after a computer slept, it has not been silent.
 */
export class Watch {
  readonly #timing: Timing;
  readonly #watched: Watched;
  #busy = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(timing: Timing, watched: Watched) {
    this.#timing = timing;
    this.#watched = watched;
  }

  get isBusy(): boolean {
    return this.#busy > 0;
  }

  /** Something was asked of the process; gives the function that says it was answered. */
  busy(): () => void {
    if (this.#busy++ === 0) this.#begin();
    let open = true;
    return () => {
      if (open && --this.#busy === 0) this.stop();
      open = false;
    };
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #begin(): void {
    const { pingEvery, hangLimit } = this.#timing;
    let silent = 0;
    let asked = false;
    this.#timer = setInterval(() => {
      if (asked && ++silent * pingEvery >= hangLimit) {
        this.stop();
        this.#watched.hung();
        return;
      }
      if (asked) return;
      asked = true;
      void this.#watched.ping().then(() => {
        asked = false;
        silent = 0;
      });
    }, pingEvery);
  }
}
