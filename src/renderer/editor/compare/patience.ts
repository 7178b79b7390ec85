/** Tokens of two texts that are taken for the same ones. */
import type { Search } from './search.ts';
import { STEP } from './tokens.ts';

export type Range = readonly [fromA: number, toA: number, fromB: number, toB: number];
export type Pair = readonly [a: number, b: number];

/** In a stretch longer than this, fewer fixed tokens than one in so many are too few. */
const LONG = 2000;
const SPARSE = 200;
/** Tokens of a row. */
const ROW = 4;

/** Tokens that stand once in each, else rows of four that do; in the same order in both. */
export function* fixedIn(a: readonly number[], b: readonly number[], range: Range): Search<Pair[]> {
  const fixed = yield* uniquePairs(a, b, range, 1);
  const [fromA, toA, fromB, toB] = range;
  const length = Math.min(toA - fromA, toB - fromB);
  if (length < LONG || fixed.length * SPARSE > length) return fixed;
  const rows = yield* uniquePairs(a, b, range, ROW);
  return rows.length > fixed.length ? rows : fixed;
}

/** The longest row of places, in the same order in both, from which so many tokens stand once in each stretch. */
function* uniquePairs(
  a: readonly number[],
  b: readonly number[],
  [fromA, toA, fromB, toB]: Range,
  width: number,
): Search<Pair[]> {
  const places = new Places(a, toA - fromA, width);
  for (let i = fromA; i < toA; i++) {
    places.addA(i);
    if (i % STEP === 0) yield;
  }
  for (let i = fromB; i < toB; i++) {
    places.addB(b, i);
    if (i % STEP === 0) yield;
  }
  const pairs: Pair[] = [];
  for (let i = fromA; i < toA; i++) {
    const other = places.otherOf(i);
    if (other >= 0) pairs.push([i, other]);
    if (i % STEP === 0) yield;
  }
  return yield* longestRising(pairs);
}

const NONE = -1;
const SEVERAL = -2;

/** Where the tokens that follow a place stand, in each of two texts: a hash table that compares them one by one. */
class Places {
  readonly #a: readonly number[];
  readonly #width: number;
  readonly #mask: number;
  /** By slot: a place in A where what the slot is for begins, or NONE; whether there are more; the place in B. */
  readonly #first: Int32Array;
  readonly #again: Uint8Array;
  readonly #inB: Int32Array;

  constructor(a: readonly number[], count: number, width: number) {
    const size = 1 << (32 - Math.clz32(2 * count));
    this.#a = a;
    this.#width = width;
    this.#mask = size - 1;
    this.#first = new Int32Array(size).fill(NONE);
    this.#again = new Uint8Array(size);
    this.#inB = new Int32Array(size).fill(NONE);
  }

  addA(at: number): void {
    const slot = this.#slotOf(this.#a, at);
    if (this.#first[slot] === NONE) this.#first[slot] = at;
    else this.#again[slot] = 1;
  }

  addB(b: readonly number[], at: number): void {
    const slot = this.#slotOf(b, at);
    // What A does not have needs no place.
    if (this.#first[slot] !== NONE) this.#inB[slot] = this.#inB[slot] === NONE ? at : SEVERAL;
  }

  /** The one place in B of what stands at this one place of A; negative where either has none or several. */
  otherOf(at: number): number {
    const slot = this.#slotOf(this.#a, at);
    return this.#again[slot] === 1 ? SEVERAL : this.#inB[slot]!;
  }

  /** The slot of what begins there, or the free one that it would have. */
  #slotOf(numbers: readonly number[], at: number): number {
    let hash = 0;
    for (let i = 0; i < this.#width; i++) {
      hash = Math.imul(hash ^ (numbers[at + i] ?? NONE), 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    for (let slot = hash & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const first = this.#first[slot]!;
      if (first === NONE || this.#isSame(first, numbers, at)) return slot;
    }
  }

  #isSame(first: number, numbers: readonly number[], at: number): boolean {
    for (let i = 0; i < this.#width; i++) {
      if (this.#a[first + i] !== numbers[at + i]) return false;
    }
    return true;
  }
}

/** Patience sorting: of pairs in the order of A, the longest row that rises in B too. */
function* longestRising(pairs: readonly Pair[]): Search<Pair[]> {
  const tops: number[] = [];
  const before = new Int32Array(pairs.length).fill(-1);
  for (const [index, [, b]] of pairs.entries()) {
    let low = 0;
    let high = tops.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (pairs[tops[middle]!]![1] < b) low = middle + 1;
      else high = middle;
    }
    before[index] = low > 0 ? tops[low - 1]! : -1;
    tops[low] = index;
    if (index % STEP === 0) yield;
  }
  const row: Pair[] = [];
  for (let index = tops.at(-1) ?? -1; index >= 0; index = before[index]!) row.push(pairs[index]!);
  return row.reverse();
}
