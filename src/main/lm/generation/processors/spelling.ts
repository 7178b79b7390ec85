import { fold, roleOf, type Lexicon } from '../../text/lexicon.ts';
import type { Units } from '../../text/units.ts';
import type { Processor } from './processor.ts';

/** The beginning of a word: the words from `from` to `to` share its `depth` code units. */
interface Stem {
  readonly from: number;
  readonly to: number;
  readonly depth: number;
}

/** The first word from `from` to `to` whose code unit at `depth` is not below `unit`. */
function lowerBound(words: Lexicon, from: number, { to, depth }: Stem, unit: number): number {
  let [low, high] = [from, to];
  while (low < high) {
    const middle = (low + high) >> 1;
    // A word that ends here has no unit, and comes first.
    if ((words[middle]!.charCodeAt(depth) || -1) < unit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The words that go on with `letters`, code units; null where there are none. */
function narrow(words: Lexicon, stem: Stem | null, letters: string): Stem | null {
  for (let i = 0; stem && i < letters.length; i++) {
    const unit = letters.charCodeAt(i);
    const from = lowerBound(words, stem.from, stem, unit);
    const to: number = lowerBound(words, from, stem, unit + 1);
    stem = from < to ? { from, to, depth: stem.depth + 1 } : null;
  }
  return stem;
}

/** The code units that go on from a stem to words. */
function collectNext(words: Lexicon, stem: Stem | null, into: Set<number>): void {
  into.clear();
  if (!stem) return;
  let at = lowerBound(words, stem.from, stem, 0);
  while (at < stem.to) {
    const unit = words[at]!.charCodeAt(stem.depth);
    into.add(unit);
    at = lowerBound(words, at, stem, unit + 1);
  }
}

/**
 * Spells only words of a lexicon: a letter must lead to one of them, and a word ends only where it is one.
 * A word that already is no beginning of one, such as a new name in the prompt, goes on as it likes, and
 * so do numbers and scripts that do not set words apart. Where no token would be left it does nothing.
 *
 * @param units of characters
 */
export function spelling(words: Lexicon, units: Units): Processor {
  const texts = Array.from({ length: units.size }, (_, token) => fold(units.text(token)));
  // What is outside the alphabet may be any letter.
  const roles = texts.map((text) => (text === '\uFFFD' ? 'anyhow' : roleOf(text)));
  const all: Stem = { from: 0, to: words.length, depth: 0 };
  const isWord = (stem: Stem | null): boolean =>
    stem !== null && words[stem.from]?.length === stem.depth;
  const next = new Set<number>();
  const goesOn = (stem: Stem | null, letters: string): boolean =>
    next.has(letters.charCodeAt(0)) &&
    (letters.length === 1 || narrow(words, stem, letters) !== null);
  const barred: number[] = [];
  return (logits, { tokens, start, end }) => {
    let at = end;
    while (at > start && roles[tokens[at - 1]!] !== 'apart') at--;
    let stem: Stem | null = all;
    // May the word end? After an apostrophe, which may be a closing quote: might it before?
    let ends = true;
    let quoted = false;
    let free = false;
    for (; at < end; at++) {
      const token = tokens[at]!;
      const role = roles[token]!;
      const apostrophe = role === 'apostrophe';
      if (apostrophe && (quoted || stem === all)) {
        [stem, ends, quoted, free] = [all, true, false, false];
        continue;
      }
      stem = free || role === 'anyhow' ? null : narrow(words, stem, texts[token]!);
      quoted = apostrophe;
      if (!quoted) ends = isWord(stem);
      free = stem === null && !(quoted && ends && !free);
    }
    if (free) return logits;
    collectNext(words, stem, next);
    let possible = false;
    barred.length = 0;
    for (let token = 0; token < logits.length; token++) {
      if (logits[token] === -Infinity) continue;
      const role = roles[token];
      const allowed =
        (role !== 'letter' && ends) ||
        ((role === 'letter' || role === 'apostrophe') && goesOn(stem, texts[token]!));
      if (allowed) possible = true;
      else barred.push(token);
    }
    if (possible) for (const token of barred) logits[token] = -Infinity;
    return logits;
  };
}
