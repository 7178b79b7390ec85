import { describe, expect, test } from 'vitest';
import { bookOf } from '../../helpers/books.ts';

const titles = (texts: Parameters<typeof bookOf>[0], options: Parameters<typeof bookOf>[1] = {}) =>
  bookOf(texts, options).book.chapters.map(({ title, heading }) => [title, heading !== null]);

describe('chapters', () => {
  test('are the documents, each under its own heading or its name', () => {
    expect(
      titles({
        '1 Fog': '# The Fog\n\nText.',
        '2 Rain': 'Text.',
        '3 Sun': 'Text.\n\n## II\n\nText.',
      }),
    ).toEqual([
      ['The Fog', true],
      ['2 Rain', true],
      ['3 Sun', true],
    ]);
  });

  test('have no name as a heading where that is switched off', () => {
    expect(
      titles({ '1 Fog': '# The Fog\n\nText.', '2 Rain': 'Text.' }, { chapterHeadings: false }),
    ).toEqual([
      ['The Fog', true],
      ['2 Rain', false],
    ]);
  });

  test('begin with a heading of a lower level where a document has no other', () => {
    const { book } = bookOf({ '1': '### Fog\n\nText.\n\n#### Later\n\nText.', '2': 'Text.' });
    expect(book.chapters[0]).toMatchObject({
      title: 'Fog',
      blocks: [{ kind: 'paragraph' }, { kind: 'heading', level: 2 }, { kind: 'paragraph' }],
    });
  });

  test('begin at each heading of the first level within one document', () => {
    expect(titles('An epigraph.\n\n# One\n\nText.\n\n# Two\n\n## Part\n\nText.')).toEqual([
      ['Document', false],
      ['One', true],
      ['Two', true],
    ]);
  });

  test('are the parts of a text whose only first heading is its title', () => {
    const text = '# The Harbour\n\nFor Ada.\n\n## One\n\nText.\n\n### A\n\n## Two\n\nText.';
    const { book } = bookOf(text, { titlePage: true });
    expect(book.title).toBe('The Harbour');
    expect(book.chapters.map(({ title, heading }) => [title, heading !== null])).toEqual([
      ['Document', false],
      ['One', true],
      ['Two', true],
    ]);
    expect(book.chapters[1]!.blocks).toMatchObject([
      { kind: 'paragraph' },
      { kind: 'heading', level: 2 },
    ]);
  });

  test('keep that title as a heading where there is no title page, or another title on it', () => {
    const text = '# The Harbour\n\n## One\n\nText.\n\n## Two\n\nText.';
    expect(titles(text)[0]).toEqual(['The Harbour', true]);
    expect(titles(text, { titlePage: true, title: 'Tides' })[0]).toEqual(['The Harbour', true]);
  });

  test('are not made of documents without a word', () => {
    expect(titles({ a: '', b: '\n\n', c: 'Text.', d: '---\ntitle: x\n---\n' })).toEqual([
      ['c', true],
    ]);
  });
});

describe('the title page', () => {
  const texts = '---\ntitle: Tides\nauthor: "Ada Quill"\nlang: de-at\n---\nText.';

  test('says what the front matter says, which is never printed', () => {
    const { book } = bookOf(texts);
    expect(book).toMatchObject({ title: 'Tides', author: 'Ada Quill', language: 'de-AT' });
    expect(book.chapters[0]!.blocks).toHaveLength(1);
  });

  test('says what was asked for before all else', () => {
    const options = { title: ' My  Book\u0000 ', author: 'Me', language: 'fr' };
    expect(bookOf(texts, options).book).toMatchObject({
      title: 'My Book',
      author: 'Me',
      language: 'fr',
    });
  });

  test('does not take the title of one of many documents for the book’s', () => {
    const { book } = bookOf({ a: texts, b: 'Text.' }, { fallbackTitle: 'Folder' });
    expect(book).toMatchObject({ title: 'Folder', author: 'Ada Quill' });
  });

  test('has no language that is none', () => {
    expect(bookOf('---\nlang: "not a language!"\n---\nText.').book.language).toBe('en-GB');
  });
});

describe('what is printed', () => {
  const blocks = (text: string) => bookOf(text).book.chapters[0]!.blocks;

  test('has the line breaks of the editor as line breaks', () => {
    expect(blocks('a\nb')).toEqual([
      {
        kind: 'paragraph',
        verse: true,
        children: [{ kind: 'text', text: 'a' }, { kind: 'break' }, { kind: 'text', text: 'b' }],
      },
    ]);
  });

  test('takes a line of hyphens for a scene break, and "<" for a sign', () => {
    expect(blocks('a\n***\nb <i>c</i>\n---\nd').map(({ kind }) => kind)).toEqual([
      'paragraph',
      'scene-break',
      'paragraph',
      'scene-break',
      'paragraph',
    ]);
    expect(blocks('b <i>c</i> &amp; d')).toMatchObject([
      { children: [{ text: 'b <i>c</i> & d' }] },
    ]);
  });

  test('holds no sign that XML cannot', () => {
    expect(blocks('a\u0001b\u000b\ufffe\ud800c 😀')).toMatchObject([
      { children: [{ text: 'abc 😀' }] },
    ]);
  });

  test('links to the web and to mailboxes only', () => {
    const { book, dropped } = bookOf(
      '[a](https://example.org/ä) [b](javascript:alert(1)) [c](data:text/html,x) [d](file:///etc/passwd) [e](mailto:a@b.org) [f](../x.md) [g](https://u:p@example.org/)',
    );
    const [block] = book.chapters[0]!.blocks;
    const children = block?.kind === 'paragraph' ? block.children : [];
    expect(children.flatMap((child) => (child.kind === 'link' ? [child.address] : []))).toEqual([
      'https://example.org/%C3%A4',
      'mailto:a@b.org',
    ]);
    expect(dropped).toEqual([{ what: 'foreign link', count: 5 }]);
  });

  test('leaves pictures out and says how many', () => {
    expect(bookOf('a ![x](http://tracker/x.png) b\n\n![y](y.png)')).toMatchObject({
      book: { chapters: [{ blocks: [{ kind: 'paragraph' }] }] },
      dropped: [{ what: 'image', count: 2 }],
    });
  });
});

describe('footnotes', () => {
  test('are numbered as they are met, each chapter from one', () => {
    const { book } = bookOf(
      '# A\n\nx[^b] y[^a] z[^b]\n\n# B\n\nw[^c]\n\n[^a]: First.\n[^b]: Second.\n[^c]: Third.\n',
    );
    expect(book.chapters.map(({ notes }) => notes.map(({ number }) => number))).toEqual([
      [1, 2],
      [1],
    ]);
    expect(book.chapters[0]!.blocks[0]).toMatchObject({
      children: [
        { text: 'x' },
        { kind: 'note', number: 1, again: false },
        { text: ' y' },
        { kind: 'note', number: 2 },
        { text: ' z' },
        { kind: 'note', number: 1, again: true },
      ],
    });
    expect(book.chapters[0]!.notes[0]!.blocks).toMatchObject([{ children: [{ text: 'Second.' }] }]);
  });

  test('within footnotes stand in brackets, and none goes round in a circle', () => {
    const { book } = bookOf('x[^a]\n\n[^a]: One[^b].\n[^b]: Two[^a].\n');
    const text = JSON.stringify(book.chapters[0]!.notes);
    expect(text).toContain('(Two[^a].)');
    expect(book.chapters[0]!.notes).toHaveLength(1);
  });

  test('without a mark are told, and marks without one stay text', () => {
    expect(bookOf('x[^nothing]\n\n[^a]: Alone.\n')).toMatchObject({
      book: { chapters: [{ blocks: [{ children: [{ text: 'x[^nothing]' }] }], notes: [] }] },
      dropped: [{ what: 'unmarked footnote', count: 1 }],
    });
  });

  test('of the same name in two documents are two', () => {
    const { book } = bookOf({ a: 'x[^1]\n\n[^1]: Of a.', b: 'y[^1]\n\n[^1]: Of b.' });
    expect(book.chapters.map(({ notes }) => JSON.stringify(notes).includes('Of a.'))).toEqual([
      true,
      false,
    ]);
  });
});
