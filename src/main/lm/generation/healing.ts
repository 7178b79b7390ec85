import type { Units } from '../text/units.ts';

/** A prompt as tokens, without its last word where that may not be whole. */
export interface Healed {
  readonly tokens: Int32Array;
  /** The end of the prompt that is not in `tokens`; it is written once more. */
  readonly held: string;
  /** Tokens that cannot come next while `rest` of `held` is still to be written. */
  readonly barred: (rest: string) => readonly number[];
}

/** Longest word that is taken back. */
const LONGEST = 40;

/**
 * Takes the last word of the prompt back, so that the voice may finish it: "walk" is a unit of its own,
 * and no voice has ever seen "walk" + "ing" where it knows "walking" (token healing, Lundberg 2023).
 * So with a space at the end, which is the beginning of a subword.
 */
export function heal(units: Units, prompt: string): Healed {
  const { kind } = units.config;
  const word = kind === 'subword' ? /[ ]?[\p{L}\p{N}\p{M}]+$|[ ]$/u : /[\p{L}\p{N}\p{M}]+$/u;
  const held = kind === 'char' ? '' : (word.exec(prompt.slice(-LONGEST - 1))?.[0] ?? '');
  const whole: Healed = { tokens: units.encode(prompt), held: '', barred: () => [] };
  if (held === '' || held.length > LONGEST) return whole;

  const texts = Array.from({ length: units.size }, (_, token) => units.text(token));
  // A word unit is all of a word. A part of a character is no text to compare.
  const fits = (text: string, rest: string): boolean =>
    text !== '' &&
    !text.includes('\uFFFD') &&
    (text.startsWith(rest) || (kind === 'subword' && rest.startsWith(text)));
  // Where no unit leads on from somewhere inside, the word stays as it is.
  const starts = kind === 'word' ? [0] : held.split('').keys();
  for (const i of starts) {
    const rest = held.slice(i);
    if (/^[\uDC00-\uDFFF]/.test(rest)) continue;
    if (!texts.some((text) => fits(text, rest))) return whole;
  }
  const known = new Map<string, number[]>();
  return {
    tokens: units.encode(prompt.slice(0, -held.length)),
    held,
    barred: (rest) => {
      if (rest === '') return [];
      let barred = known.get(rest);
      if (!barred) {
        barred = texts.flatMap((text, token) => (fits(text, rest) ? [] : [token]));
        known.set(rest, barred);
      }
      return barred;
    },
  };
}
