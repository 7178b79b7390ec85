import { describe, expect, it } from 'vitest';
import { normalise } from '../../../src/main/lm/text/normalise.ts';
import { defaultText, type TextConfig } from '../../../src/shared/config.ts';

const prepare = (text: string, options: Partial<TextConfig> = {}) =>
  normalise(text, { ...defaultText, ...options });

describe('normalise', () => {
  it('makes every line end \\n and counts what it changed', () => {
    const { text, changes } = prepare('one\r\ntwo\rthree\nfour');
    expect(text).toBe('one\ntwo\nthree\nfour');
    expect(changes.lineEnds).toBe(2);
  });

  it('takes off a byte order mark, and only at the start', () => {
    expect(prepare('\uFEFFa\uFEFFb').text).toBe('a\uFEFFb');
  });

  it('composes letters and leaves them when NFC is off', () => {
    expect(prepare('cafe\u0301')).toMatchObject({ text: 'café', changes: { composed: 1 } });
    expect(prepare('cafe\u0301', { nfc: false }).text).toBe('cafe\u0301');
  });

  it('counts a change that NFC makes without saving a character', () => {
    expect(prepare('\u212B')).toMatchObject({ text: '\u00C5', changes: { composed: 1 } });
  });

  it('lowers capitals when asked', () => {
    expect(prepare('Äpfel IN Ǆ', { lowerCase: true })).toMatchObject({
      text: 'äpfel in ǆ',
      changes: { lowered: 4 },
    });
  });

  it('strips punctuation but keeps apostrophes inside words, word borders and lines', () => {
    const { text, changes } = prepare('“Don’t,” he said—well, \'tis "fine" - no?\n# Part 3.14!\n', {
      stripPunctuation: true,
    });
    expect(text).toBe('Don’t he said well tis fine no\nPart 3 14\n');
    expect(changes.punctuation).toBe(13);
  });

  it('keeps symbols that are no punctuation', () => {
    expect(prepare('2 + 2 = €4 😀', { stripPunctuation: true }).text).toBe('2 + 2 = €4 😀');
  });

  it('changes nothing when there is nothing to change', () => {
    const { text, changes } = prepare('plain\n\ntext');
    expect(text).toBe('plain\n\ntext');
    expect(Object.values(changes)).toEqual([0, 0, 0, 0, 0]);
  });
});

describe('joining hand-wrapped lines', () => {
  const wrapped = [
    'It was a bright cold day in the harbour, and the clocks that',
    'nobody had wound since the winter were striking in the rooms',
    'above the shop, one after the other.',
    '',
    'Second paragraph here, which also is long enough to have been',
    'wrapped by somebody with a typewriter.',
  ];

  it('makes whole paragraphs and keeps blank lines', () => {
    const { text, changes } = prepare(wrapped.join('\n'), { joinLines: true });
    expect(text).toBe(`${wrapped.slice(0, 3).join(' ')}\n\n${wrapped.slice(4).join(' ')}`);
    expect(changes.joinedLines).toBe(3);
  });

  it('keeps headings, lists, quotes, rules and verse', () => {
    const kept = [
      '# A heading that is long enough to look like a wrapped line',
      'Short line of verse,',
      'another one of them,',
      'and the last.',
      '',
      '- a list item that is about as long as a wrapped line is, yes',
      '- another list item that is about as long as a wrapped line is',
      '* * *',
      '> a quotation that is about as long as a line that was wrapped',
    ];
    const text = [...wrapped, '', ...kept].join('\n');
    expect(prepare(text, { joinLines: true }).text.endsWith(`\n\n${kept.join('\n')}`)).toBe(true);
  });

  it('leaves text with one line a paragraph alone', () => {
    const text = Array.from({ length: 9 }, (_, i) => `${i} ${'word '.repeat(60)}`).join('\n');
    expect(prepare(text, { joinLines: true }).text).toBe(text);
  });

  it('joins a paragraph of very many lines in time that grows with its length', () => {
    const line = 'the sea went out and the sea came in and nobody was watching it';
    const text = Array.from({ length: 100_000 }, () => line).join('\n');
    const { text: joined, changes } = prepare(text, { joinLines: true });
    expect(joined.length).toBe(text.length);
    expect(changes.joinedLines).toBe(99_999);
  });
});
