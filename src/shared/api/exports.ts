import * as v from 'valibot';
import { bookFormats, pageSizes } from '../books.ts';
import { libraryPath, text } from './values.ts';

const line = v.nullable(v.pipe(text(300), v.trim()));

/** How a book is made; what the writer chose last is kept in the settings. */
export const bookChoicesSchema = v.strictObject({
  format: v.picklist(bookFormats),
  author: text(300),
  titlePage: v.boolean(),
  /** A document without a heading gets its name as one. */
  chapterHeadings: v.boolean(),
  /** "": as it is usual here. */
  pageSize: v.picklist(['', ...pageSizes]),
});
export type BookChoices = v.InferOutput<typeof bookChoicesSchema>;

export const defaultBookChoices: BookChoices = {
  format: 'docx',
  author: '',
  titlePage: true,
  chapterHeadings: true,
  pageSize: '',
};

/** A document, or a folder as one book in reading order; "" is the whole library. */
export const exportSchema = v.strictObject({
  path: libraryPath,
  /** Null: what the document says, else its name. */
  title: line,
  choices: bookChoicesSchema,
});
export type ExportRequest = v.InferOutput<typeof exportSchema>;

/** What an export is at. */
export type ExportStage = 'choosing' | 'writing' | 'printing' | 'saving';

export interface Exported {
  /** Where, for people. */
  readonly place: string;
  /** What the documents had and the book has not, in words for the writer, in the singular. */
  readonly dropped: readonly { readonly what: string; readonly count: number }[];
}
