import type { UnitsConfig } from '../../../shared/config.ts';

/** Longest word kept, in code units: past this it is no word, and a vocabulary stays small. */
export const LONGEST = 256;

/** The texts of tokens that are a list of strings. Token 0 is empty, 1 is U+FFFD. */
export class TokenText {
  readonly vocabulary: readonly string[];

  constructor(vocabulary: readonly string[]) {
    this.vocabulary = vocabulary;
  }

  /** V, with the two special tokens. */
  get size(): number {
    return this.vocabulary.length + 2;
  }

  of(token: number): string {
    if (token === 0) return '';
    if (token === 1) return '\uFFFD';
    const text = this.vocabulary[token - 2];
    if (text === undefined) throw new RangeError(`Token ${token} is outside 0 to ${this.size - 1}`);
    return text;
  }

  join(tokens: ArrayLike<number>): string {
    let out = '';
    for (let i = 0; i < tokens.length; i++) out += this.of(tokens[i] ?? -1);
    return out;
  }
}

/** Past this many different units the rarest are forgotten: a Map ends at 2^24. */
const MOST = 1 << 22;

/** Counts units that are strings, in bounded memory. */
export class UnitCounter {
  readonly counts = new Map<string, number>();
  #forget = 1;

  add(unit: string): void {
    const n = this.counts.get(unit);
    if (n !== undefined) {
      this.counts.set(unit, n + 1);
      return;
    }
    while (this.counts.size >= MOST) {
      for (const [rare, times] of this.counts) if (times <= this.#forget) this.counts.delete(rare);
      if (this.counts.size >= MOST / 2) this.#forget *= 2;
    }
    this.counts.set(owned(unit), 1);
  }
}

/**
 * A string with memory of its own. V8 keeps a longer substring as a view of its parent, so a word
 * that is remembered would hold the whole manuscript it was cut from.
 */
export function owned(text: string): string {
  if (text.length < 13) return text;
  const units = new Array<number>(text.length);
  for (let i = 0; i < text.length; i++) units[i] = text.charCodeAt(i);
  let out = '';
  for (let i = 0; i < units.length; i += 4096) {
    out += String.fromCharCode(...units.slice(i, i + 4096));
  }
  return out;
}

/** The most frequent units first, ties by text, within the limits of `config`. */
export function vocabularyOf(counts: ReadonlyMap<string, number>, config: UnitsConfig): string[] {
  return [...counts]
    .filter(([unit, n]) => n >= config.minimumCount && unit.length <= LONGEST)
    .sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
    .slice(0, Math.max(0, config.vocabularyLimit - 2))
    .map(([unit]) => unit);
}
