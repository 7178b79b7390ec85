import { expect, test } from 'vitest';
import { spellingSentence } from '../../../src/renderer/ui/settings/spelling.ts';

test('who checks the spelling is said in a sentence', () => {
  expect(spellingSentence({ kind: 'browser' })).toMatch(/^Your browser checks spelling/);
  expect(spellingSentence({ kind: 'mac' })).toMatch(/^macOS checks spelling/);
  expect(spellingSentence({ kind: 'windows', languages: ['de'] })).toBe(
    'Windows checks spelling in German, if you added the language to it.',
  );
  expect(spellingSentence({ kind: 'dictionary', languages: ['en-GB', 'fr'] })).toBe(
    'Spelling is checked in British English and French.',
  );
});

test('where no one does, it is said what would help', () => {
  const none = { kind: 'none', language: 'de-AT', folder: '/home/ann/Dictionaries' } as const;
  expect(spellingSentence({ ...none, file: 'de-DE.bdic', others: ['en-US', 'en-GB'] })).toBe(
    'There is no dictionary for Austrian German, so spelling is not checked. Put a Chromium dictionary named de-DE.bdic into /home/ann/Dictionaries, or choose en-US or en-GB.',
  );
  expect(spellingSentence({ ...none, language: 'tlh', file: null, others: ['en-US'] })).toBe(
    'There is no dictionary for Klingon, so spelling is not checked. Choose en-US.',
  );
  expect(spellingSentence({ ...none, language: 'de', file: null, others: [] })).toBe(
    'There is no dictionary for German, so spelling is not checked.',
  );
});
