import type {
  SnapshotCause,
  Snapshots as Listing,
  SnapshotSpace,
  SnapshotText,
} from '../../../shared/api/index.ts';
import { isUserError, UserError } from '../../../shared/errors.ts';
import { diskError } from '../../files/atomic.ts';
import {
  describe,
  type Before,
  type Form,
  type Keepable,
  type Version,
} from '../documents/index.ts';
import { Measures } from './measures.ts';
import type { Listed, Store, Taking } from './store.ts';
import { Stores } from './stores.ts';

/** Milliseconds of changes after which a text is kept, whatever happens to it. */
const INTERVAL = 5 * 60_000;
/** Milliseconds after which, and between which, what time makes superfluous is removed everywhere. */
const TIDY_AFTER = 60_000;
const TIDY_EVERY = 6 * 3_600_000;
/** Texts that were read last: what is restored was read before. */
const REMEMBERED = 4;

export interface SnapshotsOptions {
  readonly folder: string;
  /** Bytes that all together may take. */
  readonly limit: () => number;
  readonly now: () => number;
  /** There is something new about the snapshots of the document at this place. */
  readonly changed: (place: string) => void;
  readonly notice: (sentence: string) => void;
  readonly log: (line: string) => void;
  /** Shorter in tests, in milliseconds. */
  readonly interval?: number;
}

/** An open text since it was last kept. */
interface Watched {
  /** Whether it was changed since. */
  changed: boolean;
  /** Parts of snapshots come back, one after the other: the text before the first of them is kept. */
  restoring: boolean;
  timer: NodeJS.Timeout | undefined;
}

/**
 * Keeps texts as they were. What is kept is the text of the very moment: it is taken hold of at once, and
 * everything that takes time, hashing, compressing and writing, is done one after the other behind it.
 */
export class Snapshots implements Before {
  readonly #options: SnapshotsOptions;
  readonly #stores: Stores;
  readonly #watched = new Map<Keepable, Watched>();
  readonly #measures = new WeakMap<Store, Measures>();
  readonly #read = new Map<string, { readonly text: string; readonly form: Form }>();
  #tidying: NodeJS.Timeout | undefined;
  #work: Promise<unknown> = Promise.resolve();
  #measuring: Promise<void> = Promise.resolve();
  #last = 0;
  #warned = false;
  #closed = false;

  constructor(options: SnapshotsOptions) {
    this.#options = options;
    this.#stores = new Stores(options.folder, options.log);
    this.#tidyAfter(TIDY_AFTER);
  }

  changing(document: Keepable, cause: SnapshotCause | null): void {
    const watched = this.#watched.get(document);
    if (!watched) this.#takeBehind(document, cause ?? 'opened');
    else if (cause !== null && watched.changed && !(cause === 'restore' && watched.restoring)) {
      this.#takeBehind(document, cause);
    }
    this.#changed(document, cause);
  }

  closing(document: Keepable): void {
    const watched = this.#watched.get(document);
    if (!watched) return;
    clearTimeout(watched.timer);
    this.#watched.delete(document);
    if (watched.changed) this.#takeBehind(document, 'closed');
  }

  async keep(document: Keepable, versions: readonly Version[]): Promise<void> {
    const { real } = document;
    const moments = versions.map((version) => ({ ...version, name: null, at: this.#moment() }));
    await this.#queue(async () => {
      for (const moment of moments) await this.#take(real, moment);
    });
  }

  formOf(snapshot: string, text: string): Form | null {
    const read = this.#read.get(snapshot);
    return read?.text === text ? read.form : null;
  }

  /** At the writer's wish. Gives its id. Throws UserError. */
  take(document: Keepable, name: string | null): Promise<string> {
    const { real, text, runs, form } = document;
    const at = this.#moment();
    return this.#queue(async () => {
      const id = await this.#take(real, { text, runs, form, cause: 'asked', name, at });
      if (id !== null) return id;
      throw new UserError('text.empty', 'The page is empty; write something, then keep it.');
    });
  }

  async list(document: Keepable): Promise<Listing> {
    return this.#queue(async () => {
      const store = await this.#find(document);
      if (!store) return { snapshots: [], damaged: 0 };
      const { listed, damaged } = await store.list();
      const measures = this.#measuresOf(store);
      const snapshots = [];
      for (const [index, { sha256, at, head }] of listed.entries()) {
        const { cause, name } = head;
        snapshots.push({ id: sha256, at, cause, name, ...(await measures.of(listed, index)) });
      }
      this.#measure(store, listed);
      return { snapshots, damaged };
    });
  }

  /** Throws UserError. */
  read(document: Keepable, id: string): Promise<SnapshotText> {
    return this.#queue(async () => {
      const { text, marks, form } = await (await this.#of(document)).read(id);
      this.#read.delete(id);
      this.#read.set(id, { text, form });
      const [oldest] = this.#read.keys();
      if (this.#read.size > REMEMBERED && oldest !== undefined) this.#read.delete(oldest);
      return { text, marks, form: describe(form) };
    });
  }

  /** Throws UserError. */
  name(document: Keepable, id: string, name: string | null): Promise<void> {
    return this.#queue(async () => {
      await (await this.#of(document)).name(id, name);
      this.#options.changed(document.real);
    });
  }

  /** Throws UserError. */
  remove(document: Keepable, id: string): Promise<void> {
    return this.#queue(async () => {
      await (await this.#of(document)).remove(id);
      this.#options.changed(document.real);
    });
  }

  space(): Promise<SnapshotSpace> {
    return this.#queue(() => this.#stores.space());
  }

  /** The document or folder at `from` is at `to` now. */
  move(from: string, to: string): void {
    this.#queue(() => this.#stores.move(from, to)).catch((error: unknown) => this.#failed(error));
  }

  trash(place: string): void {
    const at = this.#options.now();
    this.#queue(() => this.#stores.trash(place, at)).catch((error: unknown) => this.#failed(error));
  }

  /** The limit is another one. */
  limit(): Promise<void> {
    return this.#queue(() => this.#tidy());
  }

  /** Resolves when everything is on the disk. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#tidying);
    for (const { timer } of this.#watched.values()) clearTimeout(timer);
    await this.#measuring;
    await this.#work;
  }

  /** With a cause its text was kept a moment ago. */
  #changed(document: Keepable, cause: SnapshotCause | null): void {
    const watched = this.#watched.get(document) ?? {
      changed: false,
      restoring: false,
      timer: undefined,
    };
    this.#watched.set(document, watched);
    watched.restoring = cause === 'restore';
    if (watched.changed && cause === null) return;
    watched.changed = true;
    clearTimeout(watched.timer);
    watched.timer = setTimeout(() => {
      watched.changed = false;
      this.#takeBehind(document, 'interval');
    }, this.#options.interval ?? INTERVAL);
  }

  /** The text of now; that it cannot be kept is told once. */
  #takeBehind({ real, text, runs, form }: Keepable, cause: SnapshotCause): void {
    const at = this.#moment();
    this.#queue(() => this.#take(real, { text, runs, form, cause, name: null, at })).catch(
      (error: unknown) => this.#failed(error),
    );
  }

  /** Now, and later than any moment before: snapshots have an order. */
  #moment(): number {
    this.#last = Math.max(this.#options.now(), this.#last + 1);
    return this.#last;
  }

  /** Gives the id; null for an empty text, which is worth nothing. */
  async #take(real: string, what: Taking): Promise<string | null> {
    const { text, form } = what;
    if (text === '') return null;
    const { now, changed, limit } = this.#options;
    try {
      const store =
        (await this.#stores.find(real, text, form)) ?? (await this.#stores.create(real));
      const id = await store.take(what);
      await this.#stores.thin(store, now());
      await this.#stores.limit(limit());
      changed(real);
      return id;
    } catch (error) {
      throw diskError(error, this.#options.folder);
    }
  }

  #find({ real, text, form }: Keepable): Promise<Store | null> {
    return this.#stores.find(real, text, form);
  }

  async #of(document: Keepable): Promise<Store> {
    const store = await this.#find(document);
    if (store) return store;
    throw new UserError(
      'snapshot.missing',
      'This snapshot is not there any more; choose another one.',
    );
  }

  #tidyAfter(wait: number): void {
    this.#tidying = setTimeout(() => {
      this.#queue(() => this.#tidy()).catch((error: unknown) => this.#failed(error));
      this.#tidyAfter(TIDY_EVERY);
    }, wait);
    this.#tidying.unref();
  }

  async #tidy(): Promise<void> {
    await this.#stores.tidy(this.#options.now());
    await this.#stores.limit(this.#options.limit());
  }

  #measuresOf(store: Store): Measures {
    const measures = this.#measures.get(store) ?? new Measures(store);
    this.#measures.set(store, measures);
    return measures;
  }

  /** Beside everything else: what is counted is told when it is there. */
  #measure(store: Store, listed: readonly Listed[]): void {
    this.#measuring = this.#measuring.then(async () => {
      try {
        const found = await this.#measuresOf(store).complete(listed, () => this.#closed);
        if (found) this.#options.changed(store.place);
      } catch (error) {
        this.#options.log(`Counting words of snapshots: ${String(error)}`);
      }
    });
  }

  #queue<T>(work: () => Promise<T>): Promise<T> {
    const run = this.#work.then(work, work);
    this.#work = run.catch(() => undefined);
    return run;
  }

  #failed(error: unknown): void {
    this.#options.log(`Snapshots: ${String(error)}`);
    if (this.#warned) return;
    this.#warned = true;
    const why = isUserError(error) ? ` ${error.message}` : '';
    this.#options.notice(`Understudy cannot keep snapshots of your texts.${why}`);
  }
}
