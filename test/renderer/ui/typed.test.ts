import { describe, expect, test } from 'vitest';
import { checkNumber } from '../../../src/renderer/ui/controls/number.ts';
import { lengthOf, lengthOptions, lengthValue } from '../../../src/renderer/ui/desk/lengths.ts';
import { fit, ranked } from '../../../src/renderer/ui/palette/match.ts';
import { languageProblem } from '../../../src/renderer/ui/settings/language.ts';

const temperature = { label: 'Temperature', least: 0.01, most: 10 };

describe('numbers that are typed in', () => {
  test('may have a comma or a point', () => {
    expect(checkNumber(' 0,8 ', temperature)).toEqual({ ok: true, value: 0.8 });
    expect(checkNumber('0.8', temperature)).toEqual({ ok: true, value: 0.8 });
  });

  test('are refused with a sentence that says what would do', () => {
    const sentence = (typed: string, more = {}): string => {
      const checked = checkNumber(typed, { ...temperature, ...more });
      return checked.ok ? 'taken' : checked.sentence;
    };
    expect(sentence('11')).toBe('Temperature is between 0.01 and 10; you wrote 11.');
    expect(sentence('warm')).toBe('"warm" is not a number; Temperature is between 0.01 and 10.');
    expect(sentence('')).toBe('Temperature needs a number between 0.01 and 10.');
    expect(sentence('1.5', { whole: true })).toBe(
      'Temperature is a whole number between 0.01 and 10; you wrote 1.5.',
    );
    expect(sentence('Infinity')).not.toBe('taken');
  });

  test('may be left out where that means something', () => {
    expect(checkNumber('', { ...temperature, empty: 'auto' })).toEqual({ ok: true, value: null });
  });
});

describe('lengths', () => {
  test('are the same after having been chosen from the list', () => {
    for (const { value } of lengthOptions({ kind: 'words', count: 75 })) {
      expect(lengthValue(lengthOf(value))).toBe(value);
    }
  });

  test('offer a number of words that was typed in', () => {
    const labels = lengthOptions({ kind: 'words', count: 75 }).map(({ label }) => label);
    expect(labels).toEqual([
      'Phrase',
      'Sentence',
      'Paragraph',
      '25 words',
      '50 words',
      '75 words',
      '100 words',
      '200 words',
    ]);
  });
});

describe('finding by a few letters', () => {
  test('puts beginnings of words first', () => {
    const found = ranked(['Another theme', 'Theme: dark', 'Anthem'], 'them', (text) => text);
    expect(found).toEqual(['Theme: dark', 'Another theme', 'Anthem']);
  });

  test('takes the first letters of words', () => {
    expect(fit('fd', 'Find in document')).not.toBeNull();
    expect(fit('nd', 'New document')).not.toBeNull();
  });

  test('leaves out letters that are scattered', () => {
    expect(fit('theme', 'Something like that, perhaps more')).toBeNull();
  });

  test('keeps the order as long as nothing is typed', () => {
    expect(ranked(['b', 'a'], '', (text) => text)).toEqual(['b', 'a']);
  });
});

test('codes for languages are checked with a sentence', () => {
  expect(languageProblem('')).toBeNull();
  expect(languageProblem('en-GB')).toBeNull();
  expect(languageProblem('Deutsch bitte')).toBe(
    '"Deutsch bitte" is not a code for a language; write one such as en-GB, de or pt-BR.',
  );
});
