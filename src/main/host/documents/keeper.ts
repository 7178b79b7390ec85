import { dirname } from 'node:path';
import type { ApiEmit, OpenDocument, Settlement } from '../../../shared/api/index.ts';
import { isUserError, UserError } from '../../../shared/errors.ts';
import { marksOf, noRuns, type Runs } from '../../../shared/provenance/index.ts';
import type { MarksStore, TextWithRuns } from '../provenance/index.ts';
import type { Before, Keepable } from './before.ts';
import { copyNames } from './copies.ts';
import type { Document, Theirs } from './document.ts';
import { createFree, type Created } from './free-file.ts';
import { Changed, hashOf, isThere, readKnown, type Known } from './known.ts';
import { readDocument } from './protection.ts';
import { saveFile, type Expected } from './save-file.ts';
import { encode } from './text-file.ts';

/** How long a file must be gone before it counts as gone: programs that sync rename it away and back. */
const GONE_AFTER = 400;
/** A journal longer than this, and than twice its text, is begun anew after a save. */
const LONG_JOURNAL = 1 << 20;
/** Milliseconds after which a save that failed is tried again. */
const RETRY = 5000;

export interface KeeperOptions {
  readonly away: () => Promise<UserError | null>;
  readonly autosaveDelay: () => number;
  readonly before: Before;
  readonly emit: ApiEmit;
  readonly log: (line: string) => void;
  readonly now: () => Date;
  readonly marks: MarksStore;
  readonly isOpen: (document: Document) => boolean;
  /** As the page is told of it. */
  readonly told: (document: Document) => OpenDocument;
  /** The text of a document is another one as a whole. */
  readonly reopened: (document: Document) => void;
  readonly journalFailed: (error: unknown) => void;
}

/** A text that was to be saved. */
interface Moment {
  readonly version: number;
  readonly text: string;
}

/**
 * Keeps the text of an open document and its file the same: saves the one, notices when another program
 * changed the other, and never lets either replace what has not been seen.
 */
export class Keeper {
  readonly #options: KeeperOptions;

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  tell(document: Document): void {
    this.#options.emit('saveState', { path: document.path, state: document.state });
  }

  /** Makes a change, tells the page when it is the first one unsaved, and sets the clock. */
  changing(document: Document, change: () => void): void {
    const before = document.state.kind;
    change();
    if (document.state.kind !== before) this.tell(document);
    if (document.standing.kind === 'agreed') this.#later(document, this.#options.autosaveDelay());
  }

  /** Must be queued. `asked`: the writer wants it, also where the file is gone. */
  async save(document: Document, asked: boolean): Promise<void> {
    clearTimeout(document.timer);
    const away = await this.#lookWhetherAway(document);
    if (away) {
      if (asked) throw away;
      return;
    }
    await this.#lookWhetherGone(document);
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

  /**
   * Must be queued. Ends a conflict or a recovery. The side that is not chosen is kept as a copy; where a
   * text was made of both, both are kept as snapshots. Throws UserError.
   */
  async settle(document: Document, settlement: Settlement): Promise<void> {
    const { standing } = document;
    if (standing.kind !== 'conflict') return;
    const away = await this.#options.away();
    if (away) throw away;
    const { theirs } = standing;
    if (settlement.keep === 'merged') {
      await this.#settleMerged(document, theirs, settlement);
    } else if (settlement.keep === 'mine') {
      await this.#copy(document, 'their version', theirs.bytes);
      await this.#write(document, theirs.known);
    } else {
      const runsOf = await this.#options.marks.reload(document.real, theirs.file.text);
      await this.#copyMine(document);
      await this.#adopt(document, theirs, runsOf);
    }
    this.tell(document);
  }

  async #settleMerged(
    document: Document,
    theirs: Theirs,
    merged: Extract<Settlement, { keep: 'merged' }>,
  ): Promise<void> {
    const { before, log, reopened, emit, told } = this.#options;
    if (merged.theirs !== theirs.file.text) {
      throw new UserError(
        'document.changed',
        `${document.path} was changed by another program once more; compare it again.`,
      );
    }
    const sides = [
      { text: theirs.file.text, runs: noRuns, form: theirs.file.form, cause: 'theirs' },
      { text: document.text, runs: document.runs, form: document.form, cause: 'mine' },
    ] as const;
    const kept = await before.keep(document, sides).then(
      () => theirs.file.readOnly === null,
      (error: unknown) => {
        log(`Snapshots of two versions: ${String(error)}`);
        return false;
      },
    );
    if (!kept) {
      await this.#copy(document, 'their version', theirs.bytes);
      await this.#copyMine(document);
    }
    const text = merged.text.replace(/\r\n?/g, '\n');
    const runsOf = await this.#options.marks.reload(document.real, text);
    before.changing(document, 'mine');
    document.replace(text, marksOf(runsOf(document)));
    reopened(document);
    emit('documentReloaded', told(document));
    await this.#write(document, theirs.known);
  }

  /** Must be queued. Something happened to its file: the content decides what. */
  async check(document: Document): Promise<void> {
    if (!this.#options.isOpen(document) || (await this.#lookWhetherAway(document))) return;
    let found = await readKnown(document.real);
    if (!found) {
      if (document.standing.kind === 'gone') return;
      await new Promise((resolve) => setTimeout(resolve, GONE_AFTER));
      found = await readKnown(document.real);
    }
    const { standing, version } = document;
    if (!found) {
      if (await this.#lookWhetherAway(document)) return;
      document.standing = { kind: 'gone' };
      return this.tell(document);
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
        this.tell(document);
      }
    } else if (document.dirty) {
      const { text } = document;
      await this.#found(document, { version, text, bytes: this.#bytesOf(document) }, found);
    } else {
      await this.#reload(document, found);
    }
  }

  /**
   * Without the library's folder nothing is read, written or called gone: another folder may have its name.
   * Once it is there again, what is unsaved is saved.
   */
  async #lookWhetherAway(document: Document): Promise<UserError | null> {
    const away = await this.#options.away();
    const was = document.away;
    document.away = away?.message ?? null;
    if (document.away !== was) this.tell(document);
    if (document.dirty && document.standing.kind === 'agreed') {
      if (away) this.#later(document, RETRY);
      else if (was !== null) this.#later(document, 0);
    }
    return away;
  }

  /** Nothing is unsaved, yet the text may be in no file any more: what watches the folder comes later. */
  async #lookWhetherGone(document: Document): Promise<void> {
    if (document.standing.kind !== 'agreed' || document.dirty || document.known === null) return;
    if (await isThere(document.real)) return;
    document.standing = { kind: 'gone' };
    this.tell(document);
  }

  #later(document: Document, delay: number): void {
    clearTimeout(document.timer);
    document.timer = setTimeout(() => {
      document
        .queue(() => this.save(document, false))
        .catch((error: unknown) => {
          // A failed save has told the page; anything else is a bug.
          if (!isUserError(error)) this.#options.log(`Autosave: ${String(error)}`);
        });
    }, delay);
  }

  /** Writes the text to the file and tells what became of it. Throws UserError. */
  async #write(document: Document, expected: Expected): Promise<void> {
    const { version, text, runs } = document;
    const bytes = this.#bytesOf(document);
    try {
      const known = await saveFile(document.real, bytes, expected);
      this.#options.marks.save(document.real, text, runs);
      this.#saved(document, { version, text }, known);
    } catch (error) {
      if (error instanceof Changed) {
        await this.#found(document, { version, text, bytes }, error.found);
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
      this.tell(document);
      this.#later(document, RETRY);
      throw error;
    }
  }

  #saved(document: Document, { version, text }: Moment, known: Known): void {
    document.settled(version, known, text);
    if (document.dirty) this.#later(document, this.#options.autosaveDelay());
    const { bytes } = document.journal;
    if (!document.dirty && bytes > LONG_JOURNAL && bytes > 2 * Number(known.size)) {
      document.journal.remove().catch(this.#options.journalFailed);
    }
    this.tell(document);
  }

  /** A save came upon something else than it knew. */
  async #found(
    document: Document,
    moment: Moment & { readonly bytes: Buffer },
    found: Changed['found'],
  ): Promise<void> {
    if (!found) {
      document.standing = { kind: 'gone' };
      this.tell(document);
    } else if (found.known.sha256 === hashOf(moment.bytes)) {
      this.#saved(document, moment, found.known);
    } else {
      await this.#conflict(document, found);
    }
  }

  async #conflict(document: Document, { bytes, known }: NonNullable<Changed['found']>) {
    const file = await readDocument(bytes, document).catch((error: unknown) => {
      if (!isUserError(error)) throw error;
      // Another program put something that is no text there.
      return { text: '', form: document.form, readOnly: error.message };
    });
    document.disagree({ file, bytes, known });
    this.tell(document);
  }

  async #reload(document: Document, { bytes, known }: NonNullable<Changed['found']>) {
    let file;
    let runsOf;
    try {
      file = await readDocument(bytes, document);
      runsOf = await this.#options.marks.reload(document.real, file.text);
    } catch (error) {
      if (!isUserError(error)) throw error;
      return this.#conflict(document, { bytes, known });
    }
    const isKept = file.text === document.text || (await this.keepBeforeReload(document));
    // Dirty: typed while it was read, and while the text before was kept.
    if (!isKept || document.dirty) return this.#conflict(document, { bytes, known });
    await this.#adopt(document, { file, known }, runsOf);
    this.tell(document);
  }

  /**
   * Brings a text to the disk that is saved, and whose file another program replaced: it may be nowhere else.
   * Where it cannot be kept, that is told; gives whether it could.
   */
  async keepBeforeReload(document: Keepable & { readonly path: string }): Promise<boolean> {
    const { before, log, emit } = this.#options;
    const { path, text, runs, form } = document;
    try {
      await before.keep(document, [{ text, runs, form, cause: 'reload' }]);
      return true;
    } catch (error) {
      log(`The snapshot before ${path} is loaded again: ${String(error)}`);
      emit('notice', {
        sentence: `${path} was changed by another program, and your text could not be kept as a snapshot first; choose which one to keep.`,
        tone: 'warning',
      });
      return false;
    }
  }

  /**
   * The file's text in place of this one, which is on the disk already: as a snapshot, or as a copy beside
   * the file. `runsOf` finds what of it is suggested.
   */
  async #adopt(
    document: Document,
    theirs: Omit<Theirs, 'bytes'>,
    runsOf: (before: TextWithRuns) => Runs,
  ): Promise<void> {
    this.#options.before.changing(document, 'reload');
    const adopted = document.adopt(theirs, runsOf(document));
    // Told with the new version, not after it: a page that first hears that its edit is stale would put its
    // own text in the place of this one.
    this.#options.reopened(document);
    this.#options.emit('documentReloaded', this.#options.told(document));
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

  /** A copy of the text as it is when this resolves: also of what is typed while it is written. */
  async #copyMine(document: Document): Promise<void> {
    let { version } = document;
    const copy = await this.#copy(document, 'my version', this.#bytesOf(document));
    let { known } = copy;
    while (document.version !== version) {
      ({ version } = document);
      known = await saveFile(copy.path, this.#bytesOf(document), known);
    }
    // Nobody waits for its marks: what is typed now would be in no copy.
    const { marks } = this.#options;
    marks.save(copy.path, document.text, document.runs);
    void marks.forget(copy.path);
  }

  #copy({ path, real }: Document, whose: string, bytes: Buffer): Promise<Created> {
    const names = copyNames(path.split('/').at(-1)!, whose, this.#options.now());
    return createFree(dirname(real), names, bytes);
  }
}
