import { describe, expect, test } from 'vitest';
import { bookFormatOf, pageSizeOf } from '../../src/shared/books.ts';
import { inReadingOrder } from '../../src/shared/reading-order.ts';

test('a format is known by its ending', () => {
  expect(['a.docx', 'b/c.EPUB', 'd.htm', 'e.markdown'].map(bookFormatOf)).toEqual([
    'docx',
    'epub',
    'html',
    'md',
  ]);
  expect(['docx', 'a.odt', 'a.docx/b', 'a.'].map(bookFormatOf)).toEqual([null, null, null, null]);
});

test('paper is that of the place', () => {
  expect(['en-US', 'en', 'fr-CA', 'es-MX'].map(pageSizeOf)).toEqual([
    'letter',
    'letter',
    'letter',
    'letter',
  ]);
  expect(['en-GB', 'de', 'ja', 'not a language'].map(pageSizeOf)).toEqual(['a4', 'a4', 'a4', 'a4']);
});

describe('reading order', () => {
  test('is folders first, then as people count', () => {
    const entries = [
      { kind: 'document', name: '10 Fog' },
      { kind: 'document', name: '2 rain' },
      { kind: 'document', name: '1 Sun' },
      { kind: 'folder', name: 'Part 10' },
      { kind: 'folder', name: 'part 9' },
    ] as const;
    expect(entries.toSorted(inReadingOrder).map(({ name }) => name)).toEqual([
      'part 9',
      'Part 10',
      '1 Sun',
      '2 rain',
      '10 Fog',
    ]);
  });
});
