import type { Session } from 'electron';
import { Pace } from '../host/pace.ts';

/**
 * Whether Chromium's dictionary of added words is its own. On macOS and Windows Electron writes into the
 * system's, which every program uses: a library's words have no business there.
 */
export const hasOwnDictionary = (system: NodeJS.Platform): boolean =>
  system !== 'darwin' && system !== 'win32';

export interface LibraryWordsOptions {
  readonly session: Pick<
    Session,
    | 'addWordToSpellCheckerDictionary'
    | 'listWordsInSpellCheckerDictionary'
    | 'removeWordFromSpellCheckerDictionary'
  >;
  readonly log: (line: string) => void;
}

/**
 * Keeps the words of the library that is open, and no others, in Chromium's dictionary. It outlives the
 * app, so what is in it is looked at each time; nobody but Understudy writes into it.
 */
export class LibraryWords {
  readonly #options: LibraryWordsOptions;
  #wanted: readonly string[] = [];
  #working = false;

  constructor(options: LibraryWordsOptions) {
    this.#options = options;
  }

  follow(words: readonly string[]): void {
    this.#wanted = words;
    if (this.#working) return;
    this.#working = true;
    this.#work().catch((error: unknown) =>
      this.#options.log(`The library's words: ${String(error)}`),
    );
  }

  /** Until the words that are wanted are still the same at the end. */
  async #work(): Promise<void> {
    try {
      for (let done: readonly string[] | null = null; done !== this.#wanted;) {
        done = this.#wanted;
        await this.#put(done);
      }
    } finally {
      this.#working = false;
    }
  }

  /** Differences alone: Chromium writes all of its words for each that comes or goes. */
  async #put(words: readonly string[]): Promise<void> {
    const { session } = this.#options;
    const there = new Set(await session.listWordsInSpellCheckerDictionary());
    const wanted = new Set(words);
    const pace = new Pace();
    for (const word of wanted) {
      if (this.#wanted !== words) return;
      if (there.has(word)) continue;
      session.addWordToSpellCheckerDictionary(word);
      if (pace.isDue) await pace.rest();
    }
    for (const word of there) {
      if (this.#wanted !== words) return;
      if (wanted.has(word)) continue;
      session.removeWordFromSpellCheckerDictionary(word);
      if (pace.isDue) await pace.rest();
    }
  }
}
