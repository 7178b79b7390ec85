/** A book as one page that needs nothing else: no scripts, no files beside it, no network. */
import type { Book } from './book.ts';
import { chapterMarkup } from './markup.ts';
import { escaped } from './printable.ts';
import type { PageSize } from '../../../shared/books.ts';
import { printStyle, screenStyle, textStyle } from './style.ts';

/** Nothing but its own style is loaded or run, whatever a text may hold. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** A shorter book needs no table of contents. */
const LEAST_CONTENTS = 3;

export interface HtmlOptions {
  readonly pageSize: PageSize;
  /** `print`: what a PDF is made of, as it looks on paper. */
  readonly medium: 'screen' | 'print';
}

export function htmlOf(book: Book, { pageSize, medium }: HtmlOptions): string {
  const { title, author, language, titlePage, chapters } = book;
  const style =
    medium === 'print'
      ? `${textStyle}\n${printStyle(pageSize)}`
      : `${textStyle}\n@media screen {\n${screenStyle}\n}\n@media print {\n${printStyle(pageSize)}\n}`;
  const sections = chapters.map((chapter, i) => {
    const id = `chapter-${i + 1}`;
    const body = chapterMarkup(chapter, {
      prefix: `c${i + 1}-`,
      level: titlePage ? 2 : 1,
      epub: false,
    });
    return `<section class="chapter" id="${id}"${chapter.heading === null ? ` aria-label="${escaped(chapter.title)}"` : ''}>\n${body}\n</section>`;
  });
  return `<!DOCTYPE html>
<html lang="${escaped(language)}">
<head>
<meta charset="utf-8"/>
<meta http-equiv="Content-Security-Policy" content="${policy}"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta name="generator" content="Understudy"/>
${author === null ? '' : `<meta name="author" content="${escaped(author)}"/>\n`}<title>${escaped(title)}</title>
<style>
${style}
</style>
</head>
<body>
${titlePage ? `${titleMarkup(book)}\n` : ''}${medium === 'screen' ? contentsMarkup(book) : ''}<main>
${sections.join('\n')}
</main>
</body>
</html>
`;
}

const titleMarkup = ({ title, author }: Book): string =>
  `<header class="title-page">\n<h1>${escaped(title)}</h1>\n` +
  `${author === null ? '' : `<p>${escaped(author)}</p>\n`}</header>`;

function contentsMarkup({ titlePage, chapters }: Book): string {
  if (!titlePage || chapters.length < LEAST_CONTENTS) return '';
  const items = chapters.map(
    ({ title }, i) => `<li><a href="#chapter-${i + 1}">${escaped(title)}</a></li>`,
  );
  return `<nav aria-labelledby="contents">\n<h2 id="contents">Contents</h2>\n<ol>\n${items.join('\n')}\n</ol>\n</nav>\n`;
}
