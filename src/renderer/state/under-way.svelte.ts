/** How far long work is. */
export interface Progress {
  readonly sentence: string;
  /** 0 to 1; null while nobody knows. */
  readonly share: number | null;
}

/** Work that takes long enough to be shown. */
export interface Work extends Progress {
  readonly id: number;
  readonly stop: () => void;
}

/** Milliseconds after which work is shown: a sign that is gone at once would only disturb. */
const SHOWN_AFTER = 500;

/** What the writer waits for, wherever in the room it began, and how it is stopped. */
export class UnderWay {
  list = $state.raw<readonly Work[]>([]);
  #next = 0;

  /**
   * Runs work that may take long. Gives null where it was stopped, also where the work then fails.
   *
   * @param work is given what tells how far it is, and what says that it was stopped
   */
  async run<T>(
    sentence: string,
    work: (tell: (progress: Progress) => void, signal: AbortSignal) => Promise<T>,
  ): Promise<T | null> {
    const abort = new AbortController();
    const id = this.#next++;
    let progress: Progress = { sentence, share: null };
    let shown = false;
    const show = (): void => {
      const entry: Work = { ...progress, id, stop: () => abort.abort() };
      this.list = this.list.some((other) => other.id === id)
        ? this.list.map((other) => (other.id === id ? entry : other))
        : [...this.list, entry];
    };
    const timer = setTimeout(() => {
      shown = true;
      show();
    }, SHOWN_AFTER);
    try {
      return await work((told) => {
        progress = told;
        if (shown) show();
      }, abort.signal);
    } catch (error) {
      if (abort.signal.aborted) return null;
      throw error;
    } finally {
      clearTimeout(timer);
      this.list = this.list.filter((other) => other.id !== id);
    }
  }
}
