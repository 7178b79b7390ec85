/** The boundary between the host and the process that writes books: large ones take seconds. */
import * as v from 'valibot';
import { bookFormats, pageSizes } from '../../shared/books.ts';
import { call, event } from '../../shared/rpc/index.ts';

const line = v.nullable(v.pipe(v.string(), v.maxLength(1000)));

export const bookRequestSchema = v.strictObject({
  documents: v.array(v.strictObject({ name: v.string(), text: v.string() })),
  format: v.picklist(bookFormats),
  pageSize: v.picklist(pageSizes),
  /** Of this edition. */
  date: v.date(),
  options: v.strictObject({
    title: line,
    author: line,
    language: line,
    titlePage: v.boolean(),
    chapterHeadings: v.boolean(),
    fallbackTitle: v.string(),
    fallbackLanguage: v.string(),
  }),
});
export type BookRequest = v.InferOutput<typeof bookRequestSchema>;

export interface WrittenBook {
  /** A file as it is, or a page that is yet to be printed. */
  readonly written:
    | { readonly kind: 'file'; readonly bytes: Uint8Array }
    | { readonly kind: 'page'; readonly html: string };
  /** What the documents had and the book has not, in words for the writer. */
  readonly dropped: readonly { readonly what: string; readonly count: number }[];
}

export const exporterApi = {
  write: call<WrittenBook>()(bookRequestSchema),
  log: event<string>(),
} as const;
export type ExporterApi = typeof exporterApi;
