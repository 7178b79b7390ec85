import {
  defaultSampling,
  type ApiClient,
  type Edit,
  type KeepBefore,
  type Marks,
  type OpenDocument,
  type Preferences,
  MOST_UNDO,
  type Sampling,
  type SaveState,
  type UndoHistory,
} from '../../shared/api/index.ts';
import type { Counts, EditorText, Heading } from '../editor/types.ts';
import { EditQueue, type MarkedText } from './edit-queue.ts';
import { UndoKeeper } from './undo-keeper.ts';

/** Milliseconds after which what was set for a document is kept. */
const PAUSE = 500;

export interface DocumentOptions {
  readonly client: ApiClient;
  readonly opened: OpenDocument;
  /** The text in the editor, where it shows this document. */
  readonly live: (document: Document) => { text(): string; marks(): Marks } | null;
  /** What can be undone in it, as text. */
  readonly history: (document: Document) => string | null;
  readonly problem: (sentence: string) => void;
}

/** A document that is open: its text on the way to the host, and what the writer set for it. */
export class Document {
  path = $state('');
  save = $state.raw<SaveState>({ kind: 'saved', version: 0 });
  readOnly = $state.raw<string | null>(null);
  /** What the file holds, where the text here was recovered from a crash and differs. */
  fileText = $state.raw<string | null>(null);
  /** What that and the text here come from, where it is known. */
  fileBase = $state.raw<string | null>(null);
  form = $state('');
  counts = $state.raw<Counts>({ words: 0, characters: 0, selectedWords: 0 });
  /** Words that stand as a voice suggested them. */
  suggested = $state(0);
  outline = $state.raw<readonly Heading[]>([]);
  preferences = $state.raw<Preferences>({
    voice: null,
    sampling: defaultSampling,
    goal: null,
    caret: 0,
    top: 0,
  });
  readonly queue: EditQueue;
  readonly undo: UndoKeeper;
  readonly #client: ApiClient;
  /** As it was when the editor last left it. */
  #left: MarkedText;
  /** What could be undone when it was opened, with the text of then. */
  readonly #undo: UndoHistory | null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor({ client, opened, live, history, problem }: DocumentOptions) {
    this.#client = client;
    this.preferences = opened.preferences;
    this.#left = opened;
    this.#undo = opened.undo && { ...opened.undo, text: opened.undo.text ?? opened.text };
    this.path = opened.path;
    this.save = opened.save;
    this.#describe(opened);
    this.queue = new EditQueue({
      client,
      path: opened.path,
      version: opened.version,
      text: () => live(this)?.text() ?? this.#left.text,
      marks: () => live(this)?.marks() ?? this.#left.marks,
      failed: ({ sentence }) => problem(sentence),
    });
    this.undo = new UndoKeeper({
      settled: () => this.queue.idle,
      history: () => history(this),
      keep: async (text) => {
        if (text.length > MOST_UNDO) return;
        const { path, queue } = this;
        await client.call.keepUndo({ path, version: queue.version, history: text });
      },
    });
  }

  get name(): string {
    return nameOf(this.path);
  }

  get forEditor(): EditorText {
    const { caret, top } = this.preferences;
    const { text, marks } = this.#left;
    const readOnly = this.readOnly !== null;
    return { path: this.path, text, marks, readOnly, caret, top, undo: this.#undo };
  }

  edited(edits: readonly Edit[], keep: KeepBefore | null = null): void {
    this.queue.push(edits, keep);
    this.undo.edited();
    if (this.save.kind === 'saved') this.save = { kind: 'unsaved', version: this.save.version };
  }

  /** How the host saves it. What has not reached the host is not saved. */
  told(state: SaveState): void {
    const { queue } = this;
    if (state.kind === 'saved') queue.saved(state.version);
    this.save =
      state.kind === 'saved' && !queue.idle ? { kind: 'unsaved', version: state.version } : state;
  }

  /** The editor shows another document now. */
  leave(left: MarkedText): void {
    this.#left = left;
  }

  moved(to: string): void {
    this.path = to;
    this.queue.path = to;
  }

  /** Another program changed the file. Gives the text to be shown. */
  reloaded(opened: OpenDocument): MarkedText {
    this.#describe(opened);
    this.#left = this.queue.reloaded(opened);
    this.told(opened.save);
    return this.#left;
  }

  /** A conflict or a recovery is over. Where the file's text was taken, `reloaded` came before. */
  settled(opened: OpenDocument): void {
    this.#describe(opened);
    this.told(opened.save);
  }

  replaced({ text, version }: { readonly text: string; readonly version: number }): void {
    this.queue.settled({ version });
    this.#left = { ...this.#left, text };
  }

  /** Gives the text to be shown, or null where ours stands. */
  reconnected(opened: OpenDocument): MarkedText | null {
    this.#describe(opened);
    const shown = this.queue.reconnected(opened);
    this.told(opened.save);
    if (shown !== null) this.#left = shown;
    return shown;
  }

  prefer(change: Partial<Preferences>): void {
    this.preferences = { ...this.preferences, ...change };
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.keepPreferences(), PAUSE);
  }

  sample(change: Partial<Sampling>): void {
    this.prefer({ sampling: { ...this.preferences.sampling, ...change } });
  }

  /** Losing a caret or a slider's place is not worth a sentence. */
  async keepPreferences(): Promise<void> {
    clearTimeout(this.#timer);
    const { path, preferences } = this;
    await this.#client.call.setPreferences({ path, preferences });
  }

  #describe(opened: OpenDocument): void {
    this.readOnly = opened.readOnly;
    this.fileText = opened.fileText;
    this.fileBase = opened.fileBase;
    this.form = opened.form;
  }
}

/** "Novel/Chapter 2.md" is "Chapter 2". */
export function nameOf(path: string): string {
  const file = path.slice(path.lastIndexOf('/') + 1);
  return file.replace(/\.(md|markdown|txt)$/i, '');
}

export const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));
