/** All in milliseconds. */
export interface Timing {
  /** Between two questions whether a busy process is alive. */
  readonly pingEvery: number;
  /** Without an answer for this long the writer is told. */
  readonly tellAfter: number;
  /** Without an answer for this long it is hung. */
  readonly hangLimit: number;
}

export interface Watched {
  /** Resolves with whether it answered; it cannot any more where it ended. */
  readonly ping: () => Promise<boolean>;
  /** No answer so far: a long piece of work, or it hangs. */
  readonly silent: () => void;
  /** An answer after all. */
  readonly answers: () => void;
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
    const { pingEvery, tellAfter, hangLimit } = this.#timing;
    let silence = 0;
    let asked = false;
    let told = false;
    const ask = async (): Promise<void> => {
      asked = true;
      if (!(await this.#watched.ping())) return;
      if (told) this.#watched.answers();
      silence = 0;
      asked = told = false;
    };
    this.#timer = setInterval(() => {
      if (!asked) {
        void ask();
        return;
      }
      silence += pingEvery;
      if (silence >= hangLimit) {
        this.stop();
        this.#watched.hung();
      } else if (silence >= tellAfter && !told) {
        told = true;
        this.#watched.silent();
      }
    }, pingEvery);
  }
}
