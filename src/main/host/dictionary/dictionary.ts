import * as v from 'valibot';
import type { JsonFile } from '../settings/index.ts';
import { Names } from './names.ts';

/** Most libraries whose words are kept, most words that one has, and most forms of names. */
const MOST_LIBRARIES = 50;
const MOST_ADDED = 5000;
/** Chromium writes its whole dictionary for each word that it is told: these are the most frequent. */
const MOST_NAMES = 2000;
/** Milliseconds before the names of a library are looked for after it was opened, and after a change. */
const FIRST = 2000;
const AGAIN = 60_000;
/** So many times as long as it took is waited before it is done again: a large library takes seconds. */
const REST = 100;

const words = v.array(v.string());
/** What the writer added, by real path of the library; the newest last. */
export const addedSchema = v.record(v.string(), words);
/** The names that were found last: what was told at the end is told at the start. */
export const knownNamesSchema = v.object({ folder: v.string(), names: words });

export interface DictionaryOptions {
  readonly added: JsonFile<v.InferOutput<typeof addedSchema>>;
  readonly names: JsonFile<v.InferOutput<typeof knownNamesSchema>>;
  /** The library's manuscripts in pieces. Throws where they cannot be read as a whole. */
  readonly texts: () => AsyncIterable<string>;
  /** Hears all words whenever they are others; null where nobody wants to know. */
  readonly tell: ((words: readonly string[]) => void) | null;
  readonly log: (line: string) => void;
  readonly first?: number;
  readonly again?: number;
}

/** The words that are spelled right in the library that is open, beside those of its language. */
export class Dictionary {
  readonly #options: DictionaryOptions;
  #folder: string | null = null;
  #told: string | null = null;
  #timer: NodeJS.Timeout | undefined;
  #again: number;
  #looking: Promise<void> | null = null;
  #isClosed = false;

  constructor(options: DictionaryOptions) {
    this.#options = options;
    this.#again = options.again ?? AGAIN;
  }

  /** This library is open now. */
  open(folder: string): void {
    this.#folder = folder;
    this.#tell();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#lookIn(this.#options.first ?? FIRST);
  }

  /** Something in the library is another. */
  changed(): void {
    this.#lookIn(this.#again);
  }

  /** In the library that is open. */
  add(word: string): void {
    const folder = this.#folder;
    if (folder === null) return;
    const { added } = this.#options;
    const others = Object.entries(added.value).filter(([path]) => path !== folder);
    const own = [...this.#added().filter((known) => known !== word), word].slice(-MOST_ADDED);
    added.set(Object.fromEntries([...others.slice(1 - MOST_LIBRARIES), [folder, own]]));
    this.#tell();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#looking;
    await this.#options.added.flush();
    await this.#options.names.flush();
  }

  #added(): readonly string[] {
    const all = this.#options.added.value;
    return this.#folder !== null && Object.hasOwn(all, this.#folder) ? all[this.#folder]! : [];
  }

  #names(): readonly string[] {
    const { folder, names } = this.#options.names.value;
    return folder === this.#folder ? names : [];
  }

  #tell(): void {
    const all = [...new Set([...this.#added(), ...this.#names()])];
    const told = JSON.stringify([...all].sort());
    if (told === this.#told) return;
    this.#told = told;
    this.#options.tell?.(all);
  }

  /** Not sooner than it was to be done already, and never twice at a time. */
  #lookIn(delay: number): void {
    if (this.#options.tell === null || this.#isClosed) return;
    this.#timer ??= setTimeout(() => {
      const before = this.#looking ?? Promise.resolve();
      this.#looking = before
        .then(() => {
          this.#timer = undefined;
          return this.#look();
        })
        .catch((error: unknown) => this.#options.log(`Looking for names: ${String(error)}`));
    }, delay);
  }

  async #look(): Promise<void> {
    const { texts, names: file, again = AGAIN } = this.#options;
    const folder = this.#folder;
    const began = performance.now();
    const names = new Names();
    for await (const piece of texts()) {
      if (this.#isClosed || this.#folder !== folder) return;
      names.read(piece);
    }
    if (folder === null || this.#isClosed || this.#folder !== folder) return;
    this.#again = Math.max(again, REST * (performance.now() - began));
    // A copy: to the engine a long word is a view of its text, and would keep all of that in memory.
    file.set({ folder, names: structuredClone(names.found(MOST_NAMES)) });
    this.#tell();
  }
}
