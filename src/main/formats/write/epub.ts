/** A book as EPUB 3, with the contents of EPUB 2 beside it for old readers. */
import { createHash } from 'node:crypto';
import { ZipFile } from 'yazl';
import type { Book, Chapter } from './book.ts';
import { chapterMarkup } from './markup.ts';
import { escaped } from './printable.ts';
import { epubStyle, textStyle } from './style.ts';

export interface EpubOptions {
  /** A URN. Programs that read take files of one identifier for editions of one book. */
  readonly id: string;
  /** Of this edition. */
  readonly date: Date;
}

/** The same for the same title and author: a new export takes the place of the old one on a shelf. */
export function epubId({ title, author, language }: Book): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([title, author, language]))
    .digest();
  const bytes = hash.subarray(0, 16);
  // Version 8 of RFC 9562: made in a way of one's own.
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `urn:uuid:${hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')}`;
}

const MIMETYPE = 'application/epub+zip';

interface Page {
  readonly file: string;
  readonly id: string;
  /** For the contents. */
  readonly title: string;
  readonly content: string;
}

/** The bytes of the book. The same book, id and date give the same bytes. */
export async function epubOf(book: Book, { id, date }: EpubOptions): Promise<Uint8Array> {
  const chapters = book.chapters.map((chapter, i) => chapterPage(book, chapter, i));
  const title = book.titlePage ? titlePage(book) : null;
  const pages = title === null ? chapters : [title, ...chapters];
  const files: readonly (readonly [string, string])[] = [
    ['META-INF/container.xml', container],
    ['OEBPS/book.opf', packageDocument(book, pages, id, date)],
    ['OEBPS/nav.xhtml', navigation(book, title, chapters)],
    ['OEBPS/toc.ncx', oldContents(book, pages, id)],
    ['OEBPS/style.css', `${textStyle}\n${epubStyle}\n`],
    ...pages.map(({ file, content }) => [`OEBPS/${file}`, content] as const),
  ];
  const zip = new ZipFile();
  const entry = { mtime: zipTime(date), mode: 0o100644, forceDosTimestamp: true };
  // First and as it is, so that the kind of file shows in its first bytes.
  zip.addBuffer(Buffer.from(MIMETYPE), 'mimetype', { ...entry, compress: false });
  for (const [name, content] of files) zip.addBuffer(Buffer.from(content), name, entry);
  zip.end();
  const chunks: Uint8Array[] = [];
  for await (const chunk of zip.outputStream) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

/** Archives hold the time of a clock on the wall: everywhere the same one, and none before 1980. */
const zipTime = (date: Date): Date => {
  const year = Math.max(1980, date.getUTCFullYear());
  const [month, day] = [date.getUTCMonth(), date.getUTCDate()];
  return new Date(year, month, day, date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds());
};

const container = `<?xml version="1.0" encoding="UTF-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
  <rootfiles>
    <rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/>
  </rootfiles>
</container>
`;

/** @param type what the page is, in the vocabulary of EPUB */
const xhtml = (book: Book, title: string, type: string, body: string, up: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" lang="${escaped(book.language)}" xml:lang="${escaped(book.language)}">
<head>
<meta charset="utf-8"/>
<title>${escaped(title)}</title>
<link rel="stylesheet" type="text/css" href="${up}style.css"/>
</head>
<body${type === '' ? '' : ` epub:type="${type}"`}>
${body}
</body>
</html>
`;

function chapterPage(book: Book, chapter: Chapter, index: number): Page {
  const number = String(index + 1).padStart(3, '0');
  const label = chapter.heading === null ? ` aria-label="${escaped(chapter.title)}"` : '';
  const markup = chapterMarkup(chapter, { prefix: '', level: 1, epub: true });
  const body = `<section class="chapter" epub:type="chapter" role="doc-chapter"${label}>\n${markup}\n</section>`;
  return {
    file: `text/chapter-${number}.xhtml`,
    id: `chapter-${number}`,
    title: chapter.title,
    content: xhtml(book, chapter.title, 'bodymatter', body, '../'),
  };
}

function titlePage(book: Book): Page {
  const author = book.author === null ? '' : `\n<p class="author">${escaped(book.author)}</p>`;
  const body = `<section class="title-page" epub:type="titlepage">\n<h1>${escaped(book.title)}</h1>${author}\n</section>`;
  return {
    file: 'text/title.xhtml',
    id: 'title',
    title: book.title,
    content: xhtml(book, book.title, 'frontmatter', body, '../'),
  };
}

function packageDocument(book: Book, pages: readonly Page[], id: string, date: Date): string {
  const modified = `${date.toISOString().slice(0, 19)}Z`;
  const author =
    book.author === null
      ? ''
      : `
    <dc:creator id="author">${escaped(book.author)}</dc:creator>
    <meta refines="#author" property="role" scheme="marc:relators">aut</meta>`;
  const items = pages.map(
    ({ file, id }) => `    <item id="${id}" href="${file}" media-type="application/xhtml+xml"/>`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>
<package version="3.0" xmlns="http://www.idpf.org/2007/opf" unique-identifier="book-id" xml:lang="${escaped(book.language)}">
  <metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
    <dc:identifier id="book-id">${escaped(id)}</dc:identifier>
    <dc:title>${escaped(book.title)}</dc:title>
    <dc:language>${escaped(book.language)}</dc:language>${author}
    <meta property="dcterms:modified">${modified}</meta>
    <meta property="schema:accessMode">textual</meta>
    <meta property="schema:accessModeSufficient">textual</meta>
    <meta property="schema:accessibilityFeature">structuralNavigation</meta>
    <meta property="schema:accessibilityFeature">tableOfContents</meta>
    <meta property="schema:accessibilityHazard">none</meta>
    <meta property="schema:accessibilitySummary">A text with headings and a table of contents, without pictures.</meta>
  </metadata>
  <manifest>
    <item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
    <item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>
    <item id="style" href="style.css" media-type="text/css"/>
${items.join('\n')}
  </manifest>
  <spine toc="ncx">
${pages.map(({ id }) => `    <itemref idref="${id}"/>`).join('\n')}
  </spine>
</package>
`;
}

function navigation(book: Book, title: Page | null, chapters: readonly Page[]): string {
  const link = ({ file, title }: Page): string =>
    `<li><a href="${file}">${escaped(title)}</a></li>`;
  const start = chapters[0] ?? title!;
  const body = `<nav epub:type="toc" role="doc-toc" id="toc" aria-labelledby="contents">
<h1 id="contents">${escaped(book.title)}</h1>
<ol>
${(chapters.length > 0 ? chapters : [start]).map(link).join('\n')}
</ol>
</nav>
<nav epub:type="landmarks" hidden="hidden" aria-label="Landmarks">
<ol>
${title === null ? '' : `<li><a epub:type="titlepage" href="${title.file}">${escaped(title.title)}</a></li>\n`}<li><a epub:type="bodymatter" href="${start.file}">${escaped(start.title)}</a></li>
</ol>
</nav>`;
  return xhtml(book, book.title, '', body, '');
}

function oldContents(book: Book, pages: readonly Page[], id: string): string {
  const points = pages.map(
    ({ file, title }, i) => `    <navPoint id="point-${i + 1}" playOrder="${i + 1}">
      <navLabel><text>${escaped(title)}</text></navLabel>
      <content src="${file}"/>
    </navPoint>`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>
<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/" version="2005-1" xml:lang="${escaped(book.language)}">
  <head>
    <meta name="dtb:uid" content="${escaped(id)}"/>
  </head>
  <docTitle><text>${escaped(book.title)}</text></docTitle>
  <navMap>
${points.join('\n')}
  </navMap>
</ncx>
`;
}
