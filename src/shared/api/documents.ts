import * as v from 'valibot';
import { fitIn, marksSchema, type Marks } from './marks.ts';
import { samplingSchema } from './sampling.ts';
import { text, voiceName, whole, MOST_TEXT } from './values.ts';

/** A document of the library: a plain text file. Its id is its path in the library. */
export interface DocumentEntry {
  readonly kind: 'document';
  readonly path: string;
  readonly name: string;
  readonly words: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
}

export interface FolderEntry {
  readonly kind: 'folder';
  readonly path: string;
  readonly name: string;
  /** Folders first, then by name as people count ("2" before "10"). */
  readonly entries: readonly Entry[];
}

export type Entry = DocumentEntry | FolderEntry;

export interface Library {
  /** For people: the folder, its home shortened to ~. */
  readonly place: string;
  readonly root: FolderEntry;
}

export interface SearchHit {
  readonly path: string;
  /** UTF-16 offsets into the text with \n line ends. */
  readonly from: number;
  readonly to: number;
  /** The line around it, shortened, and where in it the hit is. */
  readonly excerpt: string;
  readonly excerptFrom: number;
  readonly excerptTo: number;
}

/**
 * A replacement of [from, to) of the text before the change by `insert`. Offsets are UTF-16 code units of
 * the text with \n line ends; the edits of one change are in order and do not overlap.
 */
export const editSchema = v.pipe(
  v.strictObject({
    from: whole(0, MOST_TEXT),
    to: whole(0, MOST_TEXT),
    insert: text(MOST_TEXT),
    /** What of `insert` a voice suggested, in offsets of it. */
    marks: v.exactOptional(marksSchema),
  }),
  v.check(({ insert, marks }) => fitIn(insert.length, marks), 'marks outside of what is inserted'),
);
export type Edit = v.InferOutput<typeof editSchema>;
/** Longest undo history that is kept, in UTF-16 code units. */
export const MOST_UNDO = 1 << 24;

export const editsSchema = v.pipe(v.array(editSchema), v.minLength(1), v.maxLength(100_000));

/** What a writer set for one document. */
export const preferencesSchema = v.strictObject({
  voice: v.nullable(voiceName),
  sampling: samplingSchema,
  /** Words to reach, or null. */
  goal: v.nullable(whole(1, 10_000_000)),
  /** Where the caret and the view were, UTF-16 offsets. */
  caret: whole(0, MOST_TEXT),
  top: whole(0, MOST_TEXT),
});
export type Preferences = v.InferOutput<typeof preferencesSchema>;

/** What could be undone when the editor was last left or rested. */
export interface UndoHistory {
  /** The editor's own notation, as JSON. */
  readonly history: string;
  /** The text it belongs to; null where that is the text of the document. */
  readonly text: string | null;
}

export interface OpenDocument {
  readonly path: string;
  /** With \n line ends, whatever the file has. */
  readonly text: string;
  /** Counts the changes; a request names the version it was made for. */
  readonly version: number;
  /** The file's encoding for people, such as "UTF-8" or "windows-1252, CRLF". */
  readonly form: string;
  /** Why it cannot be changed, as a sentence; null where it can. */
  readonly readOnly: string | null;
  /**
   * The text of the file, where `text` is what a crash had left unsaved and differs from it; null
   * otherwise. Nothing is replaced silently.
   */
  readonly fileText: string | null;
  /** What both come from, where it is known. */
  readonly fileBase: string | null;
  /** How it is saved. What was recovered is not. */
  readonly save: SaveState;
  /** What of `text` a voice suggested. */
  readonly marks: Marks;
  readonly preferences: Preferences;
  /** From before the page was loaded; null where there is none, and where a document is told of again. */
  readonly undo: UndoHistory | null;
}

/** How a conflict or a recovery ends. `mine` is the text here, `theirs` the file's; the other one is kept. */
export const settlementSchema = v.variant('keep', [
  v.strictObject({ keep: v.literal('mine') }),
  v.strictObject({ keep: v.literal('theirs') }),
  /** A text that was made of both: `theirs` is the file's text it was made with. Both are kept. */
  v.strictObject({ keep: v.literal('merged'), text: text(MOST_TEXT), theirs: text(MOST_TEXT) }),
]);
export type Settlement = v.InferOutput<typeof settlementSchema>;

/** What becomes of an open document on the disk. */
export type SaveState =
  | { readonly kind: 'saved'; readonly version: number }
  | { readonly kind: 'unsaved'; readonly version: number }
  /** It stays unsaved and journalled; the sentence says what to do. */
  | { readonly kind: 'failed'; readonly sentence: string }
  /** Another program changed the file while there were changes here: the writer decides. */
  | {
      readonly kind: 'conflict';
      readonly theirs: string;
      /** What both come from, where it is known. */
      readonly base: string | null;
    }
  /** The file is gone from the disk; the text is kept here. */
  | { readonly kind: 'gone' };
