import type { BookFormat, PageSize } from '../../../shared/books.ts';
import type { Dropped } from '../prose.ts';
import { assemble, type BookOptions, type Part } from './assemble.ts';
import type { Book } from './book.ts';
import { docxOf } from './docx.ts';
import { epubId, epubOf } from './epub.ts';
import { htmlOf } from './html.ts';
import { markdownOf } from './markdown.ts';
import { plainOf } from './plain.ts';

export interface BookRequest {
  readonly parts: readonly Part[];
  readonly format: BookFormat;
  readonly pageSize: PageSize;
  readonly date: Date;
  readonly options: BookOptions;
}

/** A file as it is, or a page that is yet to be printed. */
export type Written =
  | { readonly kind: 'file'; readonly bytes: Uint8Array }
  | { readonly kind: 'page'; readonly html: string };

export interface WrittenBook {
  readonly written: Written;
  readonly dropped: readonly Dropped[];
}

const text = (content: string): Written => ({ kind: 'file', bytes: Buffer.from(content) });

/** Makes one book of documents, in a format. */
export async function writeBook(request: BookRequest): Promise<WrittenBook> {
  const { parts, format, options } = request;
  const isText = format === 'md' || format === 'txt';
  // A text alone stays the text it is.
  const chapterHeadings = options.chapterHeadings && !(isText && parts.length === 1);
  const { book, dropped } = assemble(parts, { ...options, chapterHeadings });
  return { written: await written(book, request), dropped };
}

async function written(book: Book, { format, pageSize, date }: BookRequest): Promise<Written> {
  switch (format) {
    case 'docx':
      return { kind: 'file', bytes: await docxOf(book, pageSize) };
    case 'epub':
      return { kind: 'file', bytes: await epubOf(book, { id: epubId(book), date }) };
    case 'pdf':
      return { kind: 'page', html: htmlOf(book, { pageSize, medium: 'print' }) };
    case 'html':
      return text(htmlOf(book, { pageSize, medium: 'screen' }));
    case 'md':
      return text(markdownOf(book));
    case 'txt':
      return text(plainOf(book));
  }
}
