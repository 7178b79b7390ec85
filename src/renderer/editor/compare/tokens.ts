/** A text in lines, or in words. */
import type { Search } from './search.ts';

/** A stretch of a text as tokens: where each begins, and a number that equal ones share. */
export class Tokens {
  readonly numbers: readonly number[];
  readonly #starts: readonly number[];
  readonly #end: number;

  private constructor(numbers: readonly number[], starts: readonly number[], end: number) {
    this.numbers = numbers;
    this.#starts = starts;
    this.#end = end;
  }

  /** Pauses after every so many. */
  static *of(
    text: string,
    from: number,
    to: number,
    endOf: (text: string, at: number) => number,
    known: Map<string, number>,
  ): Search<Tokens> {
    const numbers: number[] = [];
    const starts: number[] = [];
    for (let at = from; at < to;) {
      const end = Math.min(to, endOf(text, at));
      const key = text.slice(at, end);
      let number = known.get(key);
      if (number === undefined) known.set(key, (number = known.size));
      numbers.push(number);
      starts.push(at);
      at = end;
      if (numbers.length % STEP === 0) yield;
    }
    return new Tokens(numbers, starts, to);
  }

  /** Offset in the text of the token of this index. */
  at(index: number): number {
    return this.#starts[index] ?? this.#end;
  }
}

/** Tokens that are worked on between two pauses: a few milliseconds. */
export const STEP = 1 << 14;

/** With its break. */
export function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end + 1;
}

/** A word with what holds it together, a stretch of spaces, or one other sign. */
const token = /[\p{L}\p{N}\p{M}]+(?:['’‐-][\p{L}\p{N}\p{M}]+)*|[^\S\n]+|\n|[^]/uy;

export function tokenEnd(text: string, at: number): number {
  token.lastIndex = at;
  token.test(text);
  return token.lastIndex;
}
