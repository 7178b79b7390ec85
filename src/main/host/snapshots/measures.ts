import fs from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { isUserError } from '../../../shared/errors.ts';
import { countWords } from '../../../shared/words.ts';
import { writeAtomic } from '../../files/atomic.ts';
import { slices } from '../slices.ts';
import { MEASURES, type Listed, type Store } from './store.ts';
import { wordChange, type WordChange } from './word-change.ts';

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const fileSchema = v.object({
  words: v.record(v.string(), count),
  changes: v.record(v.string(), v.object({ added: count, removed: count })),
});

const pairOf = (older: string, newer: string): string => `${older} ${newer}`;

export interface Measured {
  readonly words: number | null;
  readonly change: WordChange | null;
}

/**
 * The words of the snapshots of one document, and what changed from one to the next. Counting takes a while,
 * so it is done in the background, in slices, and kept in a file that can be made again.
 */
export class Measures {
  readonly #store: Store;
  readonly #words = new Map<string, number>();
  readonly #changes = new Map<string, WordChange>();
  #read = false;

  constructor(store: Store) {
    this.#store = store;
  }

  /** What is known of one of `listed`, newest first; the oldest has no change. */
  async of(listed: readonly Listed[], index: number): Promise<Measured> {
    await this.#readFile();
    const { sha256 } = listed[index]!;
    const older = listed[index + 1];
    return {
      words: this.#words.get(sha256) ?? null,
      change: older ? (this.#changes.get(pairOf(older.sha256, sha256)) ?? null) : null,
    };
  }

  /** Counts what is missing, the newest first. Gives whether there was anything. */
  async complete(listed: readonly Listed[], stopped: () => boolean): Promise<boolean> {
    await this.#readFile();
    let found = false;
    // Each text is compared with two others, one after the other.
    let last: { readonly sha256: string; readonly text: string } | null = null;
    const read = async (sha256: string): Promise<string> => {
      if (last?.sha256 !== sha256) last = { sha256, text: (await this.#store.read(sha256)).text };
      return last.text;
    };
    for (const [index, { sha256 }] of listed.entries()) {
      if (stopped()) return false;
      const older = listed[index + 1]?.sha256;
      try {
        if (!this.#words.has(sha256)) {
          this.#words.set(sha256, await wordsIn(await read(sha256)));
          found = true;
        }
        if (older === undefined || this.#changes.has(pairOf(older, sha256))) continue;
        const newer = await read(sha256);
        this.#changes.set(pairOf(older, sha256), await wordChange(await read(older), newer));
        found = true;
      } catch (error) {
        // A damaged one has no figures; whoever opens it is told.
        if (!isUserError(error)) throw error;
      }
    }
    if (found) await this.#write(listed);
    return found;
  }

  async #readFile(): Promise<void> {
    if (this.#read) return;
    this.#read = true;
    try {
      const text = await fs.readFile(join(this.#store.folder, MEASURES), 'utf8');
      const { words, changes } = v.parse(fileSchema, JSON.parse(text));
      for (const [sha256, n] of Object.entries(words)) this.#words.set(sha256, n);
      for (const [pair, change] of Object.entries(changes)) this.#changes.set(pair, change);
    } catch {
      // Not there, or damaged: everything in it can be counted again.
    }
  }

  async #write(listed: readonly Listed[]): Promise<void> {
    const there = new Set(listed.map(({ sha256 }) => sha256));
    const words = [...this.#words].filter(([sha256]) => there.has(sha256));
    const changes = [...this.#changes].filter(([pair]) =>
      pair.split(' ').every((sha256) => there.has(sha256)),
    );
    const kept = { words: Object.fromEntries(words), changes: Object.fromEntries(changes) };
    await writeAtomic(join(this.#store.folder, MEASURES), [
      Buffer.from(JSON.stringify(kept), 'utf8'),
    ]);
  }
}

async function wordsIn(text: string): Promise<number> {
  let words = 0;
  for await (const slice of slices(text)) words += countWords(slice);
  return words;
}
