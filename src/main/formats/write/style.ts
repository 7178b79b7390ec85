/** How a book looks: one sheet for the text, and what a screen, a printer and a reader's program add. */

import type { PageSize } from '../../../shared/books.ts';

const serif = `'Iowan Old Style', 'Palatino Nova', Palatino, 'Palatino Linotype', 'Book Antiqua',
  'URW Palladio L', P052, Georgia, 'Liberation Serif', 'Times New Roman', serif`;

/** Paragraphs, scene breaks, verse and notes: the same everywhere. */
export const textStyle = `
p { margin: 0; text-indent: 1.4em; }
h1, h2, h3, h4, h5, h6 { font-weight: normal; line-height: 1.25; text-align: center; text-wrap: balance;
  break-after: avoid; page-break-after: avoid; hyphens: manual; }
.chapter > h1, .chapter > h2:first-child { margin: 3em 0 2.2em; font-size: 1.6em; }
h2, h3, h4, h5, h6 { margin: 2.2em 0 1em; font-size: 1.15em; font-style: italic; }
.chapter > h2:first-child { font-style: normal; }
h1 + p, h2 + p, h3 + p, h4 + p, h5 + p, h6 + p, hr + p, blockquote + p, ul + p, ol + p, table + p,
pre + p, .chapter > p:first-child, blockquote > p:first-child, .verse, td p, th p, aside p { text-indent: 0; }
.verse { margin: 0.9em 0 0.9em 2.4em; text-align: left; hyphens: manual; }
hr { height: auto; margin: 1.4em 0; border: 0; text-align: center; break-after: avoid;
  page-break-after: avoid; }
hr::before { content: '*\\2003*\\2003*'; }
blockquote { margin: 1.1em 1.8em; }
blockquote .verse { margin-left: 0; }
ul, ol { margin: 1em 0; padding-left: 2em; }
li { text-align: left; }
li > ul, li > ol { margin: 0; }
em em { font-style: normal; }
a { color: inherit; }
code, pre { font-family: 'Liberation Mono', Menlo, Consolas, monospace; font-size: 0.86em; }
pre { margin: 1em 0; white-space: pre-wrap; text-align: left; }
table { margin: 1.4em auto; border-collapse: collapse; font-size: 0.94em; }
th, td { padding: 0.25em 0.9em; text-align: left; vertical-align: top; }
th { border-bottom: 1px solid; font-weight: normal; font-style: italic; }
.center { text-align: center; }
.right { text-align: right; }
.note-mark { vertical-align: super; font-size: 0.7em; line-height: 1; text-decoration: none; }
.notes { margin-top: 2.4em; font-size: 0.86em; }
.notes::before { content: ''; display: block; width: 5em; margin-bottom: 0.9em; border-top: 1px solid; }
aside { margin: 0 0 0.5em; }
.note-back { text-decoration: none; }
.note-back::after { content: '.'; }
`.trim();

/** A page in a browser, in light and dark. */
export const screenStyle = `
:root { color-scheme: light dark; --paper: #fdfcf9; --ink: #24211d; --quiet: #6d655a; --line: #ded8cd; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #191816; --ink: #ddd8cf; --quiet: #a29a8c; --line: #3a3630; }
}
html { background: var(--paper); color: var(--ink); font: 19px/1.6 ${serif}; -webkit-text-size-adjust: 100%; }
body { max-width: 33em; margin: 0 auto; padding: 4rem 1.25rem 6rem; text-align: justify; hyphens: auto;
  hanging-punctuation: first; font-variant-numeric: oldstyle-nums; overflow-wrap: break-word; }
a { text-decoration-color: var(--quiet); text-underline-offset: 0.15em; }
a:focus-visible { outline: 2px solid; outline-offset: 2px; }
hr { color: var(--quiet); }
th { border-color: var(--line); }
.notes::before { border-color: var(--line); }
.title-page { min-height: 70vh; display: flex; flex-direction: column; justify-content: center;
  text-align: center; }
.title-page h1 { margin: 0; font-size: 2.6em; line-height: 1.15; }
.title-page p { margin: 1.6em 0 0; color: var(--quiet); font-size: 1.15em; text-indent: 0; }
nav { margin: 0 0 4em; text-align: left; hyphens: manual; }
nav h2 { margin-top: 0; }
nav ol { max-width: 24em; margin: 0 auto; padding: 0; list-style: none; }
nav li { padding: 0.15em 0; }
nav a { text-decoration: none; }
nav a:hover { text-decoration: underline; }
.chapter + .chapter { margin-top: 6em; }
.chapter:target { scroll-margin-top: 2em; }
@media (max-width: 32em) {
  html { font-size: 18px; }
  body { padding-block: 2rem 4rem; text-align: left; }
}
`.trim();

const papers: Readonly<Record<PageSize, { readonly size: string; readonly margin: string }>> = {
  // A column of about 66 characters, with room for thumbs.
  a4: { size: 'A4', margin: '27mm 34mm 31mm' },
  letter: { size: 'Letter', margin: '1in 1.4in 1.15in' },
};

/** The same page on paper, and what a PDF is printed from. */
export const printStyle = (paper: PageSize): string =>
  `
@page { size: ${papers[paper].size}; margin: ${papers[paper].margin};
  @bottom-center { content: counter(page); font: 9.5pt ${serif}; color: #444; } }
@page title { @bottom-center { content: none; } }
html { background: #fff; color: #000; font: 11.5pt/1.42 ${serif}; }
body { max-width: none; margin: 0; padding: 0; text-align: justify; hyphens: auto; orphans: 2; widows: 2;
  hanging-punctuation: first; font-variant-numeric: oldstyle-nums; overflow-wrap: break-word; }
.title-page { page: title; display: block; min-height: 0; padding-top: 62mm; text-align: center;
  break-after: page; }
.title-page h1 { margin: 0; font-size: 27pt; line-height: 1.2; }
.title-page p { margin: 8mm 0 0; font-size: 14pt; text-indent: 0; }
nav { display: none; }
.chapter { margin: 0; }
.chapter + .chapter { margin: 0; break-before: page; }
.chapter > h1, .chapter > h2:first-child { margin: 0; padding: 26mm 0 13mm; font-size: 17pt; }
a { text-decoration: none; }
blockquote, pre, table, aside { break-inside: avoid; }
`.trim();

/** Reader's programs have fonts, sizes and colours of their own: those are left to them. */
export const epubStyle = `
body { margin: 0 5%; text-align: justify; -webkit-hyphens: auto; hyphens: auto; orphans: 2; widows: 2;
  line-height: 1.4; }
.title-page { margin-top: 25%; text-align: center; }
.title-page h1 { margin: 0; font-size: 2em; }
.title-page p { margin: 1.5em 0 0; font-size: 1.2em; text-indent: 0; }
nav ol { list-style: none; padding: 0; }
nav li { margin: 0.4em 0; }
`.trim();
