import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toBytes } from '../../../src/main/lm/text/bytes.ts';
import { BOUNDARY, trainUnits, UNKNOWN, unitsFromJSON } from '../../../src/main/lm/text/index.ts';
import type { Units } from '../../../src/main/lm/text/units.ts';
import { eachWord } from '../../../src/main/lm/text/word.ts';
import { defaultUnits, type UnitsConfig } from '../../../src/shared/config.ts';
import { anyText, prose } from './texts.ts';

const { char, word, subword } = defaultUnits;

const streamed = (units: Units, tokens: ArrayLike<number>): string => {
  const decoder = units.decoder();
  let out = '';
  for (const token of Array.from(tokens)) out += decoder.push(token);
  return out + decoder.end();
};

const wordsOf = (text: string): string[] => {
  const words: string[] = [];
  eachWord(text, (unit) => words.push(unit));
  return words;
};

describe('characters', () => {
  it('come back exactly within their alphabet', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const units = trainUnits([text], char);
        expect(units.decode(units.encode(text))).toBe(text);
        expect(streamed(units, units.encode(text))).toBe(text);
      }),
      { numRuns: 300 },
    );
  });

  it('are code points, numbered from 2 by frequency, then by code', () => {
    const units = trainUnits(['b😀ab'], char);
    expect(units.size).toBe(5);
    expect([...units.encode('ab😀')]).toEqual([3, 2, 4]);
  });

  it('outside the alphabet are UNKNOWN and decode to U+FFFD', () => {
    const units = trainUnits(['ab'], char);
    expect([...units.encode('aé😀')]).toEqual([2, UNKNOWN, UNKNOWN]);
    expect(units.decode([BOUNDARY, 2, UNKNOWN, BOUNDARY])).toBe('a\uFFFD');
  });

  it('seen less often than the minimum, or past the limit, are unknown', () => {
    const units = trainUnits(['aaabbc'], { ...char, minimumCount: 2, vocabularyLimit: 3 });
    expect([...units.encode('abc')]).toEqual([2, UNKNOWN, UNKNOWN]);
  });

  it('refuses a token that does not exist by its number', () => {
    expect(() => trainUnits(['ab'], char).text(4)).toThrow('Token 4 is outside 0 to 3');
  });
});

describe('words', () => {
  it('are cut so that joined they are the text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(wordsOf(text).join('')).toBe(text);
      }),
      { numRuns: 500 },
    );
  });

  it('come back exactly when they are known', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const units = trainUnits([text], { ...word, minimumCount: 1 });
        expect(units.decode(units.encode(text))).toBe(text);
        expect(streamed(units, units.encode(text))).toBe(text);
      }),
      { numRuns: 200 },
    );
  });

  it('are cut in plain text as Intl.Segmenter cuts them', () => {
    const segmenter = new Intl.Segmenter('en', { granularity: 'word' });
    const letters = [...`aZé_09 '.,:;"-!?()\t‘’“”–—…×÷Ǆ`];
    const line = fc.array(fc.constantFrom(...letters), { maxLength: 12 });
    fc.assert(
      fc.property(line, (parts) => {
        const text = parts.join('');
        expect(wordsOf(text)).toEqual([...segmenter.segment(text)].map(({ segment }) => segment));
      }),
      { numRuns: 5000 },
    );
  });

  it('keep spaces, marks and line breaks as units of their own', () => {
    expect(wordsOf('“Don’t,” she said.\n\n3.14')).toEqual([
      '“',
      'Don’t',
      ',',
      '”',
      ' ',
      'she',
      ' ',
      'said',
      '.',
      '\n',
      '\n',
      '3.14',
    ]);
    expect(wordsOf('吾輩は猫である')).toContain('猫');
  });

  it('seen once are unknown when two is the minimum', () => {
    const units = trainUnits(['rain rain sun'], word);
    expect(units.decode(units.encode('rain sun'))).toBe('rain \uFFFD');
  });

  it('of a line with a million letters are cut too', () => {
    expect(wordsOf('é'.repeat(1_000_000))).toHaveLength(1);
    expect(wordsOf('東'.repeat(100_000)).join('')).toHaveLength(100_000);
  });
});

describe('subwords', () => {
  const units = trainUnits([prose(4000)], { ...subword, vocabularyLimit: 400 });

  it('come back exactly whatever the text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const tokens = units.encode(text);
        expect(units.decode(tokens)).toBe(text);
        expect(streamed(units, tokens)).toBe(text);
      }),
      { numRuns: 1000 },
    );
  });

  it('come back exactly when trained on that very text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const own = trainUnits([text.repeat(3)], subword);
        expect(own.decode(own.encode(text))).toBe(text);
      }),
      { numRuns: 200 },
    );
  });

  it('are single bytes without merges', () => {
    const bytes = trainUnits([''], subword);
    expect(bytes.size).toBe(258);
    expect([...bytes.encode('aé')]).toEqual([...toBytes('aé')].map((byte) => byte + 2));
  });

  it('merge the most frequent pair first, ties by the smaller pair', () => {
    const { vocabulary } = trainUnits(['hug hug hug pug pug hugs'], subword).toJSON();
    const [h, u, g] = [...toBytes('hug')].map((byte) => byte + 2);
    expect(vocabulary.slice(0, 2)).toEqual([
      [u, g],
      [h, 258],
    ]);
  });

  it('merge runs of one letter as they are counted', () => {
    const own = trainUnits(['aaaa aaaa aaaa aaaaa'], subword);
    expect(own.decode(own.encode('aaaaaaa aaa'))).toBe('aaaaaaa aaa');
    expect(own.encode('aaaa')).toHaveLength(1);
  });

  it('are as many as the limit says, and far fewer than the characters', () => {
    expect(units.size).toBeLessThanOrEqual(400);
    const text = prose(500, 7);
    expect(units.encode(text).length).toBeLessThan(text.length / 3);
  });

  it('count as a plain recount after each merge would', () => {
    const text = prose(300, 3);
    const merges = trainUnits([text], { ...subword, vocabularyLimit: 300 }).toJSON().vocabulary;
    expect(merges).toEqual(trainPlainly(text, 300 - 258));
  });

  it('withhold a character until all its bytes are there', () => {
    const bytes = trainUnits([''], subword);
    const decoder = bytes.decoder();
    const shown = [...bytes.encode('é😀')].map((token) => decoder.push(token));
    expect(shown).toEqual(['', 'é', '', '', '', '😀']);
    expect(decoder.end()).toBe('');
    expect(decoder.push(2 + 0xf0)).toBe('');
    expect(decoder.end()).toBe('\uFFFD');
  });

  it('decode any tokens to text without failing', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(units.size - 1)), (tokens) => {
        expect(streamed(units, tokens)).toBe(units.decode(tokens));
      }),
    );
  });

  it('do not mistake overlong forms and stray bytes for characters', () => {
    const decode = (...bytes: number[]) => units.decode(bytes.map((byte) => byte + 2));
    expect(decode(0xc0, 0x80)).toBe('\uFFFD\uFFFD');
    expect(decode(0xe0, 0x80, 0x80)).toBe('\uFFFD');
    expect(decode(0xf4, 0xbf, 0xbf, 0xbf)).toBe('\uFFFD');
    expect(decode(0xe2, 0x41)).toBe('\uFFFDA');
  });

  it('of one word of a million letters come back too', () => {
    const text = 'thesea'.repeat(170_000);
    expect(units.decode(units.encode(text))).toBe(text);
  });
});

/** Byte-pair encoding by counting everything again after each merge. */
function trainPlainly(text: string, limit: number): number[][] {
  const pattern = / ?[a-z]+| ?[.,]|\s+(?!\S)|\s/g;
  const words = (text.match(pattern) ?? []).map((piece) => [...toBytes(piece)].map((b) => b + 2));
  const merges: number[][] = [];
  while (merges.length < limit) {
    const counts = new Map<string, number>();
    for (const tokens of words) {
      for (let i = 1; i < tokens.length; i++) {
        const pair = `${tokens[i - 1]} ${tokens[i]}`;
        counts.set(pair, (counts.get(pair) ?? 0) + 1);
      }
    }
    const best = [...counts]
      .map(([pair, n]) => ({ pair: pair.split(' ').map(Number), n }))
      .sort((x, y) => y.n - x.n || x.pair[0]! - y.pair[0]! || x.pair[1]! - y.pair[1]!)[0];
    if (!best || best.n < 2) break;
    const merged = 258 + merges.push(best.pair) - 1;
    for (const tokens of words) {
      for (let i = 0; i + 1 < tokens.length; i++) {
        if (tokens[i] === best.pair[0] && tokens[i + 1] === best.pair[1]) {
          tokens.splice(i, 2, merged);
        }
      }
    }
  }
  return merges;
}

describe('units in a model card', () => {
  const kinds: UnitsConfig[] = [char, { ...word, minimumCount: 1 }, subword];

  it.each(kinds)('of kind $kind are read back the same', (config) => {
    const text = `${prose(500)} naïve 😀 \uD800`;
    const units = trainUnits([text], config);
    const again = unitsFromJSON(JSON.parse(JSON.stringify(units)));
    expect(again.size).toBe(units.size);
    expect([...again.encode(text)]).toEqual([...units.encode(text)]);
    expect(again.toJSON()).toEqual(units.toJSON());
  });

  const damaged: [string, unknown][] = [
    ['nothing', null],
    ['a list', []],
    ['no config', { vocabulary: ['a'] }],
    ['an unknown kind', { config: { ...char, kind: 'letter' }, vocabulary: ['a'] }],
    ['a limit that is no number', { config: { ...char, vocabularyLimit: '9' }, vocabulary: [] }],
    ['a minimum of a half', { config: { ...char, minimumCount: 0.5 }, vocabulary: [] }],
    ['no vocabulary', { config: char }],
    ['a vocabulary that is an object', { config: char, vocabulary: { length: 3 } }],
    ['a number among the characters', { config: char, vocabulary: ['a', 3] }],
    ['two letters in one character', { config: char, vocabulary: ['ab'] }],
    ['an empty unit', { config: word, vocabulary: [''] }],
    ['the same unit twice', { config: word, vocabulary: ['a', 'a'] }],
    ['a word that is a book', { config: word, vocabulary: ['a'.repeat(1000)] }],
    ['strings for merges', { config: subword, vocabulary: ['ab'] }],
    ['merges for words', { config: word, vocabulary: [[2, 3]] }],
    ['a merge of three', { config: subword, vocabulary: [[2, 3, 4]] }],
    ['a merge of a token to come', { config: subword, vocabulary: [[2, 258]] }],
    ['a merge of a special token', { config: subword, vocabulary: [[1, 2]] }],
    [
      'a pair merged twice',
      {
        config: subword,
        vocabulary: [
          [2, 3],
          [2, 3],
        ],
      },
    ],
    [
      'merges that double without end',
      { config: subword, vocabulary: Array.from({ length: 64 }, (_, i) => [257 + i, 257 + i]) },
    ],
    ['too many merges', { config: subword, vocabulary: Array(70_000).fill([2, 2]) }],
  ];

  it.each(damaged)('are refused with %s', (_, json) => {
    expect(() => unitsFromJSON(json, 'my.voice/voice.json')).toThrow(
      expect.objectContaining({
        code: 'voice.damaged',
        message: expect.stringContaining('my.voice/voice.json') as string,
      }),
    );
  });

  it('are read or refused, and nothing else, whatever the JSON', () => {
    const config = fc.record({
      kind: fc.constantFrom('char', 'word', 'subword', 1),
      vocabularyLimit: fc.oneof(fc.integer(), fc.constant(4096)),
      minimumCount: fc.oneof(fc.integer(), fc.constant(1)),
    });
    const vocabulary = fc.oneof(
      fc.array(fc.string({ maxLength: 2 })),
      fc.array(fc.tuple(fc.nat(300), fc.nat(300))),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.record({ config, vocabulary })), (json) => {
        let units: Units;
        try {
          units = unitsFromJSON(json);
        } catch (error) {
          expect(error).toMatchObject({ code: 'voice.damaged' });
          return;
        }
        const tokens = units.encode('ab é');
        expect(streamed(units, tokens)).toBe(units.decode(tokens));
      }),
      { numRuns: 2000 },
    );
  });
});
