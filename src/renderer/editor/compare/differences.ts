/**
 * What differs between two texts, word by word, in time that grows with their length and not with how much
 * differs: paragraphs, and then words, that stand once in both texts are fixed first, and what lies
 * between them is compared for itself. The search that CodeMirror brings gives up on long texts that
 * differ in many places, and calls all of it changed.
 */
import { fixedIn, type Range } from './patience.ts';
import { atOnce, type Search } from './search.ts';
import { lineEnd, STEP, tokenEnd, Tokens } from './tokens.ts';

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

export const differences = (a: string, b: string): readonly Difference[] =>
  atOnce(searchDifferences(a, b));

/** The same, which can be done with turns for the page in between. */
export function* searchDifferences(a: string, b: string): Search<readonly Difference[]> {
  if (a === b) return [];
  const known = new Map<string, number>();
  const found: Difference[] = [];
  const linesA = yield* Tokens.of(a, 0, a.length, lineEnd, known);
  const linesB = yield* Tokens.of(b, 0, b.length, lineEnd, known);
  for (const lines of compare(linesA, linesB)) {
    if (lines === undefined) {
      yield;
      continue;
    }
    const { fromA, toA, fromB, toB } = inText(linesA, linesB, lines);
    if (fromA === toA || fromB === toB) {
      add(found, { fromA, toA, fromB, toB });
      continue;
    }
    const wordsA = yield* Tokens.of(a, fromA, toA, tokenEnd, known);
    const wordsB = yield* Tokens.of(b, fromB, toB, tokenEnd, known);
    for (const words of compare(wordsA, wordsB)) {
      if (words) add(found, inText(wordsA, wordsB, words));
      else yield;
    }
  }
  return found;
}

/** Stretches that touch are one. */
function add(found: Difference[], next: Difference): void {
  const last = found.at(-1);
  if (last?.toA === next.fromA && last.toB === next.fromB) {
    found[found.length - 1] = { ...last, toA: next.toA, toB: next.toB };
  } else found.push(next);
}

const inText = (a: Tokens, b: Tokens, [fromA, toA, fromB, toB]: Range): Difference => ({
  fromA: a.at(fromA),
  toA: a.at(toA),
  fromB: b.at(fromB),
  toB: b.at(toB),
});

/** Gives the stretches of tokens that differ, in order, and undefined for a pause. */
function* compare(a: Tokens, b: Tokens): Generator<Range | undefined> {
  const work: Range[] = [[0, a.numbers.length, 0, b.numbers.length]];
  let looks = 0;
  let rest = STEP;
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
    if (--rest === 0) {
      yield;
      rest = STEP;
    }
    if (fromA === toA && fromB === toB) continue;
    if (fromA === toA || fromB === toB) {
      yield [fromA, toA, fromB, toB];
      continue;
    }
    looks += toA - fromA + (toB - fromB);
    const stretch: Range = [fromA, toA, fromB, toB];
    const fixed = looks > MOST_LOOKS ? [] : yield* fixedIn(a.numbers, b.numbers, stretch);
    if (fixed.length > 0) {
      // From the end, so that the first is worked on first.
      let [endA, endB] = [toA, toB];
      for (const [atA, atB] of fixed.reverse()) {
        work.push([atA + 1, endA, atB + 1, endB]);
        [endA, endB] = [atA, atB];
      }
      work.push([fromA, endA, fromB, endB]);
    } else if ((toA - fromA) * (toB - fromB) <= MOST_PAIRS) {
      yield* eachWithEach(a.numbers, b.numbers, stretch);
      yield;
    } else yield stretch;
  }
}

/** The longest common row of two short stretches, and what lies between. */
function* eachWithEach(
  a: readonly number[],
  b: readonly number[],
  [fromA, toA, fromB, toB]: Range,
): Generator<Range> {
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
  while (i < toA && j < toB) {
    if (a[i] === b[j]) {
      if (i > startA || j > startB) yield [startA, i, startB, j];
      [startA, startB] = [++i, ++j];
    } else if (common[at(i + 1, j)]! >= common[at(i, j + 1)]!) i++;
    else j++;
  }
  if (toA > startA || toB > startB) yield [startA, toA, startB, toB];
}
