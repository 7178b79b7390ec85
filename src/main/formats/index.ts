/**
 * Manuscripts in and out of the formats that writers have.
 *
 * What is kept: paragraphs, headings, italics and bold, quotations, lists, verse, scene breaks, quotes and
 * dashes as they are, footnotes and endnotes, simple tables, links, and the title, author and language.
 * What was inserted under tracking is text; what was deleted is not. What is left out is counted and told:
 * deleted passages, comments, hidden text, pictures, page headers and footers, tables of contents.
 */
export { readAsText, readProse, type Manuscript, type ReadText } from './apart.ts';
export { decodeText, type Decoded } from './decode-text.ts';
export { proseFromMarkdown, proseToMarkdown } from './front-matter.ts';
export { formatOf, isPlain, readableFormats, type Format } from './kinds.ts';
export { fromMarkdown, toMarkdown } from './markdown.ts';
export { toPlainText } from './plain-text.ts';
export type { Dropped, Prose, Reading } from './prose.ts';
