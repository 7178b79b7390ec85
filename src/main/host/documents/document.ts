import { ChunkedText } from '../../../shared/chunked-text.ts';
import type {
  Edit,
  Marks,
  OpenDocument,
  Preferences,
  SaveState,
} from '../../../shared/api/index.ts';
import { marksOf, noRuns, runsAfter, runsOf, type Runs } from '../../../shared/provenance/index.ts';
import type { TextOfDocument } from '../types.ts';
import type { Journal } from './journal.ts';
import { differenceOf, editLineEnds, replaceLineEnds } from './line-ends.ts';
import type { Recovered } from './recovery.ts';
import type { Known } from './known.ts';
import { describe, type Form, type TextFile } from './text-file.ts';

/** The file's side of a conflict: another program's, or what stood there when a crash left more here. */
export interface Theirs {
  readonly file: TextFile;
  readonly bytes: Buffer;
  readonly known: Known;
}

export type Standing =
  | { readonly kind: 'agreed' }
  | { readonly kind: 'conflict'; readonly theirs: Theirs; readonly recovered: boolean }
  | { readonly kind: 'gone' };

/** An open document: the truth of its text. Knows its journal, and nothing of the disk beside. */
export class Document {
  /** In the library. */
  path: string;
  /** On the disk, links resolved. */
  real: string;
  readonly journal: Journal;
  /** Why it cannot be changed, as a sentence. */
  readOnly: string | null;
  form: Form;
  /** What the file was when it was last read or written. */
  known: Known | null;
  /** The text that was last in the file as it was known; what both sides of a conflict come from. */
  agreed: string | null;
  standing: Standing = { kind: 'agreed' };
  /** Why the last save failed. */
  failure: string | null = null;
  /** Why nothing can be saved now: the library's folder is away. */
  away: string | null = null;
  /** Version that is in the file. */
  saved: number;
  timer: NodeJS.Timeout | undefined;
  #text: ChunkedText;
  #runs: Runs;
  #version: number;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(
    place: { path: string; real: string },
    file: TextFile,
    known: Known,
    journal: Journal,
    runs: Runs = noRuns,
  ) {
    this.path = place.path;
    this.real = place.real;
    this.readOnly = file.readOnly;
    this.form = file.form;
    this.known = known;
    this.journal = journal;
    this.agreed = file.text;
    this.#text = new ChunkedText(file.text);
    this.#runs = runs;
    this.#version = 1;
    this.saved = 1;
  }

  get version(): number {
    return this.#version;
  }

  get dirty(): boolean {
    return this.#version !== this.saved;
  }

  get text(): string {
    return this.#text.toString();
  }

  /** What of the text a voice suggested. */
  get runs(): Runs {
    return this.#runs;
  }

  /** For those who follow: always the present, and its text is joined only when it is read. */
  get view(): TextOfDocument {
    const present = (): Document => this;
    return {
      get path() {
        return present().path;
      },
      get version() {
        return present().version;
      },
      get text() {
        return present().text;
      },
    };
  }

  fits(edits: readonly Edit[]): boolean {
    return this.#text.fits(edits);
  }

  /** Applies edits that fit, and journals them. */
  edit(edits: readonly Edit[]): void {
    this.#begin();
    if (this.form.lineEnds.kind === 'mixed') {
      const lineEnds = editLineEnds(this.form.lineEnds, this.text, edits);
      this.form = { ...this.form, lineEnds };
    }
    this.#text.apply(edits);
    this.#runs = runsAfter(this.#runs, edits);
    this.#version++;
    this.journal.append({ kind: 'edits', version: this.#version, edits: [...edits] });
  }

  /** Another text as a whole, and journals it. Without `marks`, what stays of the text keeps its own. */
  replace(text: string, marks: Marks | null = null): void {
    this.#begin();
    this.#runs = marks ? runsOf(marks) : runsAfter(this.#runs, [differenceOf(this.text, text)]);
    const lineEnds = replaceLineEnds(this.form.lineEnds, this.text, text);
    this.form = { ...this.form, lineEnds };
    this.#text = new ChunkedText(text);
    this.#version++;
    const kept = marksOf(this.#runs);
    this.journal.append({ kind: 'text', version: this.#version, text, marks: kept });
  }

  /** Its text came back in the form it had. */
  reform(form: Form): void {
    if (JSON.stringify(form) === JSON.stringify(this.form)) return;
    this.form = form;
    const marks = marksOf(this.#runs);
    this.journal.append({ kind: 'text', version: this.#version, text: this.text, marks, form });
  }

  /** What a crash had left here that the file does not have; the writer chooses, whatever the file is. */
  recover({ text, runs, form, version, agreed, isSaved }: Recovered, theirs: Theirs): void {
    this.readOnly = null;
    this.agreed = agreed;
    this.#text = new ChunkedText(text);
    this.#runs = runs;
    this.form = form;
    this.#version = version;
    this.saved = 0;
    // What was saved is not recovered: another program replaced it since.
    this.standing = { kind: 'conflict', theirs, recovered: !isSaved };
  }

  /** Another text is in the file. What stands here is in none then, so it is unsaved, and journalled as that. */
  disagree(theirs: Theirs): void {
    const recovered = this.standing.kind === 'conflict' && this.standing.recovered;
    this.standing = { kind: 'conflict', theirs, recovered };
    if (this.dirty) return;
    this.#begin();
    this.saved = 0;
    this.journal.append({ kind: 'saved', version: 0, sha256: theirs.known.sha256 });
  }

  /** The file's text in place of this one; nothing is unsaved any more. */
  async adopt({ file, known }: Omit<Theirs, 'bytes'>, runs: Runs): Promise<void> {
    this.#runs = runs;
    this.agreed = file.text;
    this.#text = new ChunkedText(file.text);
    this.form = file.form;
    this.readOnly = file.readOnly;
    this.known = known;
    this.#version++;
    this.saved = this.#version;
    this.standing = { kind: 'agreed' };
    this.failure = null;
    await this.journal.remove();
  }

  /** `version`, which is `text`, is in the file now. */
  settled(version: number, known: Known, text: string): void {
    this.known = known;
    this.agreed = text;
    this.saved = version;
    this.standing = { kind: 'agreed' };
    this.failure = null;
    if (this.journal.bytes > 0) {
      this.journal.append({ kind: 'saved', version, sha256: known.sha256 });
    }
  }

  /** Runs `work` after all that is under way with this document's file. */
  queue<T>(work: () => Promise<T>): Promise<T> {
    const run = this.#queue.then(work, work);
    this.#queue = run.catch(() => undefined);
    return run;
  }

  get state(): SaveState {
    if (this.standing.kind === 'conflict') {
      return { kind: 'conflict', theirs: this.standing.theirs.file.text, base: this.agreed };
    }
    if (this.away !== null) return { kind: 'failed', sentence: this.away };
    if (this.standing.kind === 'gone') return { kind: 'gone' };
    if (this.failure !== null) return { kind: 'failed', sentence: this.failure };
    return { kind: this.dirty ? 'unsaved' : 'saved', version: this.#version };
  }

  opened(preferences: Preferences): OpenDocument {
    const { standing } = this;
    const recovered = standing.kind === 'conflict' && standing.recovered;
    return {
      path: this.path,
      text: this.text,
      version: this.#version,
      form: describe(this.form),
      readOnly: this.readOnly,
      fileText: recovered ? standing.theirs.file.text : null,
      marks: marksOf(this.#runs),
      fileBase: recovered ? this.agreed : null,
      save: recovered ? { kind: 'unsaved', version: this.#version } : this.state,
      preferences,
      undo: null,
    };
  }

  #begin(): void {
    if (this.journal.bytes > 0) return;
    this.journal.append({
      kind: 'base',
      format: 1,
      path: this.path,
      real: this.real,
      sha256: this.known?.sha256 ?? null,
      version: this.#version,
      text: this.text,
      marks: marksOf(this.#runs),
      form: this.form,
    });
  }
}
