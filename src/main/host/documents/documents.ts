import type {
  ApiEmit,
  Edit,
  KeepBefore,
  Marks,
  OpenDocument,
  Preferences,
  Settlement,
} from '../../../shared/api/index.ts';
import { isUserError, UserError } from '../../../shared/errors.ts';
import { unionOf, type Runs } from '../../../shared/provenance/index.ts';
import type { Disposer } from '../../../shared/rpc/index.ts';
import { diskError } from '../../files/atomic.ts';
import { folded } from '../../files/file-names.ts';
import type { MarksStore } from '../provenance/index.ts';
import type { DocumentListener, OpenDocuments, TextOfDocument } from '../types.ts';
import type { Before, Keepable } from './before.ts';
import { setAsideDamaged } from './damaged-journal.ts';
import { Document } from './document.ts';
import { Journal, journalPath, readJournal, type ReadJournal } from './journal.ts';
import { Keeper } from './keeper.ts';
import { isSameFile, readKnown } from './known.ts';
import { readDocument } from './protection.ts';
import { replayAll } from './recovery.ts';
import type { UndoStore } from './undo.ts';

export interface DocumentsOptions {
  readonly journals: string;
  readonly undo: UndoStore;
  /** The real path of a document of the library. Throws UserError. */
  readonly resolve: (path: string) => Promise<string>;
  /** Where a document of the library would be, there or not. */
  readonly place: (path: string) => string;
  /** Why the library's folder is not there; null where it is. */
  readonly away: () => Promise<UserError | null>;
  readonly preferences: (path: string) => Preferences;
  /** Keeps what of the texts is suggested. */
  readonly marks: MarksStore;
  readonly autosaveDelay: () => number;
  /** Keeps texts as they were before they are changed. */
  readonly before: Before;
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
  readonly #keeper: Keeper;
  #warned = false;

  constructor(options: DocumentsOptions) {
    this.#options = options;
    this.#keeper = new Keeper({
      ...options,
      isOpen: (document) => this.#open.get(document.path) === document,
      told: (document) => this.#told(document),
      reopened: (document) => this.#reopened(document),
      journalFailed: (error) => this.#journalFailed(error),
    });
  }

  get(path: string): TextOfDocument | null {
    return this.#open.get(path)?.view ?? null;
  }

  /** What of an open text is suggested; null where it is not open. */
  runs(path: string): Runs | null {
    return this.#open.get(path)?.runs ?? null;
  }

  all(): readonly TextOfDocument[] {
    return [...this.#open.values()].map(({ view }) => view);
  }

  /** An open document as it can be kept; null where it is not open. */
  keepable(path: string): Keepable | null {
    return this.#open.get(path) ?? null;
  }

  /** The path of the open document whose file is at this real path; null where there is none. */
  pathOf(real: string): string | null {
    for (const document of this.#open.values()) if (document.real === real) return document.path;
    return null;
  }

  follow(listener: DocumentListener): Disposer {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Opens a document, or gives the one that is open. Throws UserError. */
  async open(path: string): Promise<OpenDocument> {
    const open = this.#open.get(path);
    const closing = open && this.#closing.get(open);
    if (open && !closing) return this.#first(open);
    // Where it could not be closed, it is open still.
    if (closing) return closing.then(ignore, ignore).then(() => this.open(path));
    let opening = this.#opening.get(path);
    if (!opening) {
      opening = this.#read(path).finally(() => this.#opening.delete(path));
      this.#opening.set(path, opening);
    }
    return this.#first(await opening);
  }

  /** What could be undone at this version, for the next time the document is opened. */
  async keepUndo(path: string, version: number, history: string): Promise<void> {
    const document = this.#find(path);
    if (document.version !== version) return;
    await this.#options.undo.keep(document.real, document.text, history);
  }

  /** Gives the new version. Throws UserError `document.stale`, `document.read-only`, `request.invalid`. */
  edit(path: string, base: number, edits: readonly Edit[], keep: KeepBefore | null = null): number {
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
    this.#options.before.changing(document, keep?.kind ?? null);
    this.#keeper.changing(document, () => document.edit(edits));
    if (keep?.kind === 'restore') {
      const form = this.#options.before.formOf(keep.snapshot, document.text);
      if (form) document.reform(form);
    }
    for (const listener of this.#listeners) listener.edited(path, document.version, edits);
    return document.version;
  }

  /** Gives the new version. Throws UserError. */
  replace(path: string, text: string, marks: Marks | null = null): number {
    const document = this.#writable(path);
    const plain = text.replace(/\r\n?/g, '\n');
    // Offsets count in the text that came.
    const fitting = plain.length === text.length ? marks : null;
    this.#options.before.changing(document, null);
    this.#keeper.changing(document, () => document.replace(plain, fitting));
    this.#reopened(document);
    return document.version;
  }

  /** Resolves when it is on the disk. Throws UserError. */
  async save(path: string): Promise<void> {
    const document = this.#find(path);
    await document.queue(() => this.#keeper.save(document, true));
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
      this.#options.before.closing(document);
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

  /** Ends a conflict or a recovery; nothing of either side is lost. Throws UserError. */
  async settle(path: string, settlement: Settlement): Promise<OpenDocument> {
    const document = this.#find(path);
    await document.queue(() => this.#keeper.settle(document, settlement));
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
        const oldReal = document.real;
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
        await this.#options.undo.move(oldReal, real);
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
      // What was in the file is in the trash; what was typed since, or was not agreed on, stays in the journal.
      for (const document of affected) {
        await this.#forget(document);
        await this.#options.undo.forget(document.real);
      }
    });
  }

  /** Something happened to the file at this real path: its content decides what. */
  async check(real: string): Promise<void> {
    for (const document of this.#open.values()) {
      if (document.real === real) await document.queue(() => this.#keeper.check(document));
    }
  }

  /** The same for all open documents: after sleep, or when the watcher lost track. */
  async checkAll(): Promise<void> {
    for (const { real } of [...this.#open.values()]) await this.check(real);
  }

  /** Must be queued. */
  async #close(document: Document): Promise<void> {
    clearTimeout(document.timer);
    if (document.standing.kind === 'agreed') await this.#keeper.save(document, document.dirty);
    // Another program removed the file: the text here is the only one, and comes back at the next start.
    const isGone = document.standing.kind === 'gone' || document.away !== null;
    if (isGone && document.text !== '') document.replace(document.text);
    await this.#forget(document);
  }

  async #read(path: string): Promise<Document> {
    const { journals, resolve, marks } = this.#options;
    const real = await resolve(path);
    const found = await readKnown(real);
    if (!found) throw missing(path);
    const file = await readDocument(found.bytes, { path, real });
    await this.#assertAlone(path, real);
    const place = journalPath(journals, real);
    const { records, end } = await this.#readJournal(place);
    const left = replayAll(records);
    const other = left && left.text !== file.text ? left : null;
    // What was saved, and replaced by another program before that was seen, is kept before its journal goes.
    const isKept =
      other?.isSaved && (await this.#keeper.keepBeforeReload({ ...other, path, real }));
    const unsaved = isKept ? null : other;
    // A program that ended between the text and its marks left the newer ones in the journal.
    const isLast = left !== null && left.text === file.text;
    const kept = await marks.load(real, file.text);
    const runs = isLast ? unionOf(left.runs, kept) : kept;
    if (isLast) marks.save(real, file.text, runs);
    const journal = new Journal(place, unsaved ? end : 0, (error) => this.#journalFailed(error));
    const document = new Document({ path, real }, file, found.known, journal, runs);
    const theirs = { file, bytes: found.bytes, known: found.known };
    if (unsaved) document.recover(unsaved, theirs);
    // The other one may have been opened meanwhile.
    await this.#assertAlone(path, real);
    this.#open.set(path, document);
    this.#reopened(document);
    if (!unsaved && end > 0) await journal.remove();
    return document;
  }

  /** Two texts and two journals of one file would step on each other. Throws UserError `document.exists`. */
  async #assertAlone(path: string, real: string): Promise<void> {
    for (const other of this.#open.values()) {
      // Asked only where the names are twins: a file may well have names that are none.
      if (folded(other.real) !== folded(real) || !(await isSameFile(other.real, real))) continue;
      throw new UserError(
        'document.exists',
        `${path} leads to ${other.path}, which is open; change it there.`,
      );
    }
  }

  /** What is damaged of it is set aside before anything is written there, and told of. Throws UserError. */
  async #readJournal(place: string): Promise<ReadJournal> {
    const { now, emit } = this.#options;
    const read = await readJournal(place);
    const damage = await setAsideDamaged(place, read, now()).catch((error: unknown) => {
      throw diskError(error, place);
    });
    if (damage !== null) emit('notice', { sentence: damage, tone: 'warning' });
    return read;
  }

  /** Its followers hear the text as a whole. */
  #reopened(document: Document): void {
    for (const listener of this.#listeners) listener.opened(document.view);
  }

  /** As a page is told that has nothing of it yet. */
  async #first(document: Document): Promise<OpenDocument> {
    const kept = await this.#options.undo.read(document.real);
    const told = this.#told(document);
    if (!kept) return told;
    const { history, text } = kept;
    return { ...told, undo: { history, text: text === told.text ? null : text } };
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

  async #forget(document: Document): Promise<void> {
    clearTimeout(document.timer);
    this.#options.before.closing(document);
    if (document.dirty) await document.journal.close();
    else await document.journal.remove();
    await this.#options.marks.forget(document.real);
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
