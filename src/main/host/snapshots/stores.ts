import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import { join, sep } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { codeOf } from '../../files/atomic.ts';
import { noRuns } from '../../../shared/provenance/index.ts';
import type { Form } from '../documents/index.ts';
import { pack } from './file.ts';
import { Store, type Kept } from './store.ts';
import { beyond, thinned } from './thinning.ts';

/** How long the snapshots of a document stay that is in the trash, in milliseconds. */
const TRASHED_STAY = 60 * 24 * 3_600_000;
/** A text must have this many characters to tell whose it is. */
const TELLING = 20;

/** The snapshots of all documents, found by where the document is on the disk. Its calls must not overlap. */
export class Stores {
  readonly #root: string;
  readonly #log: (line: string) => void;
  readonly #stores = new Set<Store>();
  /** Folders to be opened: null before they are listed, then those that the disk did not give. */
  #closed: readonly string[] | null = null;

  constructor(root: string, log: (line: string) => void) {
    this.#root = root;
    this.#log = log;
  }

  /** What could not be opened is tried again each time: a disk that failed once may be well now. */
  async all(): Promise<ReadonlySet<Store>> {
    const first = this.#closed === null;
    const closed: string[] = [];
    for (const name of this.#closed ?? (await this.#folders())) {
      try {
        const store = await Store.open(join(this.#root, name));
        if (store) await this.#add(store);
      } catch (error) {
        closed.push(name);
        if (first) this.#log(`Snapshots in ${name}: ${String(error)}`);
      }
    }
    this.#closed = closed;
    return this.#stores;
  }

  async #folders(): Promise<readonly string[]> {
    await fs.mkdir(this.#root, { recursive: true, mode: 0o700 });
    const entries = await fs.readdir(this.#root, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  }

  /** Another one may have been begun for its document while it could not be opened. */
  async #add(store: Store): Promise<void> {
    const twin =
      store.trashed === null
        ? [...this.#stores].find(({ place, trashed }) => place === store.place && trashed === null)
        : undefined;
    if (twin) await twin.join(store);
    else this.#stores.add(store);
  }

  /**
   * The snapshots of the document at this place; null where there are none. `text` is the one it has now: by
   * it snapshots are found whose document was renamed by another program, or came back from the trash.
   */
  async find(place: string, text: string, form: Form): Promise<Store | null> {
    const stores = await this.all();
    for (const store of stores) if (store.place === place && store.trashed === null) return store;
    if (text.length < TELLING || stores.size === 0) return null;
    const { sha256 } = await pack(text, form, noRuns);
    for (const store of stores) {
      if (!store.has(sha256)) continue;
      if (store.trashed === null && (await isThere(store.place))) continue;
      await store.move(place, null);
      return store;
    }
    return null;
  }

  async create(place: string): Promise<Store> {
    await this.all();
    const folder = join(this.#root, randomBytes(12).toString('hex'));
    const store = await Store.create(folder, place);
    this.#stores.add(store);
    return store;
  }

  /** The document or folder at `from` is at `to` now. */
  async move(from: string, to: string): Promise<void> {
    for (const store of await this.#within(from)) {
      const place = to + store.place.slice(from.length);
      const there = [...(await this.all())].find(
        (other) => other !== store && other.place === place && other.trashed === null,
      );
      if (!there) await store.move(place, null);
      else {
        // Taken at the new place before this was told.
        await there.join(store);
        this.#stores.delete(store);
      }
    }
  }

  /** The document or folder was put into the trash. */
  async trash(place: string, at: number): Promise<void> {
    for (const store of await this.#within(place)) await store.move(store.place, at);
  }

  /** Removes what time makes superfluous, everywhere. */
  async tidy(now: number): Promise<void> {
    for (const store of await this.all()) {
      if (store.trashed !== null && now - store.trashed > TRASHED_STAY) {
        await store.destroy();
        this.#stores.delete(store);
      } else {
        await this.thin(store, now);
        await turn();
      }
    }
  }

  async thin(store: Store, now: number): Promise<void> {
    for (const { sha256 } of thinned(store.kept, now)) await store.remove(sha256);
  }

  async space(): Promise<{ readonly bytes: number; readonly snapshots: number }> {
    let bytes = 0;
    let snapshots = 0;
    for (const store of await this.all()) {
      bytes += store.bytes;
      snapshots += store.size;
    }
    return { bytes, snapshots };
  }

  /** Removes the oldest until all together take `limit` bytes at most. */
  async limit(limit: number): Promise<void> {
    if ((await this.space()).bytes <= limit) return;
    const owners = new Map<Kept, Store>();
    const documents: (readonly Kept[])[] = [];
    for (const store of await this.all()) {
      const { kept } = store;
      if (kept.length === 0) continue;
      for (const one of kept) owners.set(one, store);
      documents.push(kept);
    }
    for (const one of beyond(documents, limit)) await owners.get(one)!.remove(one.sha256);
  }

  async #within(place: string): Promise<readonly Store[]> {
    const stores = [...(await this.all())];
    return stores.filter(
      (store) =>
        store.trashed === null && (store.place === place || store.place.startsWith(place + sep)),
    );
  }
}

const isThere = (path: string): Promise<boolean> =>
  fs.access(path).then(
    () => true,
    // A place that cannot be looked at is not free.
    (error: unknown) => codeOf(error) !== 'ENOENT' && codeOf(error) !== 'ENOTDIR',
  );
