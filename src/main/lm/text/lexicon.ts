import { unspaced } from '../../../shared/words.ts';
import { UnitCounter } from './vocabulary.ts';

/** Words as `fold` gives them, in the order of their code units, no two alike. */
export type Lexicon = readonly string[];

/** Longest word, in code units: what is longer was not written as one. */
export const LONGEST_WORD = 40;
/** Most words: those met most often stay. */
export const MOST_WORDS = 200_000;

/** Letters, with apostrophes between them; a hyphen stands between two words. */
const words = /[\p{L}\p{M}\p{N}]+(?:['’][\p{L}\p{M}\p{N}]+)*/gu;
/** Part of a word of any spelling: numbers, and scripts that do not set words apart. */
const anyhow = new RegExp(`\\p{N}|${unspaced.source}`, 'u');

/** What a character is to a word. */
export type Role = 'letter' | 'apostrophe' | 'anyhow' | 'apart';

export function roleOf(character: string): Role {
  if (character === "'" || character === '’') return 'apostrophe';
  if (anyhow.test(character)) return 'anyhow';
  return /[\p{L}\p{M}]/u.test(character) ? 'letter' : 'apart';
}

/**
 * A text as words are compared: "Don’t" is "don't". Character by character, so that the beginning of a
 * word is folded as it is in the word; the sigma at the end of one would not be.
 */
export const fold = (text: string): string =>
  text.toLowerCase().replaceAll('ς', 'σ').replaceAll('’', "'");

const inOrder = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** Collects the words of a corpus, text by text. */
export class LexiconCounter {
  readonly #counter = new UnitCounter();
  /** Code units in words, and in what is spelt anyhow. */
  #spelt = 0;
  #anyhow = 0;

  add(text: string): void {
    for (const [found] of text.matchAll(words)) {
      if (found.length > LONGEST_WORD || anyhow.test(found)) {
        this.#anyhow += found.length;
      } else {
        this.#spelt += found.length;
        this.#counter.add(fold(found));
      }
    }
  }

  /** Empty for a text that mostly does not set its words apart. */
  lexicon(): Lexicon {
    if (this.#anyhow > this.#spelt) return [];
    let found = [...this.#counter.counts];
    if (found.length > MOST_WORDS) {
      found.sort(([a, n], [b, m]) => m - n || inOrder(a, b));
      found = found.slice(0, MOST_WORDS);
    }
    return found.map(([word]) => word).sort(inOrder);
  }
}

/** A lexicon with the words of a text as well. */
export function withWordsOf(text: string, lexicon: Lexicon): Lexicon {
  const counter = new LexiconCounter();
  counter.add(text);
  const more = counter.lexicon().filter((word) => !has(lexicon, word));
  return more.length === 0 ? lexicon : [...lexicon, ...more].sort(inOrder);
}

function has(lexicon: Lexicon, word: string): boolean {
  let [low, high] = [0, lexicon.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (lexicon[middle]! < word) low = middle + 1;
    else high = middle;
  }
  return lexicon[low] === word;
}

/** A lexicon as one string, for the model card. */
export const packLexicon = (lexicon: Lexicon): string => lexicon.join(' ');

/** A lexicon that was packed; null where it is none. */
export function unpackLexicon(packed: string): Lexicon | null {
  const lexicon = packed === '' ? [] : packed.split(' ');
  if (lexicon.length > MOST_WORDS) return null;
  const sound = lexicon.every(
    (word, i) => word !== '' && word.length <= LONGEST_WORD && (i === 0 || lexicon[i - 1]! < word),
  );
  return sound ? lexicon : null;
}
