/**
 * What differs between two texts, word by word, in time that grows with their length and not with how much
 * differs: paragraphs, and then words, that stand once in both texts are fixed first, and what lies
 * between them is compared for itself. The search that CodeMirror brings gives up on long texts that
 * differ in many places, and calls all of it changed.
 */

/** A stretch of A and what stands in B in its place; UTF-16 offsets. */
export interface Difference {
  readonly fromA: number;
  readonly toA: number;
  readonly fromB: number;
  readonly toB: number;
}

/** Pairs of tokens that are compared each with each; beyond, a stretch counts as rewritten. */
const MOST_PAIRS = 1 << 18;
/** Tokens that are looked at for one comparison, over and over; then what is left counts as rewritten. */
const MOST_LOOKS = 30_000_000;
/** In a stretch longer than this, fewer fixed tokens than one in so many are too few. */
const LONG = 2000;
const SPARSE = 200;

export function differences(a: string, b: string): readonly Difference[] {
  if (a === b) return [];
  const numbers = new Map<string, number>();
  const found: Difference[] = [];
  const inWords = (fromA: number, toA: number, fromB: number, toB: number): void => {
    if (fromA === toA || fromB === toB) add(found, { fromA, toA, fromB, toB });
    else {
      const wordsA = new Tokens(a, fromA, toA, tokenEnd, numbers);
      const wordsB = new Tokens(b, fromB, toB, tokenEnd, numbers);
      compare(wordsA, wordsB, (...range) => add(found, inText(wordsA, wordsB, ...range)));
    }
  };
  const linesA = new Tokens(a, 0, a.length, lineEnd, numbers);
  const linesB = new Tokens(b, 0, b.length, lineEnd, numbers);
  compare(linesA, linesB, (...range) => {
    const { fromA, toA, fromB, toB } = inText(linesA, linesB, ...range);
    inWords(fromA, toA, fromB, toB);
  });
  return found;
}

/** Stretches that touch are one. */
function add(found: Difference[], next: Difference): void {
  const last = found.at(-1);
  if (last?.toA === next.fromA && last.toB === next.fromB) {
    found[found.length - 1] = { ...last, toA: next.toA, toB: next.toB };
  } else found.push(next);
}

type Range = readonly [fromA: number, toA: number, fromB: number, toB: number];

const inText = (a: Tokens, b: Tokens, ...[fromA, toA, fromB, toB]: Range): Difference => ({
  fromA: a.at(fromA),
  toA: a.at(toA),
  fromB: b.at(fromB),
  toB: b.at(toB),
});

/** With its break. */
function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end + 1;
}

/** A word with what holds it together, a stretch of spaces, or one other sign. */
const token = /[\p{L}\p{N}\p{M}]+(?:['’‐-][\p{L}\p{N}\p{M}]+)*|[^\S\n]+|\n|[^]/uy;

function tokenEnd(text: string, at: number): number {
  token.lastIndex = at;
  token.test(text);
  return token.lastIndex;
}

/** A stretch of a text as tokens: where each begins, and a number that equal ones share. */
class Tokens {
  readonly numbers: number[] = [];
  readonly #starts: number[] = [];
  readonly #end: number;

  constructor(
    text: string,
    from: number,
    to: number,
    endOf: (text: string, at: number) => number,
    numbers: Map<string, number>,
  ) {
    for (let at = from; at < to;) {
      const end = Math.min(to, endOf(text, at));
      const key = text.slice(at, end);
      let number = numbers.get(key);
      if (number === undefined) numbers.set(key, (number = numbers.size));
      this.numbers.push(number);
      this.#starts.push(at);
      at = end;
    }
    this.#end = to;
  }

  /** Offset in the text of the token of this index. */
  at(index: number): number {
    return this.#starts[index] ?? this.#end;
  }
}

/** Tells the stretches of tokens that differ, in order. */
function compare(a: Tokens, b: Tokens, differs: (...range: Range) => void): void {
  const work: Range[] = [[0, a.numbers.length, 0, b.numbers.length]];
  let looks = 0;
  for (let range = work.pop(); range; range = work.pop()) {
    let [fromA, toA, fromB, toB] = range;
    while (fromA < toA && fromB < toB && a.numbers[fromA] === b.numbers[fromB]) {
      fromA++;
      fromB++;
    }
    while (fromA < toA && fromB < toB && a.numbers[toA - 1] === b.numbers[toB - 1]) {
      toA--;
      toB--;
    }
    if (fromA === toA && fromB === toB) continue;
    if (fromA === toA || fromB === toB) {
      differs(fromA, toA, fromB, toB);
      continue;
    }
    looks += toA - fromA + (toB - fromB);
    const fixed = looks > MOST_LOOKS ? [] : fixedIn(a.numbers, b.numbers, [fromA, toA, fromB, toB]);
    if (fixed.length > 0) {
      // From the end, so that the first is worked on first.
      let [endA, endB] = [toA, toB];
      for (const [atA, atB] of fixed.reverse()) {
        work.push([atA + 1, endA, atB + 1, endB]);
        [endA, endB] = [atA, atB];
      }
      work.push([fromA, endA, fromB, endB]);
    } else if ((toA - fromA) * (toB - fromB) <= MOST_PAIRS) {
      eachWithEach(a.numbers, b.numbers, [fromA, toA, fromB, toB], differs);
    } else differs(fromA, toA, fromB, toB);
  }
}

type Pair = readonly [a: number, b: number];

/** Tokens that are taken for the same ones: those that stand once in each, else rows of four that do. */
function fixedIn(a: readonly number[], b: readonly number[], range: Range): Pair[] {
  const fixed = uniquePairs(a, b, range, (numbers, at) => numbers[at]!);
  const [fromA, toA, fromB, toB] = range;
  const length = Math.min(toA - fromA, toB - fromB);
  if (length < LONG || fixed.length * SPARSE > length) return fixed;
  const rows = uniquePairs(a, b, range, (numbers, at) => numbers.slice(at, at + 4).join(' '));
  return rows.length > fixed.length ? rows : fixed;
}

/** The longest row of places, in the same order in both, whose key stands once in each stretch. */
function uniquePairs<K>(
  a: readonly number[],
  b: readonly number[],
  [fromA, toA, fromB, toB]: Range,
  keyOf: (numbers: readonly number[], at: number) => K,
): Pair[] {
  const placeOf = (numbers: readonly number[], from: number, to: number): Map<K, number> => {
    const places = new Map<K, number>();
    for (let i = from; i < to; i++) {
      const key = keyOf(numbers, i);
      places.set(key, places.has(key) ? -1 : i);
    }
    return places;
  };
  const placesA = placeOf(a, fromA, toA);
  const placesB = placeOf(b, fromB, toB);
  const pairs: Pair[] = [];
  for (const [key, atA] of placesA) {
    const atB = placesB.get(key) ?? -1;
    if (atA >= 0 && atB >= 0 && a[atA] === b[atB]) pairs.push([atA, atB]);
  }
  pairs.sort(([x], [y]) => x - y);
  return longestRising(pairs);
}

/** Patience sorting: of pairs in the order of A, the longest row that rises in B too. */
function longestRising(pairs: readonly Pair[]): Pair[] {
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
  }
  const row: Pair[] = [];
  for (let index = tops.at(-1) ?? -1; index >= 0; index = before[index]!) row.push(pairs[index]!);
  return row.reverse();
}

/** The longest common row of two short stretches, and what lies between. */
function eachWithEach(
  a: readonly number[],
  b: readonly number[],
  [fromA, toA, fromB, toB]: Range,
  differs: (...range: Range) => void,
): void {
  const width = toB - fromB + 1;
  const common = new Uint16Array((toA - fromA + 1) * width);
  const at = (i: number, j: number): number => (i - fromA) * width + (j - fromB);
  for (let i = toA - 1; i >= fromA; i--) {
    for (let j = toB - 1; j >= fromB; j--) {
      common[at(i, j)] =
        a[i] === b[j]
          ? common[at(i + 1, j + 1)]! + 1
          : Math.max(common[at(i + 1, j)]!, common[at(i, j + 1)]!);
    }
  }
  let [i, j, startA, startB] = [fromA, fromB, fromA, fromB];
  const tell = (): void => {
    if (i > startA || j > startB) differs(startA, i, startB, j);
  };
  while (i < toA && j < toB) {
    if (a[i] === b[j]) {
      tell();
      [startA, startB] = [++i, ++j];
    } else if (common[at(i + 1, j)]! >= common[at(i, j + 1)]!) i++;
    else j++;
  }
  [i, j] = [toA, toB];
  tell();
}
