import type { Places } from './places.ts';

/** Milliseconds between two looks: a folder that goes does not always say so. */
const EVERY = 2000;

export interface PresenceOptions {
  readonly places: Places;
  /** Documents that the library had: a folder that holds none of them is another one. */
  readonly documents: () => readonly string[];
  /** Hears the sentence for the writer. */
  readonly left: (sentence: string) => void;
  readonly returned: () => Promise<void>;
  readonly log: (line: string) => void;
}

/**
 * Looks after the library's folder itself. A stick is pulled, a share drops out, a folder is renamed, and
 * later it is back, on another device perhaps.
 */
export class Presence {
  readonly #options: PresenceOptions;
  #isAway = false;
  /** What watched the folder has lost it, however briefly. */
  #isLost = false;
  #isClosed = false;
  #looking: Promise<boolean> | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: PresenceOptions) {
    this.#options = options;
    this.#later();
  }

  /** Whether the folder is there now. Whoever waits has also waited for what its return means. */
  look(): Promise<boolean> {
    this.#looking ??= this.#look().finally(() => (this.#looking = null));
    return this.#looking;
  }

  /** The folder went, and may be there again by the time one looks. */
  lost(): void {
    this.#isLost = true;
    this.#later(0);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#looking;
  }

  async #look(): Promise<boolean> {
    const { places, documents, left, returned, log } = this.#options;
    const why = await places.away();
    const isHere = why === null || (await places.recognise(documents()));
    if (!isHere) {
      if (!this.#isAway) left(why.message);
      this.#isAway = true;
      return false;
    }
    if (!this.#isAway && !this.#isLost) return true;
    this.#isAway = false;
    this.#isLost = false;
    await returned().catch((error: unknown) => log(`The library is back: ${String(error)}`));
    return true;
  }

  #later(delay = EVERY): void {
    clearTimeout(this.#timer);
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => {
      this.look()
        .catch((error: unknown) => this.#options.log(`Looking for the library: ${String(error)}`))
        .finally(() => this.#later());
    }, delay);
    this.#timer.unref();
  }
}
