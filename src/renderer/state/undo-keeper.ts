/** Milliseconds of rest after which it is kept, and of typing at the latest. */
const REST = 2000;
const LATEST = 10_000;

export interface UndoKeeperOptions {
  /** The host has every edit. */
  readonly settled: () => boolean;
  /** What can be undone now, as text; null where there is nothing. */
  readonly history: () => string | null;
  readonly keep: (history: string) => Promise<unknown>;
}

/** Brings the undo history of one document to the host when the writer rests, for the next time it is opened. */
export class UndoKeeper {
  readonly #options: UndoKeeperOptions;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When the first edit came that it does not hold. */
  #since: number | null = null;

  constructor(options: UndoKeeperOptions) {
    this.#options = options;
  }

  edited(): void {
    const now = performance.now();
    this.#since ??= now;
    clearTimeout(this.#timer);
    const wait = Math.max(0, Math.min(REST, this.#since + LATEST - now));
    this.#timer = setTimeout(() => void this.keep(), wait);
  }

  /** At once. The host refuses nothing here that a writer should hear of: text does not hang on it. */
  async keep(): Promise<void> {
    if (this.#since === null) return;
    // On their way still: the history would belong to a text that the host does not have.
    if (!this.#options.settled()) return this.edited();
    clearTimeout(this.#timer);
    this.#since = null;
    const history = this.#options.history();
    if (history !== null) await this.#options.keep(history);
  }

  /** The document is closed. */
  end(): void {
    clearTimeout(this.#timer);
  }
}
