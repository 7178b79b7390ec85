import { dirname, join } from 'node:path';
import type { ApiEmit, Edit, OpenDocument, Preferences } from '../../../shared/api/index.ts';
import { isUserError, UserError } from '../../../shared/errors.ts';
import type { Disposer } from '../../../shared/rpc/index.ts';
import type { DocumentListener, OpenDocuments, TextOfDocument } from '../types.ts';
import { copyNames } from './copies.ts';
import { Document, type Theirs } from './document.ts';
import { Journal, journalPath, readJournal } from './journal.ts';
import { replay } from './recovery.ts';
import { Changed, createFile, hashOf, readKnown, saveFile, type Expected } from './save-file.ts';
import { encode, readTextFile } from './text-file.ts';

/** How long a file must be gone before it counts as gone: programs that sync rename it away and back. */
const GONE_AFTER = 400;
/** A journal longer than this, and than twice its text, is begun anew after a save. */
const LONG_JOURNAL = 1 << 20;
/** Milliseconds after which a save that failed is tried again. */
const RETRY = 5000;

export interface DocumentsOptions {
  readonly journals: string;
  /** The real path of a document of the library. Throws UserError. */
  readonly resolve: (path: string) => Promise<string>;
  /** Where a document of the library would be, there or not. */
  readonly place: (path: string) => string;
  readonly preferences: (path: string) => Preferences;
  readonly autosaveDelay: () => number;
  readonly emit: ApiEmit;
  readonly log: (line: string) => void;
  readonly now: () => Date;
}

/** The open documents: their text is the truth, their files follow. */
export class Documents implements OpenDocuments {
  readonly #open = new Map<string, Document>();
  readonly #opening = new Map<string, Promise<Document>>();
  readonly #closing = new Map<Document, Promise<void>>();
  readonly #listeners = new Set<DocumentListener>();
  readonly #options: DocumentsOptions;
  #warned = false;

  constructor(options: DocumentsOptions) {
    this.#options = options;
  }

  get(path: string): TextOfDocument | null {
    return this.#open.get(path)?.view ?? null;
  }

  all(): readonly TextOfDocument[] {
    return [...this.#open.values()].map(({ view }) => view);
  }

  follow(listener: DocumentListener): Disposer {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Opens a document, or gives the one that is open. Throws UserError. */
  async open(path: string): Promise<OpenDocument> {
    const open = this.#open.get(path);
    const closing = open && this.#closing.get(open);
    if (open && !closing) return this.#told(open);
    // Where it could not be closed, it is open still.
    if (closing) return closing.then(ignore, ignore).then(() => this.open(path));
    let opening = this.#opening.get(path);
    if (!opening) {
      opening = this.#read(path).finally(() => this.#opening.delete(path));
      this.#opening.set(path, opening);
    }
    return this.#told(await opening);
  }

  /** Gives the new version. Throws UserError `document.stale`, `document.read-only`, `request.invalid`. */
  edit(path: string, base: number, edits: readonly Edit[]): number {
    const document = this.#writable(path);
    if (base !== document.version) {
      throw new UserError(
        'document.stale',
        `${path} is at version ${document.version}, the change was made to ${base}; open it again.`,
      );
    }
    if (!document.fits(edits)) {
      throw new UserError(
        'request.invalid',
        `A change to ${path} lies outside its text; open it again.`,
      );
    }
    this.#changing(document, () => document.edit(edits));
    for (const listener of this.#listeners) listener.edited(path, document.version, edits);
    return document.version;
  }

  /** Gives the new version. Throws UserError. */
  replace(path: string, text: string): number {
    const document = this.#writable(path);
    this.#changing(document, () => document.replace(text.replace(/\r\n?/g, '\n')));
    for (const listener of this.#listeners) listener.opened(document.view);
    return document.version;
  }

  /** Resolves when it is on the disk. Throws UserError. */
  async save(path: string): Promise<void> {
    const document = this.#find(path);
    await document.queue(() => this.#save(document, true));
  }

  /** Saves and lets go. What could not be agreed on stays in the journal. Throws UserError. */
  async close(path: string): Promise<void> {
    const document = this.#open.get(path);
    if (!document) return;
    let closing = this.#closing.get(document);
    if (!closing) {
      closing = document
        .queue(() => this.#close(document))
        .finally(() => this.#closing.delete(document));
      this.#closing.set(document, closing);
    }
    await closing;
  }

  /** Saves and closes all; whatever cannot be saved stays in its journal. */
  async closeAll(): Promise<void> {
    const failed = async (document: Document, error: unknown): Promise<void> => {
      clearTimeout(document.timer);
      this.#options.log(`${document.path} was not saved at the end: ${String(error)}`);
      await document.journal.close().catch((e: unknown) => this.#options.log(String(e)));
      this.#open.delete(document.path);
    };
    await Promise.all(
      [...this.#open.values()].map((document) =>
        this.close(document.path).catch((error: unknown) => failed(document, error)),
      ),
    );
  }

  /** Ends a conflict or a recovery; the other side is kept as a copy. Throws UserError. */
  async settle(path: string, keep: 'mine' | 'theirs'): Promise<OpenDocument> {
    const document = this.#find(path);
    await document.queue(async () => {
      const { standing } = document;
      if (standing.kind !== 'conflict') return;
      const { theirs } = standing;
      if (keep === 'theirs') {
        await this.#keepCopy(document, 'my version', this.#bytesOf(document));
        await document.adopt(theirs);
        for (const listener of this.#listeners) listener.opened(document.view);
      } else {
        await this.#keepCopy(document, 'their version', theirs.bytes);
        await this.#write(document, theirs.known);
      }
      this.#tell(document);
    });
    return this.#told(document);
  }

  /**
   * Runs `work`, which moves a document or a folder from `from` to `to`, while nothing is saved, and
   * takes the open documents along.
   */
  async moving(from: string, to: string, work: () => Promise<void>): Promise<void> {
    const affected = [...this.#open.values()].filter(({ path }) => isWithin(path, from));
    for (const document of affected) {
      if (document.standing.kind === 'agreed') await this.save(document.path);
    }
    await still(affected, async () => {
      await work();
      for (const document of affected) {
        const old = document.path;
        const path = to + old.slice(from.length);
        // One whose own file is gone moves with its folder all the same.
        const real = await this.#options.resolve(path).catch((error: unknown) => {
          if (isUserError(error)) return this.#options.place(path);
          throw error;
        });
        this.#open.delete(old);
        document.path = path;
        document.real = real;
        this.#open.set(path, document);
        for (const listener of this.#listeners) {
          listener.closed(old);
          listener.opened(document.view);
        }
        this.#options.emit('documentMoved', { from: old, to: path });
        await document.journal
          .move(journalPath(this.#options.journals, real), { path, real })
          .catch((error: unknown) => this.#journalFailed(error));
      }
    });
  }

  /** Runs `work`, which puts a document or a folder into the trash; its open documents are closed. */
  async trashing(path: string, work: () => Promise<void>): Promise<void> {
    const affected = [...this.#open.values()].filter((document) => isWithin(document.path, path));
    for (const document of affected) {
      if (document.standing.kind === 'agreed') await this.save(document.path);
    }
    await still(affected, async () => {
      await work();
      for (const document of affected) {
        clearTimeout(document.timer);
        // What went into the trash is all there is, unless there were two versions.
        if (document.standing.kind === 'agreed') document.saved = document.version;
        await this.#forget(document);
      }
    });
  }

  /** Something happened to the file at this real path: its content decides what. */
  async check(real: string): Promise<void> {
    for (const document of this.#open.values()) {
      if (document.real === real) await document.queue(() => this.#check(document));
    }
  }

  /** The same for all open documents: after sleep, or when the watcher lost track. */
  async checkAll(): Promise<void> {
    for (const { real } of [...this.#open.values()]) await this.check(real);
  }

  /** Must be queued. */
  async #close(document: Document): Promise<void> {
    clearTimeout(document.timer);
    if (document.standing.kind === 'agreed') await this.#save(document, false);
    await this.#forget(document);
  }

  async #read(path: string): Promise<Document> {
    const { journals, resolve } = this.#options;
    const real = await resolve(path);
    const found = await readKnown(real);
    if (!found) throw missing(path);
    const file = await readTextFile(found.bytes, path);
    const place = journalPath(journals, real);
    const { records, end } = await readJournal(place);
    const left = replay(records);
    const unsaved = left && left.text !== file.text && !file.readOnly ? left : null;
    const journal = new Journal(place, unsaved ? end : 0, (error) => this.#journalFailed(error));
    const document = new Document({ path, real }, file, found.known, journal);
    const theirs = { file, bytes: found.bytes, known: found.known };
    if (unsaved) document.recover(unsaved.text, unsaved.form, unsaved.version, theirs);
    // Two texts and two journals of one file would step on each other.
    const twin = [...this.#open.values()].find((other) => other.real === real);
    if (twin) {
      throw new UserError(
        'document.exists',
        `${path} leads to ${twin.path}, which is open; change it there.`,
      );
    }
    this.#open.set(path, document);
    for (const listener of this.#listeners) listener.opened(document.view);
    if (!unsaved && end > 0) await journal.remove();
    return document;
  }

  #told(document: Document): OpenDocument {
    return document.opened(this.#options.preferences(document.path));
  }

  #find(path: string): Document {
    const document = this.#open.get(path);
    if (!document) throw new UserError('document.missing', `${path} is not open; open it first.`);
    return document;
  }

  #writable(path: string): Document {
    const document = this.#find(path);
    if (document.readOnly !== null) throw new UserError('document.read-only', document.readOnly);
    return document;
  }

  #tell(document: Document): void {
    this.#options.emit('saveState', { path: document.path, state: document.state });
  }

  /** Makes a change, tells the page when it is the first one unsaved, and sets the clock. */
  #changing(document: Document, change: () => void): void {
    const before = document.state.kind;
    change();
    if (document.state.kind !== before) this.#tell(document);
    if (document.standing.kind === 'agreed') this.#later(document, this.#options.autosaveDelay());
  }

  #later(document: Document, delay: number): void {
    clearTimeout(document.timer);
    document.timer = setTimeout(() => {
      document
        .queue(() => this.#save(document, false))
        .catch((error: unknown) => {
          // A failed save has told the page; anything else is a bug.
          if (!isUserError(error)) this.#options.log(`Autosave: ${String(error)}`);
        });
    }, delay);
  }

  /** Must be queued. `asked`: the writer wants it, also where the file is gone. */
  async #save(document: Document, asked: boolean): Promise<void> {
    clearTimeout(document.timer);
    const { standing, path } = document;
    if (standing.kind === 'conflict') {
      if (!asked) return;
      throw new UserError(
        'document.changed',
        `${path} has another version on the disk; choose which one to keep.`,
      );
    }
    if (standing.kind === 'gone') {
      if (asked) await this.#write(document, 'nothing');
    } else if (document.dirty) {
      await this.#write(document, document.known ?? 'nothing');
    }
  }

  /** Writes the text to the file and tells what became of it. Throws UserError. */
  async #write(document: Document, expected: Expected): Promise<void> {
    const { version } = document;
    const bytes = this.#bytesOf(document);
    try {
      const known = await saveFile(document.real, bytes, expected);
      this.#saved(document, version, known);
    } catch (error) {
      if (error instanceof Changed) {
        await this.#found(document, version, bytes, error.found);
        if (document.standing.kind === 'agreed') return;
        throw new UserError(
          'document.changed',
          `${document.path} was changed by another program; choose which version to keep.`,
          { cause: error },
        );
      }
      document.failure = isUserError(error)
        ? error.message
        : `${document.path} was not saved; your text is kept in Understudy's own folder.`;
      this.#tell(document);
      this.#later(document, RETRY);
      throw error;
    }
  }

  #saved(document: Document, version: number, known: Theirs['known']): void {
    document.settled(version, known);
    if (document.dirty) this.#later(document, this.#options.autosaveDelay());
    const { bytes } = document.journal;
    if (!document.dirty && bytes > LONG_JOURNAL && bytes > 2 * Number(known.size)) {
      document.journal.remove().catch((error: unknown) => this.#journalFailed(error));
    }
    this.#tell(document);
  }

  /** A save of `bytes` came upon something else than it knew. */
  async #found(
    document: Document,
    version: number,
    bytes: Buffer,
    found: Changed['found'],
  ): Promise<void> {
    if (!found) {
      document.standing = { kind: 'gone' };
      this.#tell(document);
    } else if (found.known.sha256 === hashOf(bytes)) {
      this.#saved(document, version, found.known);
    } else {
      await this.#conflict(document, found);
    }
  }

  async #conflict(document: Document, { bytes, known }: NonNullable<Changed['found']>) {
    const file = await readTextFile(bytes, document.path).catch((error: unknown) => {
      if (!isUserError(error)) throw error;
      // Another program put something that is no text there.
      return { text: '', form: document.form, readOnly: error.message };
    });
    const recovered = document.standing.kind === 'conflict' && document.standing.recovered;
    document.standing = { kind: 'conflict', theirs: { file, bytes, known }, recovered };
    this.#tell(document);
  }

  /** Must be queued. */
  async #check(document: Document): Promise<void> {
    if (this.#open.get(document.path) !== document) return;
    let found = await readKnown(document.real);
    if (!found) {
      if (document.standing.kind === 'gone') return;
      await new Promise((resolve) => setTimeout(resolve, GONE_AFTER));
      found = await readKnown(document.real);
    }
    const { standing, version } = document;
    if (!found) {
      document.standing = { kind: 'gone' };
      return this.#tell(document);
    }
    const { sha256 } = found.known;
    const same = sha256 === document.known?.sha256;
    if (standing.kind === 'conflict') {
      if (sha256 !== standing.theirs.known.sha256) await this.#conflict(document, found);
    } else if (same) {
      document.known = found.known;
      if (standing.kind === 'gone') {
        document.standing = { kind: 'agreed' };
        if (document.dirty) this.#later(document, this.#options.autosaveDelay());
        this.#tell(document);
      }
    } else if (document.dirty) {
      await this.#found(document, version, this.#bytesOf(document), found);
    } else {
      await this.#reload(document, found);
    }
  }

  async #reload(document: Document, { bytes, known }: NonNullable<Changed['found']>) {
    let file;
    try {
      file = await readTextFile(bytes, document.path);
    } catch (error) {
      if (!isUserError(error)) throw error;
      return this.#conflict(document, { bytes, known });
    }
    // Typed while it was read.
    if (document.dirty) return this.#conflict(document, { bytes, known });
    const adopted = document.adopt({ file, known });
    // Told with the new version, not after it: a page that first hears that its edit is stale would put its
    // own text in the place of this one.
    for (const listener of this.#listeners) listener.opened(document.view);
    this.#options.emit('documentReloaded', this.#told(document));
    this.#tell(document);
    await adopted;
  }

  /** The bytes of its text; in UTF-8 from now on where its encoding lacks a character. */
  #bytesOf(document: Document): Buffer {
    const { text, form } = document;
    const bytes = encode(text, form);
    if (bytes) return bytes;
    document.form = { ...form, encoding: 'utf-8', mark: false };
    this.#options.emit('notice', {
      sentence: `${document.path} has characters that ${form.encoding} does not know, so it is saved as UTF-8 from now on.`,
      tone: 'quiet',
    });
    return encode(text, document.form)!;
  }

  async #keepCopy({ path, real }: Document, whose: string, bytes: Buffer): Promise<void> {
    const folder = dirname(real);
    for (const name of copyNames(path.split('/').at(-1)!, whose, this.#options.now())) {
      try {
        await createFile(join(folder, name), bytes);
        return;
      } catch (error) {
        if (!isUserError(error) || error.code !== 'document.exists') throw error;
      }
    }
  }

  async #forget(document: Document): Promise<void> {
    clearTimeout(document.timer);
    if (document.dirty) await document.journal.close();
    else await document.journal.remove();
    this.#open.delete(document.path);
    for (const listener of this.#listeners) listener.closed(document.path);
  }

  #journalFailed(error: unknown): void {
    this.#options.log(`Journal: ${String(error)}`);
    if (this.#warned) return;
    this.#warned = true;
    this.#options.emit('notice', {
      sentence:
        'Understudy cannot keep its safety copy of what you type; check that the disk has room.',
      tone: 'warning',
    });
  }
}

const ignore = (): void => undefined;

const isWithin = (path: string, of: string): boolean => path === of || path.startsWith(`${of}/`);

const missing = (path: string): UserError =>
  new UserError('document.missing', `${path} is not in the library any more; look for it there.`);

/** Runs `work` while none of the documents saves. */
function still<T>(documents: readonly Document[], work: () => Promise<T>): Promise<T> {
  const [first, ...rest] = documents;
  return first ? first.queue(() => still(rest, work)) : work();
}
