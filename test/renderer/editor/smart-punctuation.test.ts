import { describe, expect, it } from 'vitest';
import { quotesOf, smarten } from '../../../src/renderer/editor/smart-punctuation.ts';

/** The line after its last character was typed. */
const typed = (line: string, language = ''): string => {
  const found = smarten(line, quotesOf(language));
  return found ? line.slice(0, line.length - found.length) + found.insert : line;
};

/** A line typed character by character. */
const write = (text: string, language = ''): string =>
  [...text].reduce((line, character) => typed(line + character, language), '');

describe('smart punctuation', () => {
  it.each([
    ['"Go," she said.', '“Go,” she said.'],
    ['He said "no" ("never").', 'He said “no” (“never”).'],
    ['"\'Go,\' he said," she said.', '“‘Go,’ he said,” she said.'],
    ["I don't know the boys' names", 'I don’t know the boys’ names'],
    ["'Twas the '90s, 'tis said", '’Twas the ’90s, ’tis said'],
    ["rock 'n' roll", 'rock ’n’ roll'],
    ["'Embers' and 'time'", '‘Embers’ and ‘time’'],
    ['wait...', 'wait…'],
    ['1.5 and e.g. this', '1.5 and e.g. this'],
    ['word--word', 'word—word'],
    ['word -- word', 'word – word'],
    ['word --- word', 'word — word'],
    ['---', '---'],
    ['well-known', 'well-known'],
    ['*"Go"*', '*“Go”*'],
    ['said--"no"', 'said—“no”'],
  ])('makes %s into %s', (plain, smart) => {
    expect(write(plain)).toBe(smart);
  });

  it.each([
    ['de', '"Geh", sagte sie. "\'Nein\'"', '„Geh“, sagte sie. „‚Nein‘“'],
    ['de', "Wie geht's?", 'Wie geht’s?'],
    ['de-CH', '"Geh"', '«Geh»'],
    ['fr', '"Va"', '«\u202fVa\u202f»'],
    ['fr', "l'eau", 'l’eau'],
    ['sv', '"Gå"', '”Gå”'],
    ['en-GB', '"Go"', '“Go”'],
  ])('in %s makes %s into %s', (language, plain, smart) => {
    expect(write(plain, language)).toBe(smart);
  });
});
