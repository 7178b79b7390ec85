import { toBytes } from './bytes.ts';

/** Token of byte b. */
export const BYTE = 2;
/** First token made by a merge. */
export const FIRST_MERGE = BYTE + 256;

/** Pieces within which merges happen: a word with its leading space, a run of marks, of spaces. */
export const pieces = / ?[\p{L}\p{M}]+| ?\p{N}{1,3}| ?[^\s\p{L}\p{M}\p{N}]+|\s+(?!\S)|\s/gu;

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
      for (const child of [2 * i + 1, 2 * i + 2]) {
        if (child < items.length && this.#before(child, best)) best = child;
      }
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

const PAIR = 2 ** 20;

/**
 * Byte-pair encoding (Gage 1994, Sennrich et al. 2016) of `counts`, pieces and how often each occurs:
 * the most frequent pair of neighbours becomes a token, `limit` times at most. Pair counts are kept up
 * to date, so a merge costs only the pieces that hold it.
 */
export function trainMerges(
  counts: ReadonlyMap<string, number>,
  limit: number,
  minimumCount: number,
): [number, number][] {
  const words: { tokens: number[]; count: number }[] = [];
  const pairs = new Map<number, number>();
  const where = new Map<number, Set<number>>();
  const note = (a: number, b: number, amount: number, word: number): void => {
    const pair = a * PAIR + b;
    pairs.set(pair, (pairs.get(pair) ?? 0) + amount);
    if (amount <= 0) return;
    const set = where.get(pair);
    if (set) set.add(word);
    else where.set(pair, new Set([word]));
  };
  for (const [text, count] of counts) {
    const tokens = Array.from(toBytes(text), (byte) => byte + BYTE);
    if (tokens.length < 2) continue;
    const word = words.push({ tokens, count }) - 1;
    for (let i = 1; i < tokens.length; i++) note(tokens[i - 1] ?? 0, tokens[i] ?? 0, count, word);
  }
  const heap = new Heap();
  for (const [pair, count] of pairs) heap.push(pair, count);

  const merges: [number, number][] = [];
  while (merges.length < limit) {
    const top = heap.pop();
    if (!top) break;
    const now = pairs.get(top.pair) ?? 0;
    if (now !== top.count) {
      if (now >= minimumCount) heap.push(top.pair, now);
      continue;
    }
    if (now < minimumCount) break;
    const a = Math.floor(top.pair / PAIR);
    const b = top.pair % PAIR;
    const merged = FIRST_MERGE + merges.push([a, b]) - 1;
    const touched = new Set<number>();
    for (const index of where.get(top.pair) ?? []) {
      const word = words[index];
      if (!word) continue;
      const { tokens, count } = word;
      for (let i = 0; i + 1 < tokens.length; i++) {
        if (tokens[i] !== a || tokens[i + 1] !== b) continue;
        const left = tokens[i - 1];
        const right = tokens[i + 2];
        if (left !== undefined) {
          note(left, a, -count, index);
          note(left, merged, count, index);
          touched.add(left * PAIR + merged);
        }
        if (right !== undefined) {
          note(b, right, -count, index);
          note(merged, right, count, index);
          touched.add(merged * PAIR + right);
        }
        tokens.splice(i, 2, merged);
      }
    }
    pairs.delete(top.pair);
    where.delete(top.pair);
    for (const pair of touched) heap.push(pair, pairs.get(pair) ?? 0);
  }
  return merges;
}
