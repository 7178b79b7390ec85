const MOST = 3;
const WITHIN = 10 * 60_000;

/** Whether a process that died may be started again by itself: at most 3 times in 10 minutes. */
export class Restarts {
  readonly #now: () => number;
  #times: number[] = [];

  /** @param now milliseconds that only grow */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Takes one restart, if there is one left. */
  take(): boolean {
    const now = this.#now();
    this.#times = this.#times.filter((time) => now - time < WITHIN);
    if (this.#times.length >= MOST) return false;
    this.#times.push(now);
    return true;
  }
}
