import { describe, expect, test } from 'vitest';
import { bookOf, written } from '../../helpers/books.ts';
import { markdownOf } from '../../../src/main/formats/write/markdown.ts';
import { everything, hostile } from './texts.ts';

const page = async (...args: Parameters<typeof written>) => (await written(...args)).toString();

describe('a page', () => {
  test('needs nothing else, and forbids itself all but its own style', async () => {
    const html = await page(everything, 'html', { titlePage: true });
    expect(html).toContain(
      `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"/>`,
    );
    expect(html).not.toMatch(/<(script|img|iframe|object|link|form)\b|@import|url\(/i);
    expect(html).toContain('<html lang="en-GB">');
  });

  test('has the title above the chapters, and the chapters alone where there is no title page', async () => {
    const html = await page(everything, 'html', { titlePage: true, title: 'Tides', author: 'Ada' });
    expect([...html.matchAll(/<h(\d)>([^<]*)/g)].map(([, level, text]) => [level, text])).toEqual([
      ['1', 'Tides'],
      ['2', 'The Letter'],
      ['3', 'A Smaller Heading'],
      ['2', '2 The Mud'],
    ]);
    const bare = await page(everything, 'html');
    expect([...bare.matchAll(/<h(\d)>/g)].map(([, level]) => level)).toEqual(['1', '2', '1']);
  });

  test('links from marks to notes and back, on one page without doubles', async () => {
    const html = await page(everything, 'html');
    const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, to] of html.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(to);
  });

  test('shows hostile text as text', async () => {
    for (const format of ['html', 'pdf'] as const) {
      const html = await page({ hostile }, format, {
        title: hostile,
        author: hostile,
        titlePage: true,
      });
      expect(html).toContain('&lt;script&gt;alert(2)&lt;/script&gt;');
      expect(html).not.toMatch(/<(script|img|iframe|object)\b|\bsrc=["']/i);
      expect(html).not.toMatch(/href="(?!https?:\/\/|#)/);
      expect(html.match(/<style>/g)).toHaveLength(1);
    }
  });

  test('for paper has sizes, page numbers and new pages for chapters', async () => {
    const html = await page(everything, 'pdf', { titlePage: true });
    expect(html).toContain('@page { size: A4;');
    expect(html).toContain('counter(page)');
    expect(html).toContain('break-before: page');
  });
});

describe('Markdown', () => {
  test('of a book is read as the same book again', () => {
    const { book } = bookOf(everything, { title: 'Tides', author: 'Ada', titlePage: true });
    const again = bookOf(markdownOf(book), { titlePage: true });
    expect(again.book.chapters.map(({ title }) => title)).toEqual(['The Letter', '2 The Mud']);
    expect(again.book).toEqual({ ...book, language: 'en-GB' });
    expect(again.dropped).toEqual([]);
  });

  test('has no front matter without a title page', async () => {
    expect(await page('Text.', 'md')).toBe('Text.\n');
  });
});

describe('plain text', () => {
  test('has no marks, line breaks as they were, scene breaks, and notes at the end', async () => {
    expect(await page(everything, 'txt', { title: 'Tides', author: 'Ada', titlePage: true }))
      .toBe(`Tides

Ada


The Letter

“There was a letter,” said Marion, “and then there was not a letter.”[1] It was gone.

* * *

In the morning the tide had gone out.

    Sir, I regret it.

    I regret it very much.

O the sea she is wide
\u00a0\u00a0and the sea she is deep

1. a clock;
2. a boot:
   • left
   • brown

tide\thour
high\t6.12

See the almanac (https://example.org/?a=1&b=2), or not, and code.

A Smaller Heading

The end.


2 The Mud

It was <b>grey</b> & wide.[2]


[1] It was a good clock.

[2] Of another document.
`);
  });
});
