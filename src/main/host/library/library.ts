import fs from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { FSWatcher } from 'chokidar';
import type { Imported, ImportStep, Library as LibraryView } from '../../../shared/api/index.ts';
import { UserError } from '../../../shared/errors.ts';
import { codeOf, diskError, renameDurably } from '../../files/atomic.ts';
import { twinOf } from '../../files/file-names.ts';
import { createFile, createFree, isThere, type Documents } from '../documents/index.ts';
import type { MarksStore } from '../provenance/index.ts';
import type { Platform } from '../types.ts';
import {
  readIncoming,
  type Incoming,
  type IncomingFile,
  type Incomings,
  type ImportOptions,
} from './imports.ts';
import { checkedName, cutName, freeNames, isDocument, withEnding } from './names.ts';
import { forPeople, type Places } from './places.ts';
import { Presence } from './presence.ts';
import { DEEPEST, documentsOf, MOST, readTree, type Tree } from './tree.ts';
import { watchFolder } from './watch.ts';
import type { WordCounts } from './words.ts';

/** Milliseconds for which changes of the folder are gathered before it is read again. */
const GATHER = 150;
/** Words are counted in the background: told every so many files. */
const TOLD_EVERY = 50;

export interface LibraryOptions {
  readonly places: Places;
  readonly words: WordCounts;
  readonly documents: Documents;
  readonly marks: MarksStore;
  readonly platform: Platform;
  readonly changed: (library: LibraryView) => void;
  readonly notice: (sentence: string) => void;
  readonly log: (line: string) => void;
}

/** The writer's folder of manuscripts: its tree, and what is done to its entries. */
export class Library {
  readonly #options: LibraryOptions;
  #tree: Tree = {
    root: { kind: 'folder', path: '', name: '', entries: [] },
    uncounted: [],
    leftovers: [],
    cut: false,
  };
  /** The documents that were there when last there were any. */
  #had: readonly string[] = [];
  readonly #presence: Presence;
  #watcher: FSWatcher | null = null;
  #timer: NodeJS.Timeout | undefined;
  #reading: Promise<void> = Promise.resolve();
  #turn: Promise<unknown> = Promise.resolve();
  #counting: Promise<void> | null = null;
  #told = '';
  #closed = false;

  private constructor(options: LibraryOptions) {
    this.#options = options;
    const { places, documents, notice, log } = options;
    const check = (): void => {
      documents
        .checkAll()
        .catch((error: unknown) => log(`Looking at open documents: ${String(error)}`));
    };
    this.#presence = new Presence({
      places,
      documents: () => this.#had,
      left: (sentence) => {
        notice(sentence);
        check();
      },
      returned: async () => {
        await this.#watcher?.close();
        if (this.#closed) return;
        this.#watch();
        check();
        this.#refreshSoon(0);
      },
      log,
    });
  }

  static async open(options: LibraryOptions): Promise<Library> {
    const library = new Library(options);
    await library.refresh();
    await library.#tidy();
    library.#watch();
    return library;
  }

  get places(): Places {
    return this.#options.places;
  }

  get view(): LibraryView {
    return { place: forPeople(this.places.root), root: this.#tree.root };
  }

  /** Reads the folder again, and tells when it is another. While it is away, what it had stays shown. */
  async refresh(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const read = async (): Promise<void> => {
      if (!(await this.#presence.look())) return;
      const { words, changed, notice } = this.#options;
      const wasCut = this.#tree.cut;
      const name = basename(this.places.root);
      const tree = await readTree(this.places, name, (path, stats) => words.known(path, stats));
      // It went while it was read.
      if (!(await this.#presence.look())) return;
      this.#tree = tree;
      const had = Array.from(documentsOf(tree.root), ({ path }) => path);
      if (had.length > 0) this.#had = had;
      if (this.#tree.cut && !wasCut) {
        notice(
          `The library is very large: Understudy shows ${MOST.toLocaleString('en')} entries and ${DEEPEST} levels of folders; choose a folder further in.`,
        );
      }
      const told = JSON.stringify(this.#tree.root);
      if (told !== this.#told) {
        this.#told = told;
        changed(this.view);
      }
      this.#count();
    };
    this.#reading = this.#reading.then(read, read);
    await this.#reading;
  }

  /**
   * Looks at the open documents and at the folder without a hint: shares tell nothing of what another computer
   * wrote, and no system of what happened while it slept.
   */
  async lookAgain(): Promise<void> {
    await this.#options.documents.checkAll();
    await this.refresh();
  }

  /** Gives the path. Throws UserError. */
  createDocument(folder: string, name: string | null): Promise<string> {
    return this.#inTurn(() => this.#createDocument(folder, name));
  }

  async #createDocument(folder: string, name: string | null): Promise<string> {
    const real = await this.places.folder(folder);
    if (name === null) {
      const made = await createFree(real, freeNames('Untitled.md'), Buffer.alloc(0));
      return this.#done(inside(folder, made.name));
    }
    const wanted = withEnding(checkedName(name));
    await this.#assertFree(real, wanted);
    await createFile(join(real, wanted), Buffer.alloc(0));
    return this.#done(inside(folder, wanted));
  }

  /** Makes a document of these bytes, outside of all folders and under a free name. Gives the path. Throws UserError. */
  add(name: string, bytes: Buffer): Promise<string> {
    return this.#inTurn(async () => {
      const wanted = freeNames(checkedName(cutName(name)));
      const made = await createFree(await this.places.folder(''), wanted, bytes);
      return this.#done(made.name);
    });
  }

  /** Gives the path. Throws UserError. */
  createFolder(folder: string, name: string): Promise<string> {
    return this.#inTurn(async () => {
      const real = await this.places.folder(folder);
      await this.#assertFree(real, checkedName(name));
      await fs.mkdir(join(real, name)).catch((error: unknown) => {
        throw diskError(error, join(real, name));
      });
      return this.#done(inside(folder, name));
    });
  }

  /** Gives the new path. Throws UserError. */
  rename(path: string, name: string): Promise<string> {
    return this.#inTurn(() => {
      const wanted = isDocument(path.split('/').at(-1)!)
        ? withEnding(checkedName(name))
        : checkedName(name);
      return this.#move(path, inside(parentOf(path), wanted));
    });
  }

  /** Gives the new path. Throws UserError. */
  move(path: string, folder: string): Promise<string> {
    return this.#inTurn(async () => {
      await this.places.folder(folder);
      if (folder === path || folder.startsWith(`${path}/`)) {
        throw new UserError(
          'document.name',
          `${path} cannot be moved into itself; choose another folder.`,
        );
      }
      return this.#move(path, inside(folder, path.split('/').at(-1)!));
    });
  }

  /** Throws UserError. */
  trash(path: string): Promise<void> {
    return this.#inTurn(async () => {
      const real = await this.places.real(path);
      await this.#options.documents.trashing(path, () =>
        this.#options.platform.trash(this.places.at(path)),
      );
      await this.#trashMarks(real);
      await this.refresh();
    });
  }

  /**
   * Makes documents of files of all formats that are read, in a folder and under free names. Stopped while it
   * reads, it makes none and gives null; stopped later, those that it made stay. Throws UserError; where that
   * is about a file, nothing was made.
   */
  async *import(
    folder: string,
    files: readonly IncomingFile[],
    options: ImportOptions,
  ): AsyncGenerator<ImportStep, Imported | null, void> {
    const { signal } = options;
    await this.places.folder(folder);
    let read: Incomings;
    try {
      read = yield* readIncoming(files, options);
    } catch (error) {
      if (signal.aborted) return null;
      throw error;
    }
    if (signal.aborted) return null;
    const { documents, dropped } = read;
    const paths: string[] = [];
    for (const document of documents) {
      const { name } = document;
      yield { doing: 'writing', done: paths.length, of: documents.length, name };
      if (signal.aborted || this.#closed) break;
      paths.push(await this.#inTurn(() => this.#put(folder, document)));
    }
    await this.#inTurn(() => this.refresh());
    return paths.length > 0 || documents.length === 0 ? { paths, dropped } : null;
  }

  async #put(folder: string, { folders, name, place }: Incoming): Promise<string> {
    const bytes = await fs.readFile(place);
    let path = folder;
    let real = await this.places.folder(path);
    // One by one, so that no link on the way leads out.
    for (const segment of folders) {
      path = inside(path, segment);
      await fs.mkdir(join(real, segment)).catch((error: unknown) => {
        if (codeOf(error) !== 'EEXIST') throw diskError(error, join(real, segment));
      });
      real = await this.places.folder(path);
    }
    return inside(path, (await createFree(real, freeNames(name), bytes)).name);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#presence.close();
    await this.#watcher?.close();
    await this.#turn;
    // Whoever asked for it has heard how it ended.
    await this.#reading.catch(() => undefined);
    // What it counted is kept: nothing may be written once the folder belongs to nobody.
    await this.#counting;
  }

  async #move(from: string, to: string): Promise<string> {
    const real = await this.places.real(from);
    if (from === to) return to;
    // The entry itself, not what a link leads to.
    const source = this.places.at(from);
    const target = this.places.at(to);
    // Its own name is not in the way of one that differs in case alone; another entry of that name is.
    const own = dirname(source) === dirname(target) ? basename(source) : null;
    await this.#assertFree(await this.places.folder(parentOf(to)), basename(target), own);
    const { documents, marks, log } = this.#options;
    await documents.moving(from, to, async () => {
      await marks.settled(real);
      let isMoved = false;
      const rename = async (...names: [string, string]): Promise<void> => {
        await fs.rename(...names);
        isMoved = true;
      };
      await renameDurably(source, target, rename).catch(async (error: unknown) => {
        // It has its new name, and only that this is on the disk for good could not be seen to.
        isMoved ||= !(await isThere(source)) && (await isThere(target));
        if (!isMoved) throw diskError(error, target);
        log(`Moving ${from}: ${String(error)}`);
      });
      await this.#moveMarks(real, to);
    });
    return this.#done(to);
  }

  /** What is kept beside a document goes with it. Where it cannot, the document has moved all the same. */
  async #moveMarks(real: string, to: string): Promise<void> {
    const { marks, log } = this.#options;
    try {
      // A link has moved, and not what it leads to.
      const now = await this.places.real(to);
      if (now !== real) await marks.moved(real, now);
    } catch (error) {
      log(`The marks of ${real}: ${String(error)}`);
    }
  }

  /** Throws UserError `document.exists` where a name is taken, also by one that differs in case alone. */
  async #assertFree(folder: string, name: string, own: string | null = null): Promise<void> {
    const taken = twinOf(await fs.readdir(folder), name, own);
    if (taken === undefined) return;
    throw new UserError(
      'document.exists',
      `There is a "${taken}" in this folder already; choose another name.`,
    );
  }

  /** What is kept beside a document goes with it; one that is there still was a link. */
  async #trashMarks(real: string): Promise<void> {
    const { marks, platform, log } = this.#options;
    try {
      const sidecar = await marks.sidecar(real);
      if (sidecar !== null && !(await isThere(real))) {
        await platform.trash(sidecar);
      }
    } catch (error) {
      log(`The marks of ${real}: ${String(error)}`);
    }
  }

  async #done(path: string): Promise<string> {
    await this.refresh();
    return path;
  }

  /** One after the other: what looks for a free name must not be overtaken by what takes it. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const run = this.#turn.then(work);
    this.#turn = run.catch(() => undefined);
    return run;
  }

  /** Removes what saves that were cut off have left; their text is in the journals. */
  async #tidy(): Promise<void> {
    for (const path of this.#tree.leftovers) {
      await fs
        .rm(path, { force: true })
        .catch((error: unknown) => this.#options.log(`${path}: ${String(error)}`));
    }
  }

  #refreshSoon(delay: number): void {
    this.#timer ??= setTimeout(() => {
      this.refresh().catch((error: unknown) =>
        this.#options.log(`Reading the library: ${String(error)}`),
      );
    }, delay);
  }

  /** What is there is read again, and hashes decide about open documents. */
  #watch(): void {
    const { documents, log } = this.#options;
    this.#watcher = watchFolder(this.places.root, {
      changed: (file) => {
        this.#refreshSoon(GATHER);
        if (file === null) return;
        documents.check(file).catch((error: unknown) => log(`${file}: ${String(error)}`));
      },
      lost: () => this.#presence.lost(),
      log,
    });
  }

  /** Counts words in the background, a file at a time. */
  #count(): void {
    if (this.#counting || this.#tree.uncounted.length === 0) return;
    const work = async (): Promise<void> => {
      const { words } = this.#options;
      let n = 0;
      for (const path of this.#tree.uncounted) {
        if (this.#closed) return;
        await words.count(path);
        if (++n % TOLD_EVERY === 0) this.#refreshSoon(GATHER);
        // Others first.
        await new Promise((resolve) => setImmediate(resolve));
      }
      words.keep();
    };
    this.#counting = work()
      .catch((error: unknown) => this.#options.log(`Counting words: ${String(error)}`))
      .finally(() => {
        this.#counting = null;
        if (!this.#closed) this.#refreshSoon(0);
      });
  }
}

const inside = (folder: string, name: string): string =>
  folder === '' ? name : `${folder}/${name}`;
const parentOf = (path: string): string => path.split('/').slice(0, -1).join('/');
