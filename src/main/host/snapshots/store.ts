import fs from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as v from 'valibot';
import { isUserError, UserError } from '../../../shared/errors.ts';
import { codeOf, isLeftover, syncFolder, writeAtomic } from '../../files/atomic.ts';
import type { Version } from '../documents/index.ts';
import {
  fileNameOf,
  fileOf,
  pack,
  parseFileName,
  readHead,
  readText,
  withHead,
  type FileName,
  type Head,
  type Unpacked,
} from './file.ts';

/** One snapshot in the folder of its document. */
export interface Kept extends FileName {
  readonly bytes: number;
}

export interface Listed extends Kept {
  readonly head: Head;
}

export interface Taking extends Version {
  readonly name: string | null;
  /** Milliseconds since 1970. */
  readonly at: number;
}

const PLACE = 'place.json';
/** Written by Measures. */
export const MEASURES = 'measures.json';
const placeSchema = v.object({
  place: v.string(),
  /** When its document was put into the trash, in milliseconds since 1970. */
  trashed: v.nullable(v.number()),
});

/** The snapshots of one document: a folder. Its calls must not overlap. */
export class Store {
  readonly folder: string;
  /** Where the document is, or was. */
  place: string;
  /** When its document was put into the trash; null where it was not. */
  trashed: number | null;
  /** By the hash of their text. */
  readonly #kept = new Map<string, Kept>();
  readonly #heads = new Map<string, Head>();

  private constructor(folder: string, place: string, trashed: number | null) {
    this.folder = folder;
    this.place = place;
    this.trashed = trashed;
  }

  static async create(folder: string, place: string): Promise<Store> {
    await fs.mkdir(folder, { recursive: true, mode: 0o700 });
    await syncFolder(dirname(folder));
    const store = new Store(folder, place, null);
    await store.#writePlace();
    return store;
  }

  /** Null where the folder holds no snapshots. What an interrupted write left is removed. */
  static async open(folder: string): Promise<Store | null> {
    const store = new Store(folder, '', null);
    const names = await fs.readdir(folder);
    for (const name of names) {
      const path = join(folder, name);
      if (isLeftover(name)) await fs.rm(path, { force: true });
      const parsed = parseFileName(name);
      if (!parsed) continue;
      const { size } = await fs.stat(path);
      const twin = store.#kept.get(parsed.sha256);
      // Taken again, and ended before the older file was removed.
      if (twin) await fs.rm(join(folder, fileNameOf(twin.at < parsed.at ? twin : parsed)));
      if (!twin || twin.at < parsed.at) store.#kept.set(parsed.sha256, { ...parsed, bytes: size });
    }
    if (store.#kept.size === 0) {
      const isOurs = names.every((name) => name === PLACE || name === MEASURES || isLeftover(name));
      if (isOurs) await fs.rm(folder, { recursive: true });
      return null;
    }
    return (await store.#readPlace()) ? store : null;
  }

  get kept(): readonly Kept[] {
    return [...this.#kept.values()];
  }

  get size(): number {
    return this.#kept.size;
  }

  get bytes(): number {
    let sum = 0;
    for (const { bytes } of this.#kept.values()) sum += bytes;
    return sum;
  }

  get newest(): Kept | null {
    return this.kept.reduce<Kept | null>((a, b) => (a && a.at > b.at ? a : b), null);
  }

  has(sha256: string): boolean {
    return this.#kept.has(sha256);
  }

  /** Its document is at another place now, or in the trash. */
  async move(place: string, trashed: number | null): Promise<void> {
    this.place = place;
    this.trashed = trashed;
    await this.#writePlace();
  }

  /** Gives the hash of the text. A text that is here already is not kept twice, but counts as taken now. */
  async take({ text, runs, form, cause, name, at }: Taking): Promise<string> {
    const packed = await pack(text, form, runs);
    const { sha256 } = packed;
    const there = this.#kept.get(sha256);
    if (there && (there.kept || there.at === this.newest?.at)) {
      if (name !== null) await this.name(sha256, name);
      return sha256;
    }
    const head = { cause, name, place: this.place };
    await this.#write({ at, sha256, kept: name !== null }, head, await fileOf(head, packed));
    if (there) await fs.rm(join(this.folder, fileNameOf(there)), { force: true });
    return sha256;
  }

  /** Newest first, and how many cannot be read. */
  async list(): Promise<{ readonly listed: readonly Listed[]; readonly damaged: number }> {
    const listed: Listed[] = [];
    let damaged = 0;
    for (const kept of this.kept) {
      try {
        listed.push({ ...kept, head: await this.#headOf(kept) });
      } catch {
        // Said by their number: each is one text of many, and the others are whole.
        damaged++;
      }
    }
    return { listed: listed.sort((a, b) => b.at - a.at), damaged };
  }

  /** Throws UserError. */
  read(sha256: string): Promise<Unpacked> {
    return readText(this.#pathOf(this.#find(sha256)), sha256);
  }

  /** Null takes the name away. Throws UserError. */
  async name(sha256: string, name: string | null): Promise<void> {
    const there = this.#find(sha256);
    const head = { ...(await this.#headOf(there)), name };
    const renamed = { ...there, kept: name !== null };
    await this.#write(renamed, head, await withHead(this.#pathOf(there), head));
    if (there.kept !== renamed.kept) await fs.rm(this.#pathOf(there), { force: true });
  }

  /** Throws UserError. */
  async remove(sha256: string): Promise<void> {
    const there = this.#find(sha256);
    await fs.rm(this.#pathOf(there), { force: true });
    this.#kept.delete(sha256);
    this.#heads.delete(sha256);
  }

  /** Takes over what another folder holds; that one goes. Of a text that has a name in both, ours stays. */
  async join(other: Store): Promise<void> {
    for (const kept of other.kept) {
      const there = this.#kept.get(kept.sha256);
      if (!there) {
        const name = fileNameOf(kept);
        await fs.rename(join(other.folder, name), join(this.folder, name));
        this.#kept.set(kept.sha256, kept);
      } else if (kept.kept && !there.kept) {
        await this.name(kept.sha256, await other.#nameOf(kept));
      }
    }
    await other.destroy();
  }

  /** Null where it has none, or its file is damaged. */
  async #nameOf(kept: Kept): Promise<string | null> {
    try {
      return (await this.#headOf(kept)).name;
    } catch (error) {
      if (isUserError(error) && error.code === 'snapshot.damaged') return null;
      throw error;
    }
  }

  /** All of it. */
  async destroy(): Promise<void> {
    await fs.rm(this.folder, { recursive: true, force: true });
    this.#kept.clear();
  }

  async #write(name: FileName, head: Head, chunks: readonly Buffer[]): Promise<void> {
    await writeAtomic(join(this.folder, fileNameOf(name)), chunks);
    const bytes = chunks.reduce((sum, { length }) => sum + length, 0);
    const { at, sha256, kept } = name;
    this.#kept.set(sha256, { at, sha256, kept, bytes });
    this.#heads.set(sha256, head);
  }

  async #headOf(kept: Kept): Promise<Head> {
    const known = this.#heads.get(kept.sha256);
    if (known) return known;
    const head = await readHead(this.#pathOf(kept));
    this.#heads.set(kept.sha256, head);
    return head;
  }

  #find(sha256: string): Kept {
    const there = this.#kept.get(sha256);
    if (there) return there;
    throw new UserError(
      'snapshot.missing',
      'This snapshot is not there any more; choose another one.',
    );
  }

  #pathOf(kept: Kept): string {
    return join(this.folder, fileNameOf(kept));
  }

  #writePlace(): Promise<void> {
    const { place, trashed } = this;
    return writeAtomic(join(this.folder, PLACE), [
      Buffer.from(`${JSON.stringify({ place, trashed })}\n`, 'utf8'),
    ]);
  }

  /** Gives whether it is known whose snapshots these are: where the file is damaged, their heads say so. */
  async #readPlace(): Promise<boolean> {
    try {
      const text = await fs.readFile(join(this.folder, PLACE), 'utf8');
      Object.assign(this, v.parse(placeSchema, JSON.parse(text)));
      return true;
    } catch (error) {
      if (codeOf(error) !== undefined && codeOf(error) !== 'ENOENT') throw error;
    }
    const { listed } = await this.list();
    const [newest] = listed;
    if (!newest) return false;
    await this.move(newest.head.place, null);
    return true;
  }
}
