import { toBytes } from './bytes.ts';

/** Token of byte b is BYTE + b. */
export const BYTE = 2;
/** First token made by a merge. */
export const FIRST_MERGE = BYTE + 256;
/** Most bytes of a token: 63 characters of four bytes and a space. */
export const LONGEST_TOKEN = 253;

/**
 * Pieces within which merges happen, after GPT-2 (Radford et al. 2019): a word with its leading space,
 * the end of a contraction, digits, marks, spaces. Together they cover any text. Each is short, so that
 * text without spaces costs no more.
 */
const pieces =
  /['’]\p{L}{1,2}(?![\p{L}\p{M}])| ?[\p{L}\p{M}]{1,63}| ?\p{N}{1,3}| ?[^\s\p{L}\p{M}\p{N}]{1,63}|\s{1,63}(?!\S)|\s/gu;

/** Calls `take` with each piece of `text`, in order; joined they are the text. */
export function eachPiece(text: string, take: (piece: string) => void): void {
  let start = 0;
  pieces.lastIndex = 0;
  // `test` moves lastIndex and, unlike `exec`, makes no array.
  while (pieces.test(text)) {
    const end = pieces.lastIndex;
    take(text.slice(start, end));
    pieces.lastIndex = start = end;
  }
}

/** A heap of pairs by count, largest first; entries may be stale and are checked when taken. */
class Heap {
  readonly #items: { pair: number; count: number }[] = [];

  push(pair: number, count: number): void {
    const items = this.#items;
    let i = items.push({ pair, count }) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!this.#before(i, parent)) break;
      this.#swap(i, parent);
      i = parent;
    }
  }

  pop(): { pair: number; count: number } | undefined {
    const items = this.#items;
    const top = items[0];
    const last = items.pop();
    if (top === undefined || last === undefined || items.length === 0) return top;
    items[0] = last;
    let i = 0;
    for (;;) {
      let best = i;
      if (this.#before(2 * i + 1, best)) best = 2 * i + 1;
      if (this.#before(2 * i + 2, best)) best = 2 * i + 2;
      if (best === i) return top;
      this.#swap(i, best);
      i = best;
    }
  }

  #before(i: number, j: number): boolean {
    const a = this.#items[i];
    const b = this.#items[j];
    if (!a || !b) return false;
    // Ties by pair number, so that the same text always gives the same merges.
    return a.count > b.count || (a.count === b.count && a.pair < b.pair);
  }

  #swap(i: number, j: number): void {
    const a = this.#items[i];
    const b = this.#items[j];
    if (!a || !b) return;
    this.#items[i] = b;
    this.#items[j] = a;
  }
}

/** Pairs of neighbouring tokens: how often each occurs, and in which words it may be found. */
class Pairs {
  readonly counts = new Map<number, number>();
  readonly #where = new Map<number, number[]>();
  readonly #base: number;

  /** @param base more than any token; a pair's number is a * base + b */
  constructor(base: number) {
    this.#base = base;
  }

  number(a: number, b: number): number {
    return a * this.#base + b;
  }

  split(pair: number): [number, number] {
    return [Math.floor(pair / this.#base), pair % this.#base];
  }

  add(pair: number, amount: number, word: number): number {
    this.counts.set(pair, (this.counts.get(pair) ?? 0) + amount);
    const words = this.#where.get(pair);
    if (words === undefined) this.#where.set(pair, [word]);
    else if (words[words.length - 1] !== word) words.push(word);
    return pair;
  }

  subtract(pair: number, amount: number): void {
    const left = (this.counts.get(pair) ?? 0) - amount;
    if (left > 0) {
      this.counts.set(pair, left);
    } else {
      this.counts.delete(pair);
      this.#where.delete(pair);
    }
  }

  /** Forgets a pair and returns the words that may hold it. */
  take(pair: number): readonly number[] {
    const words = this.#where.get(pair) ?? [];
    this.counts.delete(pair);
    this.#where.delete(pair);
    return words;
  }
}

/**
 * Byte-pair encoding (Gage 1994, Sennrich et al. 2016) of `counts`, pieces and how often each occurs:
 * the most frequent pair of neighbours becomes a token, `limit` times at most, while it occurs at least
 * `minimumCount` times. Pair counts are kept up to date, so a merge costs only the words that hold it.
 */
export function trainMerges(
  counts: ReadonlyMap<string, number>,
  limit: number,
  minimumCount: number,
): [number, number][] {
  const words: { readonly tokens: number[]; readonly count: number }[] = [];
  const pairs = new Pairs(FIRST_MERGE + limit);
  for (const [text, count] of counts) {
    const tokens = Array.from(toBytes(text), (byte) => byte + BYTE);
    if (tokens.length < 2) continue;
    const word = words.push({ tokens, count }) - 1;
    for (let i = 1; i < tokens.length; i++) {
      pairs.add(pairs.number(tokens[i - 1] ?? 0, tokens[i] ?? 0), count, word);
    }
  }
  const heap = new Heap();
  for (const [pair, count] of pairs.counts) heap.push(pair, count);

  const merges: [number, number][] = [];
  while (merges.length < limit) {
    const top = heap.pop();
    if (!top) break;
    const now = pairs.counts.get(top.pair) ?? 0;
    if (now < minimumCount) continue;
    if (now !== top.count) {
      heap.push(top.pair, now);
      continue;
    }
    const [a, b] = pairs.split(top.pair);
    const merged = FIRST_MERGE + merges.push([a, b]) - 1;
    const made = new Set<number>();
    for (const index of pairs.take(top.pair)) {
      const { tokens, count } = words[index]!;
      for (let i = 0; i + 1 < tokens.length; i++) {
        if (tokens[i] !== a || tokens[i + 1] !== b) continue;
        const left = tokens[i - 1];
        const right = tokens[i + 2];
        if (left !== undefined) {
          pairs.subtract(pairs.number(left, a), count);
          made.add(pairs.add(pairs.number(left, merged), count, index));
        }
        if (right !== undefined) {
          pairs.subtract(pairs.number(b, right), count);
          made.add(pairs.add(pairs.number(merged, right), count, index));
        }
        tokens.splice(i, 2, merged);
      }
    }
    for (const pair of made) {
      const count = pairs.counts.get(pair) ?? 0;
      if (count >= minimumCount) heap.push(pair, count);
    }
  }
  return merges;
}
