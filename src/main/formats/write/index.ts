/** Books out: documents are assembled to one, and it is written in a format; a PDF is printed of a page. */
export { assemble, titleOf, type Assembled, type BookOptions, type Part } from './assemble.ts';
export type { Block, Book, Chapter, Inline } from './book.ts';
export { epubId, epubOf } from './epub.ts';
export { partOf } from './part.ts';
export { writeBook, type BookRequest, type Written, type WrittenBook } from './write-book.ts';
