/**
 * The words of suggested text, by one rule for the status line and the report: a word is suggested while
 * all of its letters are as the voice wrote them, and belongs to the passage of its first letter.
 */
import type { Passage } from '../api/index.ts';
import { wordsOf } from '../words.ts';
import { stretchesOf, type Runs, type Stretch } from './runs.ts';

/** What is left of one passage. */
export interface Tally {
  readonly passage: Passage;
  /** Words of it that were taken, and those that stand as they were. */
  readonly taken: number;
  readonly kept: number;
}

/** A word never crosses a space, so this many letters around a stretch hold the words at its ends. */
const AROUND = 80;

/** Stretches that touch, as one block. */
export interface Block {
  readonly from: number;
  readonly to: number;
  readonly stretches: readonly Stretch[];
}

export function* blocksOf(runs: Runs): Generator<Block> {
  let block: Stretch[] = [];
  for (const stretch of stretchesOf(runs)) {
    const last = block.at(-1);
    if (last && last.to < stretch.from) {
      yield { from: block[0]!.from, to: last.to, stretches: block };
      block = [];
    }
    block.push(stretch);
  }
  const last = block.at(-1);
  if (last) yield { from: block[0]!.from, to: last.to, stretches: block };
}

/** The words that stand in a block as they were suggested, each with the stretch of its first letter. */
export function* keptIn(
  { from, to, stretches }: Block,
  slice: (from: number, to: number) => string,
): Generator<Stretch> {
  const start = Math.max(0, from - AROUND);
  let index = 0;
  for (const word of wordsOf(slice(start, to + AROUND))) {
    const begins = start + word.from;
    if (begins < from || start + word.to > to) continue;
    while (stretches[index]!.to <= begins) index++;
    yield stretches[index]!;
  }
}

/** The passages of which something is left in a text, in the order in which they were suggested. */
export function tallyOf(runs: Runs, slice: (from: number, to: number) => string): readonly Tally[] {
  const tallies = new Map<string, { passage: Passage; taken: number; kept: number }>();
  for (const block of blocksOf(runs)) {
    for (const { label } of block.stretches) {
      const { passage, taken } = label;
      const tally = tallies.get(passage.id) ?? { passage, taken: 0, kept: 0 };
      tallies.set(passage.id, { ...tally, taken: Math.max(tally.taken, taken) });
    }
    for (const { label } of keptIn(block, slice)) tallies.get(label.passage.id)!.kept++;
  }
  return [...tallies.values()].sort((a, b) => a.passage.at - b.passage.at);
}
