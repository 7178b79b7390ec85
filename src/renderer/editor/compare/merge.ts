/** Brings two versions of a text together by what both come from. */
import { searchDifferences, type Difference } from './differences.ts';
import { atOnce, type Search } from './search.ts';

/** A stretch of the merged text. */
export type Stretch =
  | { readonly kind: 'agreed'; readonly text: string }
  /** Both changed the same sentence, each in another way: the writer chooses. */
  | { readonly kind: 'both'; readonly mine: string; readonly theirs: string };

/**
 * The merged text as stretches, in order. What only one side changed is taken over; where both changed the
 * same sentence and not alike, both are given. Without `base`, what both come from, nobody can tell who
 * changed what: every sentence that differs is to be chosen.
 */
export function* searchMerge(
  base: string | null,
  mine: string,
  theirs: string,
): Search<readonly Stretch[]> {
  if (base === null) return yield* twoWay(mine, theirs);
  const ours = yield* changesOf(base, mine);
  const others = yield* changesOf(base, theirs);
  const stretches: Stretch[] = [];
  let at = 0;
  let [i, j] = [0, 0];
  while (i < ours.length || j < others.length) {
    const from = Math.min(ours[i]?.from ?? Infinity, others[j]?.from ?? Infinity);
    let to = from;
    const [firstI, firstJ] = [i, j];
    // All that hangs together, by changes of either side that meet.
    for (let grew = true; grew;) {
      grew = false;
      for (; meets(ours[i], from, to); i++, grew = true) to = Math.max(to, ours[i]!.to);
      for (; meets(others[j], from, to); j++, grew = true) to = Math.max(to, others[j]!.to);
    }
    put(stretches, { kind: 'agreed', text: base.slice(at, from) });
    const left = applied(base, from, to, ours.slice(firstI, i));
    const right = applied(base, from, to, others.slice(firstJ, j));
    if (firstI === i || left === right) put(stretches, { kind: 'agreed', text: right });
    else if (firstJ === j) put(stretches, { kind: 'agreed', text: left });
    else put(stretches, { kind: 'both', mine: left, theirs: right });
    at = to;
  }
  put(stretches, { kind: 'agreed', text: base.slice(at) });
  return stretches;
}

/** The same, all in one go. */
export const merge = (base: string | null, mine: string, theirs: string): readonly Stretch[] =>
  atOnce(searchMerge(base, mine, theirs));

/** The text with mine wherever the writer has to choose. */
export const textOf = (stretches: readonly Stretch[]): string =>
  stretches.map((stretch) => (stretch.kind === 'agreed' ? stretch.text : stretch.mine)).join('');

interface SentenceChange {
  /** In the base, from the start of a sentence to the end of one. */
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** Changes that begin where the stretch begins, or inside it. */
const meets = (change: SentenceChange | undefined, from: number, to: number): boolean =>
  change !== undefined && (change.from < to || change.from === from);

function* changesOf(base: string, side: string): Search<readonly SentenceChange[]> {
  const found = yield* searchDifferences(base, side);
  return (yield* wholeSentences(base, found)).map(({ fromA, toA, fromB, toB }) => ({
    from: fromA,
    to: toA,
    text: side.slice(fromB, toB),
  }));
}

/** Sentences that are looked for between two pauses: a millisecond or two. */
const SENTENCES = 64;

/** Differences widened to whole sentences of A; those that then meet are one. */
function* wholeSentences(a: string, found: readonly Difference[]): Search<readonly Difference[]> {
  const wide: Difference[] = [];
  for (const [index, { fromA, toA, fromB, toB }] of found.entries()) {
    if (index % SENTENCES === 0) yield;
    const start = sentenceStart(a, fromA);
    const end = sentenceEnd(a, toA);
    const last = wide.at(-1);
    const next = {
      fromA: start,
      toA: end,
      fromB: fromB - (fromA - start),
      toB: toB + (end - toA),
    };
    if (last && start < last.toA) wide[wide.length - 1] = { ...last, toA: end, toB: next.toB };
    else wide.push(next);
  }
  return wide;
}

const ENDS = /[.!?…][\p{Pe}\p{Pf}\p{Pi}"'’”*_]*\s+|\n+/gu;
/** No sentence is longer as far as this is concerned. */
const LONGEST = 2000;

/** Where the sentence begins that holds `at`. */
function sentenceStart(text: string, at: number): number {
  const least = Math.max(0, at - LONGEST);
  let start = least;
  for (const { index, 0: end } of text.slice(least, at).matchAll(ENDS)) {
    start = least + index + end.length;
  }
  return start;
}

/** Where the sentence ends that holds what is before `at`; `at` itself where that ends one. */
function sentenceEnd(text: string, at: number): number {
  const start = sentenceStart(text, at);
  if (start === at) return at;
  ENDS.lastIndex = 0;
  const found = ENDS.exec(text.slice(start, start + 2 * LONGEST));
  const end = found ? start + found.index + found[0].length : start + 2 * LONGEST;
  return Math.min(text.length, Math.max(at, end));
}

function applied(
  base: string,
  from: number,
  to: number,
  changes: readonly SentenceChange[],
): string {
  let text = '';
  let at = from;
  for (const change of changes) {
    text += base.slice(at, change.from) + change.text;
    at = change.to;
  }
  return text + base.slice(at, to);
}

function* twoWay(mine: string, theirs: string): Search<readonly Stretch[]> {
  const found = yield* searchDifferences(mine, theirs);
  const stretches: Stretch[] = [];
  let at = 0;
  for (const { fromA, toA, fromB, toB } of yield* wholeSentences(mine, found)) {
    put(stretches, { kind: 'agreed', text: mine.slice(at, fromA) });
    put(stretches, {
      kind: 'both',
      mine: mine.slice(fromA, toA),
      theirs: theirs.slice(fromB, toB),
    });
    at = toA;
  }
  put(stretches, { kind: 'agreed', text: mine.slice(at) });
  return stretches;
}

function put(stretches: Stretch[], next: Stretch): void {
  const last = stretches.at(-1);
  if (next.kind === 'agreed' && next.text === '') return;
  if (next.kind === 'agreed' && last?.kind === 'agreed') {
    stretches[stretches.length - 1] = { kind: 'agreed', text: last.text + next.text };
  } else stretches.push(next);
}
