import * as v from 'valibot';
import { entryPath, libraryPath } from './values.ts';

/** What a report is about. */
export const scopeSchema = v.variant('kind', [
  v.strictObject({ kind: v.literal('document'), path: entryPath }),
  /** With all folders in it; "" is the library. */
  v.strictObject({ kind: v.literal('folder'), path: libraryPath }),
]);
export type Scope = v.InferOutput<typeof scopeSchema>;

export const reportSchema = v.strictObject({
  scope: scopeSchema,
  format: v.picklist(['markdown', 'html']),
  /** Every suggested passage, as it stands. */
  passages: v.boolean(),
  /** A file of the writer's choice, or a document of the library. */
  to: v.picklist(['file', 'document']),
});
export type ReportRequest = v.InferOutput<typeof reportSchema>;

/** Words of a voice, or of a day. */
export interface Part {
  readonly name: string;
  /** Taken into the text, and those that stand as they were. */
  readonly taken: number;
  readonly kept: number;
}

/** How many of the documents are counted. */
export interface CountStep {
  readonly done: number;
  readonly of: number;
}

/** How much of a text, or of several, is whose. All numbers are words. */
export interface Disclosure {
  /** Of the document or the folder. */
  readonly name: string;
  readonly documents: number;
  readonly words: number;
  /** What no voice suggested. */
  readonly own: number;
  /** What stands as it was suggested. */
  readonly kept: number;
  /** What was suggested and taken, and changed or removed since; of passages of which something is left. */
  readonly changed: number;
  readonly voices: readonly Part[];
  /** By day, "2026-11-25", oldest first. */
  readonly days: readonly Part[];
  /** What a writer can put under their text. */
  readonly sentence: string;
}
