import type { Stats } from 'node:fs';
import fs from 'node:fs/promises';
import * as v from 'valibot';
import { readKnown, readTextFile } from '../documents/index.ts';
import { isUserError } from '../../../shared/errors.ts';
import { countWords } from '../../../shared/words.ts';
import { codeOf } from '../../files/atomic.ts';
import type { JsonFile } from '../settings/json-file.ts';

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
/** By real path: [modified in milliseconds, bytes, words]. */
export const wordsSchema = v.record(v.string(), v.tuple([v.number(), count, count]));
export type CountedWords = v.InferOutput<typeof wordsSchema>;

export interface Counted {
  readonly words: number;
  readonly fresh: boolean;
}

/** Most files whose counts are kept. */
const MOST = 20_000;

/** Words of files, counted once for each state of a file, one file at a time. */
export class WordCounts {
  readonly #file: JsonFile<CountedWords>;
  readonly #known: Map<string, readonly [number, number, number]>;

  constructor(file: JsonFile<CountedWords>) {
    this.#file = file;
    this.#known = new Map(Object.entries(file.value));
  }

  /** Words of a file as last counted, and whether that is still its state. */
  known(path: string, { mtimeMs, size }: Pick<Stats, 'mtimeMs' | 'size'>): Counted {
    if (size === 0) return { words: 0, fresh: true };
    const found = this.#known.get(path);
    if (!found) return { words: 0, fresh: false };
    return { words: found[2], fresh: found[0] === mtimeMs && found[1] === size };
  }

  /** Counts a file; what is no text has none. */
  async count(path: string): Promise<void> {
    try {
      const { mtimeMs, size } = await fs.stat(path);
      if (this.known(path, { mtimeMs, size }).fresh) return;
      const words = await wordsOf(path);
      this.#known.delete(path);
      this.#known.set(path, [mtimeMs, size, words]);
    } catch (error) {
      // Gone or not ours to read: the next look at the folder tells.
      if (codeOf(error) === undefined) throw error;
    }
  }

  /** Keeps the counts for the next start. */
  keep(): void {
    this.#file.set(Object.fromEntries([...this.#known].slice(-MOST)) as CountedWords);
  }

  flush(): Promise<void> {
    return this.#file.flush();
  }
}

async function wordsOf(path: string): Promise<number> {
  try {
    const found = await readKnown(path);
    return found ? countWords((await readTextFile(found.bytes, path)).text) : 0;
  } catch (error) {
    if (isUserError(error)) return 0;
    throw error;
  }
}
