import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildCorpus } from '../../../src/main/lm/text/index.ts';
import {
  fold,
  LexiconCounter,
  LONGEST_WORD,
  packLexicon,
  unpackLexicon,
  withWordsOf,
  type Lexicon,
} from '../../../src/main/lm/text/lexicon.ts';
import { defaultText, defaultUnits } from '../../../src/shared/config.ts';
import { anyText, prose } from './texts.ts';

function lexiconOf(text: string): Lexicon {
  const counter = new LexiconCounter();
  counter.add(text);
  return counter.lexicon();
}

describe('a lexicon', () => {
  test('holds each word once, in order, as words are compared', () => {
    expect(lexiconOf("The cat. “Don’t THE cat,” said O'Hara; don't stop-gap.")).toEqual(
      ['cat', "don't", 'gap', "o'hara", 'said', 'stop', 'the'].sort(),
    );
  });

  test('leaves out numbers, what is too long, and quotes around a word', () => {
    const long = 'a'.repeat(LONGEST_WORD + 1);
    const more = 'many words more than those, so that they are most of the text, by far';
    expect(lexiconOf(`${more} 1980s ’tis dogs’ ‘so’ ${long}`)).toEqual(
      lexiconOf(`${more} tis dogs so`),
    );
  });

  test('is empty for a text that does not set its words apart', () => {
    expect(lexiconOf('昨日は雨が降っていた。AI は何も言わなかった。')).toEqual([]);
    expect(lexiconOf('เมื่อวานฝนตก')).toEqual([]);
    expect(lexiconOf('어제 비가 왔다')).toHaveLength(3);
  });

  test('folds the beginning of a word as it is folded in the word', () => {
    fc.assert(
      fc.property(fc.array(anyText), (parts) => {
        expect(parts.map(fold).join('')).toBe(fold(parts.join('')));
      }),
    );
    expect(fold('ΟΔΟΣ')).toBe(fold('οδος'));
  });

  test('comes back as it was packed', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const lexicon = lexiconOf(text);
        expect(unpackLexicon(packLexicon(lexicon))).toEqual(lexicon);
      }),
    );
  });

  test.each(['b a', 'a a', ' a', 'a ', 'a  b', 'x'.repeat(LONGEST_WORD + 1)])(
    'is none when its words are %j',
    (packed) => expect(unpackLexicon(packed)).toBeNull(),
  );

  test('takes the words of a page as well', () => {
    const lexicon = lexiconOf('the cat sat');
    expect(withWordsOf('The cat', lexicon)).toBe(lexicon);
    expect(withWordsOf('Zorblatt sat', lexicon)).toEqual(['cat', 'sat', 'the', 'zorblatt']);
  });

  test('comes from the training part of a corpus of characters alone', async () => {
    const text = `${prose(800)} Zebras. ${prose(300)} ${'unheard '.repeat(20)}`;
    const source = () => [{ name: 'a', text }];
    const { lexicon } = await buildCorpus(source, defaultText, defaultUnits.char);
    expect(lexicon).toContain('zebras');
    expect(lexicon).not.toContain('unheard');
    const words = await buildCorpus(source, defaultText, defaultUnits.word);
    expect(words.lexicon).toBeNull();
  });
});
