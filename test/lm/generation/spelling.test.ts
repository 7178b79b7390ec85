import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Context } from '../../../src/main/lm/generation/context.ts';
import {
  generateText,
  settingsFor,
  type SamplingSettings,
} from '../../../src/main/lm/generation/index.ts';
import { spelling } from '../../../src/main/lm/generation/processors/index.ts';
import { fold, LexiconCounter, type Lexicon } from '../../../src/main/lm/text/lexicon.ts';
import { characters, voiceOf } from './table-stepper.ts';

const story = `The old man walked to the sea. “Where are you going?” she asked. “Don’t,” he said. He walked on.

She watched him go. THE END of 1980 was grey, and the wind was cold; o’clock, ’tis. ‘So,’ said Mr. Fox.
`;

function lexiconOf(text: string): Lexicon {
  const counter = new LexiconCounter();
  counter.add(text);
  return counter.lexicon();
}

const lexicon = lexiconOf(story);

/** The words of a text, as they are compared. */
const wordsOf = (text: string): string[] =>
  Array.from(text.matchAll(/[\p{L}\p{M}\p{N}]+(?:['’][\p{L}\p{M}\p{N}]+)*/gu), ([found]) =>
    fold(found),
  );

/** The characters that may follow `text`. */
function after(text: string, words: Lexicon = lexicon, alphabet = story): string {
  const units = characters(alphabet + text);
  const logits = new Float32Array(units.size);
  spelling(words, units)(logits, new Context(units.encode(text)));
  return Array.from(logits.keys())
    .filter((token) => token > 1 && logits[token] === 0)
    .map((token) => units.text(token))
    .join('');
}

const letters = (text: string): string => text.replace(/[^\p{L}]/gu, '');

describe('spelling', () => {
  test('lets a letter lead only to words, however they are written', () => {
    expect(letters(after('the wa'))).toBe('STlst');
    expect(letters(after('the WA'))).toBe('STlst');
    expect(letters(after('wal'))).toBe('k');
    expect(letters(after('Th'))).toBe('Ee');
  });

  test('lets a word end only where it is one', () => {
    for (const mark of ' .,’\n') {
      expect(after('walke')).not.toContain(mark);
      expect(after('walked')).toContain(mark);
    }
    expect(after('walke')).not.toContain('1');
    expect(letters(after('walked'))).toBe('');
  });

  test('takes an apostrophe as part of a word or as the quote that closes after it', () => {
    expect(after('don')).toBe('’');
    expect(after("don'")).toBe('Tt');
    expect(after('said’')).toContain(' ');
    expect(letters(after('said’'))).toBe('');
    expect(letters(after('she ‘wal'))).toBe('k');
    expect(letters(after('she ’wal'))).toBe('k');
    expect(letters(after('said’’wal'))).toBe('k');
  });

  test('leaves a word alone that is no beginning of one, and binds the next', () => {
    const all = characters(`${story}Zorblat`).size - 2;
    expect(after('the Zorblat')).toHaveLength(all);
    expect(letters(after('the Zorblat wal'))).toBe('k');
  });

  test('leaves numbers and what is outside the alphabet alone', () => {
    expect(after('in 1980')).toContain('s');
    // Two apostrophes are no part of a word: another begins.
    expect(letters(after('in 1980’’wal'))).toBe('k');
    const units = characters(story);
    const logits = new Float32Array(units.size);
    spelling(lexicon, units)(logits, new Context(units.encode('the ßy')));
    expect(logits.every((logit) => logit === 0)).toBe(true);
  });

  test('leaves scripts alone that do not set words apart', () => {
    const alphabet = `${story}昨日は雨が`;
    expect(after('昨日は', lexicon, alphabet)).toHaveLength(characters(alphabet).size - 2);
    expect(after('the ', lexicon, alphabet)).toContain('昨');
    expect(after('walke', lexicon, alphabet)).toBe('Dd');
  });

  test('compares characters of two code units as one', () => {
    const words = lexiconOf('𐐀𐐁𐐂 𐐀𐐃');
    expect(after('𐐀', words, '𐐀𐐁𐐂𐐃𐐩 ')).toBe('𐐁𐐃𐐩');
  });

  test('does nothing where no token would be left', () => {
    const units = characters('nave ');
    const logits = new Float32Array(units.size);
    logits.fill(-Infinity, 0, 2);
    spelling(['naïve'], units)(logits, new Context(units.encode('na')));
    expect(logits.subarray(2).every((logit) => logit === 0)).toBe(true);
  });
});

describe('a voice with a lexicon', () => {
  const continued = async (
    prompt: string,
    change: Partial<SamplingSettings>,
    order = 2,
  ): Promise<string[]> => {
    const { stepper, units } = voiceOf(`${story}Zorblat`, {
      order,
      streams: change.alternatives ?? 1,
    });
    const settings = { ...settingsFor(100, 'char', 1), lexicon, maxTokens: 200, ...change };
    return (await generateText(stepper, units, prompt, settings)).map(({ text }) => text);
  };

  test('writes only words that it or the writer has used', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(10_000),
        fc.integer({ min: 0, max: 3 }),
        fc.constantFrom('', 'The', 'The o', 'THE W', '“Zorblat asked', 'don’', 'Zorb', '1980 '),
        async (seed, order, prompt) => {
          const change = { seed, temperature: 2, minP: 0, dry: null };
          const [text = ''] = await continued(prompt, change, order);
          const known = new Set([...lexicon, ...wordsOf(prompt)]);
          // The first may be what the writer began, and is then free where it is no beginning of a word.
          const begun = wordsOf(`${prompt}${text}`)[wordsOf(prompt).length - 1];
          const free = (word: string): boolean => word === begun || /\p{N}/u.test(word);
          const written = wordsOf(`${prompt}${text}`).slice(
            Math.max(0, wordsOf(prompt).length - 1),
          );
          expect(written.filter((word) => !known.has(word) && !free(word))).toEqual([]);
        },
      ),
      // The example goes on for 64 characters without a space.
      { numRuns: 300, examples: [[302, 0, '']] },
    );
  });

  test('invents where it may', async () => {
    const free = { lexicon: null, temperature: 2, minP: 0, alternatives: 4 };
    const words = (await continued('The', free)).flatMap(wordsOf);
    expect(words.filter((word) => !lexicon.includes(word)).length).toBeGreaterThan(0);
  });

  test('says a name again that stands on the page', async () => {
    const change = { greedy: true, dry: null, length: { kind: 'words', count: 1 } } as const;
    const last = async (prompt: string): Promise<string> =>
      (prompt + (await continued(prompt, change, 6))[0]!).split(' ').at(-1)!;
    expect(await last('Zorblat said Zorbla')).toBe('Zorblat');
    expect(after('Zorblat', [...lexicon, 'zorblat'])).toContain(' ');
  });

  test('gives the same text for the same seed', async () => {
    const change = { seed: 3, alternatives: 3 };
    expect(await continued('The ', change)).toEqual(await continued('The ', change));
  });
});
