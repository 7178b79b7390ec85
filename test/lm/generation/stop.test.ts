import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Length } from '../../../src/main/lm/generation/settings.ts';
import {
  lastBoundary,
  lengthRule,
  stopTextRule,
  type StopRule,
} from '../../../src/main/lm/generation/stop.ts';

/** What is left of `text` when it comes in `step` code units at a time; null while it is not complete. */
function ended(rule: StopRule, text: string, step: number): string | null {
  let certain = 0;
  for (let n = step; n < text.length + step; n += step) {
    const verdict = rule.scan(text.slice(0, n));
    if (verdict.end !== null) {
      expect(verdict.end).toBeGreaterThanOrEqual(text.slice(0, certain).trimEnd().length);
      return text.slice(0, verdict.end);
    }
    certain = Math.max(certain, verdict.certain);
  }
  return null;
}

function cut(length: Length, text: string, prompt = ''): string | null {
  const results = [1, 2, 3, 7, 1000].map((step) => ended(lengthRule(length, prompt), text, step));
  for (const result of results) expect(result).toBe(results[0]);
  return results[0] ?? null;
}

const sentence = (text: string, prompt = ''): string | null =>
  cut({ kind: 'sentence' }, text, prompt);
const phrase = (text: string, prompt = ''): string | null => cut({ kind: 'phrase' }, text, prompt);
const paragraph = (text: string): string | null => cut({ kind: 'paragraph' }, text);
const words = (count: number, text: string): string | null => cut({ kind: 'words', count }, text);

describe('a sentence', () => {
  test.each([
    ['a full stop', ' She left. Then he', ' She left.'],
    ['titles and initials', 'Mr. Fox met Dr. J. R. Smith. Then he', 'Mr. Fox met Dr. J. R. Smith.'],
    ['the pronoun at its end', 'It was I. Then he', 'It was I.'],
    ['a decimal number', 'It cost 3.50 or so. Then', 'It cost 3.50 or so.'],
    ['a numbered thing', 'No. 5 was late. Then', 'No. 5 was late.'],
    ['a refusal', 'He said no. Then', 'He said no.'],
    ['a closing quote', '“She left.” Then he', '“She left.”'],
    ['straight quotes', 'He said "no." Then', 'He said "no."'],
    ['a question inside dialogue', '“Where to?” she asked. “Out.”', '“Where to?” she asked.'],
    ['a shout before a dash', '“Stop!” — he cried. Then', '“Stop!” — he cried.'],
    ['a question alone', '“Where to?” He turned.', '“Where to?”'],
    ['an ellipsis that goes on', 'He was… unsure. Then', 'He was… unsure.'],
    ['an ellipsis that ends', 'He waited... Then', 'He waited...'],
    ['several marks', 'What?! Then', 'What?!'],
    ['a Chinese full stop', '他走了。她没走。', '他走了。'],
    ['a Japanese quotation', '「行くの？」と彼は言った。「うん」', '「行くの？」と彼は言った。'],
    ['a CRLF paragraph', 'She left.\r\n\r\nThen', 'She left.'],
    ['a line without a mark before a blank line', 'The End\r\n\r\nThen', 'The End'],
    ['a line wrapped by hand', 'She went\ndown there. Then', 'She went\ndown there.'],
    ['a quotation wrapped by hand', '“Where to?”\nshe asked. Then', '“Where to?”\nshe asked.'],
    ['a text in small letters', 'she left. he stayed.', 'she left.'],
    ['emphasis', 'She *left.* Then', 'She *left.*'],
  ])('goes to its end: %s', (_, text, expected) => {
    expect(sentence(text)).toBe(expected);
  });

  test('does not end while what follows is unknown', () => {
    expect(sentence('She left.')).toBeNull();
    expect(sentence('She left. ')).toBeNull();
    expect(sentence('“Where to?” ')).toBeNull();
  });

  test('sees the abbreviation that the prompt begins', () => {
    expect(sentence('. Fox left. Then', 'There was Mr')).toBe('. Fox left.');
  });

  test('has a word in it', () => {
    expect(sentence('. She left. Then', 'He stayed')).toBe('. She left.');
    expect(sentence('\n\nShe left. Then', 'He stayed.')).toBe('\n\nShe left.');
  });
});

describe('a phrase', () => {
  test.each([
    ['a comma after three words', 'She went home, and', 'She went home,'],
    ['no comma before three', 'Well, she went home, and', 'Well, she went home,'],
    ['a dash', 'She went home—and', 'She went home—'],
    ['a typed dash', 'She went home--and', 'She went home--'],
    ['no dash between years', 'From 1914–1918 she was there; and', 'From 1914–1918 she was there;'],
    ['no comma in a number', 'It cost her 1,000 pounds; and', 'It cost her 1,000 pounds;'],
    ['no abbreviation', 'Then came old Mr. Fox, and', 'Then came old Mr. Fox,'],
    ['a quote', '“She went home,” he', '“She went home,”'],
    ['a question', '“Did she go home?” he', '“Did she go home?”'],
    ['a Chinese comma', '他走得很远，她', '他走得很远，'],
    ['a paragraph', 'She went home.\nHe', 'She went home.'],
  ])('goes to its mark: %s', (_, text, expected) => {
    expect(phrase(text)).toBe(expected);
  });
});

describe('a paragraph', () => {
  test.each([
    ['a line break', ' She left. He stayed.\nThen', ' She left. He stayed.'],
    ['a blank line', ' She left\n\nThen', ' She left'],
    ['a blank CRLF line', ' She left. \r\n\r\nThen', ' She left.'],
    ['a blank line with spaces', ' She left\n  \nThen', ' She left'],
    ['not the break it begins with', '\n\n“Out.”\nThen', '\n\n“Out.”'],
    [
      'not lines wrapped by hand',
      'She went\ndown to the\nriver.\nThen',
      'She went\ndown to the\nriver.',
    ],
  ])('goes to %s', (_, text, expected) => {
    expect(paragraph(text)).toBe(expected);
  });
});

describe('a number of words', () => {
  test.each([
    [2, ' one two, three', ' one two'],
    [3, "I don't know. But", "I don't know."],
    [3, 'He said “no.” Then', 'He said “no.”'],
    [2, 'well-known facts ', 'well-known facts'],
    [3, '他走了很远', '他走了'],
    [2, 'one\r\ntwo\r\nthree', 'one\r\ntwo'],
  ])('ends after %i of "%s"', (count, text, expected) => {
    expect(words(count, text)).toBe(expected);
  });

  test('does not end inside a word', () => {
    expect(words(2, 'one tw')).toBeNull();
    expect(words(2, "one don'")).toBeNull();
  });
});

describe('a stop text', () => {
  const stop = (stopTexts: string[], text: string, step = 1): string | null =>
    ended(stopTextRule(stopTexts), text, step);

  test('ends the text before it, however it comes in', () => {
    for (const step of [1, 2, 3, 50]) expect(stop(['END'], 'The ENEND of', step)).toBe('The EN');
  });

  test('withholds what may become one', () => {
    const rule = stopTextRule(['***']);
    expect(rule.scan('a **')).toEqual({ end: null, certain: 2 });
    expect(rule.scan('a **b')).toEqual({ end: null, certain: 5 });
    expect(rule.scan('a **b***')).toEqual({ end: 5, certain: 5 });
  });

  test('is the first of several, even if a later one is whole before', () => {
    expect(stop(['bc', 'abcd'], 'xxabcd')).toBe('xx');
    expect(stop(['bc', 'abcd'], 'xxabce')).toBe('xxa');
  });

  test('ends where the first of them begins, for any text and any pieces', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 40 });
    const stops = fc.array(
      fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 5 }),
      {
        minLength: 1,
        maxLength: 3,
      },
    );
    fc.assert(
      fc.property(text, stops, fc.integer({ min: 1, max: 5 }), (all, stopTexts, step) => {
        const found = stopTexts.map((s) => all.indexOf(s)).filter((at) => at >= 0);
        const expected = found.length === 0 ? null : all.slice(0, Math.min(...found));
        // What the end of the text might still begin is decided by what follows.
        expect(stop(stopTexts, `${all}#`, step)).toBe(expected);
      }),
    );
  });
});

describe('lastBoundary', () => {
  test.each([
    ['She went ho', 'She went'],
    ['She went ', 'She went'],
    ['She went.', 'She went.'],
    ['She went, “', 'She went,'],
    ['Unfinish', 'Unfinish'],
    ['他走了很', '他走了很'],
    ['', ''],
  ])('cuts "%s" to "%s"', (text, expected) => {
    expect(text.slice(0, lastBoundary(text, 0))).toBe(expected);
  });

  test('leaves the last letters off where there was no space for long', () => {
    const address = `See ${'somewhere/'.repeat(9)}`;
    expect(address.slice(0, lastBoundary(`${address}els`, 0))).toBe(address);
    // What was given out already stays.
    expect(lastBoundary(`${address}els`, address.length + 1)).toBe(address.length + 1);
  });
});
