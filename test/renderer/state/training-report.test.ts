import { describe, expect, test } from 'vitest';
import type { DocumentReport } from '../../../src/shared/events.ts';
import { cleanedSentence, documentRemarks } from '../../../src/renderer/state/training-report.ts';

const document = (parts: Partial<DocumentReport>): DocumentReport => ({
  name: 'Letters.md',
  encoding: 'utf-8',
  words: 7950,
  characters: 40_000,
  changes: {},
  dropped: [],
  ...parts,
});

describe('the report', () => {
  test('says that nothing had to be cleaned', () => {
    const documents = [document({ changes: { lineEnds: 0 } }), document({ encoding: 'UTF-8' })];
    expect(cleanedSentence({ documents })).toBe('Nothing had to be cleaned.');
    expect(documentRemarks(documents[0]!)).toBe('7,950 words');
  });

  test('adds up what was cleaned in all texts', () => {
    const documents = [
      document({ changes: { lineEnds: 1, composed: 1 } }),
      document({ changes: { lineEnds: 213 }, encoding: 'windows-1252' }),
    ];
    expect(cleanedSentence({ documents })).toBe(
      'Cleaned for reading: 214 line ends made like the others, 1 accented letter composed and ' +
        'text read as windows-1252. Your files stay as they are.',
    );
    expect(documentRemarks(documents[1]!)).toBe(
      '7,950 words, read as windows-1252, 213 line ends made like the others',
    );
  });

  test('names a change it has no words for as the engine does', () => {
    expect(documentRemarks(document({ changes: { footnotes: 2 } }))).toBe(
      '7,950 words, 2 footnotes',
    );
  });
});
