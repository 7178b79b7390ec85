/** What the editor and the rest of the page know of each other: callbacks in, effects out. No transport. */
import type {
  Edit,
  KeepBefore,
  Marks,
  Passage,
  Settings,
  UndoHistory,
} from '../../shared/api/index.ts';

/** How a change came about: only what the writer typed counts as their own words. */
export type Origin = 'typed' | 'accepted' | 'other';

export interface Heading {
  /** 1 to 6. */
  readonly level: number;
  readonly text: string;
  readonly from: number;
}

/** What the editor shows of a suggestion. */
export type GhostState =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'shown';
      readonly request: string;
      /** From 0, of those that have come so far. */
      readonly alternative: number;
      readonly count: number;
      readonly streaming: boolean;
      /** The rest of the text, not yet accepted or typed. */
      readonly text: string;
    };

export interface Counts {
  readonly words: number;
  readonly characters: number;
  /** Of the selection; 0 where there is none. */
  readonly selectedWords: number;
}

export interface EditorCallbacks {
  /**
   * Edits against the text before them, in order, and the words they add (fewer than 0 where they take
   * some); `words` is 0 unless they were typed. `keep`: why the text before them is worth keeping, or null.
   */
  edited(edits: readonly Edit[], origin: Origin, words: number, keep: KeepBefore | null): void;
  /** The caret or the top of the view moved; UTF-16 offsets. Called at most a few times a second. */
  moved(caret: number, top: number): void;
  /** The writer wants a suggestion at `at` (again: another one). */
  suggest(at: number): void;
  /** Esc while a suggestion streams, or whatever made it pointless: stop the sampler. */
  stop(request: string): void;
  /** Text of a suggestion was taken into the document. */
  accepted(request: string, text: string): void;
  ghostChanged(state: GhostState): void;
  countsChanged(counts: Counts): void;
  outlineChanged(headings: readonly Heading[]): void;
  /** What a suggestion was asked with, so that its text can be marked; null where nobody knows. */
  passageOf(request: string): Passage | null;
  /** So many words of the text stand as a voice suggested them. */
  suggestedChanged(words: number): void;
  /** Suggested text is shown, and the caret came into that of this passage, or out of any. */
  passageAtCaret(passage: Passage | null): void;
}

/** Text, and the passage it is of; null where the writer wrote it. */
export interface Written {
  readonly text: string;
  readonly passage: Passage | null;
}

export interface EditorText {
  readonly path: string;
  readonly text: string;
  readonly marks: Marks;
  readonly readOnly: boolean;
  readonly caret: number;
  readonly top: number;
  /** What could be undone when it was last here; null where nothing is known of it. */
  readonly undo: UndoHistory | null;
}

/** The suggestion that streams into the editor. Late or stale calls are ignored. */
export interface Ghost {
  /** A new suggestion begins at `at` of the present text; one before it goes. */
  begin(request: string, at: number): void;
  append(request: string, alternative: number, text: string): void;
  /** No more comes. */
  end(request: string): void;
  dismiss(): void;
}

export type EditorCommand =
  | 'continue'
  | 'acceptAll'
  | 'acceptWord'
  | 'acceptSentence'
  | 'nextAlternative'
  | 'previousAlternative'
  /** Stops a suggestion that streams and keeps what came; takes one away that does not. */
  | 'dismiss'
  | 'undo'
  | 'redo'
  | 'find'
  | 'findNext'
  | 'findPrevious'
  | 'replace'
  | 'bold'
  | 'italic'
  | 'heading';

export interface Editor {
  readonly ghost: Ghost;
  /** Shows a document; one seen before comes back with its undo history, caret and view. */
  show(document: EditorText): void;
  /**
   * Replaces the text as one change (a reload), keeping the caret where it makes sense; not told to
   * `edited`. Without `marks`, what stays of the text keeps its own.
   */
  replaceText(path: string, text: string, marks?: Marks): void;
  renamed(from: string, to: string): void;
  /** What can be undone in a document, as text to be shown again with; null where there is nothing. */
  undoHistory(path: string): string | null;
  /** Forgets a closed document. */
  forget(path: string): void;
  /** The present text and caret of the document that is shown. */
  text(): string;
  marks(): Marks;
  caret(): number;
  /** Puts text at the caret as one undo step, spaces right on both sides. */
  insert(pieces: readonly Written[], origin: Origin): void;
  /** Text of a snapshot comes back into the document that is shown, as one undo step. */
  restore(edits: readonly Edit[], snapshot: string): void;
  /** Selects and scrolls to a range. */
  reveal(from: number, to: number): void;
  run(command: EditorCommand): boolean;
  configure(settings: Settings): void;
  focus(): void;
  destroy(): void;
}

/** The nonce lets CodeMirror add its styles under the page's policy. */
export type CreateEditor = (
  parent: HTMLElement,
  options: {
    readonly settings: Settings;
    readonly callbacks: EditorCallbacks;
    readonly nonce: string;
  },
) => Editor;
