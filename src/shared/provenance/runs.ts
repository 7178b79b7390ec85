/**
 * Where each letter of a text comes from, as lengths: an edit touches the runs it falls into, and no offset
 * behind it has to be moved. Page and host keep the same runs by the same edits. Every letter has a label
 * or none, and nothing else counts, so that one edit and the many it was made of lead to the same runs.
 */
import type { Edit, Marks, Passage, Span } from '../api/index.ts';

/** Of whose suggestion a letter is. What is taken word by word has a label for each piece. */
export interface Label {
  readonly passage: Passage;
  /** Words that were taken of the passage, up to the end of this piece. */
  readonly taken: number;
}

export interface Run {
  readonly length: number;
  /** Null for all that no voice suggested. */
  readonly label: Label | null;
}

/** In order; neighbours differ, none is empty, and the last one has a label. */
export type Runs = readonly Run[];

export const noRuns: Runs = [];

/** A stretch of suggested text. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly label: Label;
}

const same = (a: Label | null, b: Label | null): boolean =>
  a === b || (a !== null && b !== null && a.taken === b.taken && a.passage.id === b.passage.id);

class Builder {
  readonly #runs: Run[] = [];

  add(length: number, label: Label | null): void {
    if (length === 0) return;
    const last = this.#runs.at(-1);
    if (last && same(last.label, label)) {
      this.#runs[this.#runs.length - 1] = { length: last.length + length, label: last.label };
    } else this.#runs.push({ length, label });
  }

  /** Runs that are in order among themselves. */
  addAll(runs: Runs, from: number, to: number): void {
    if (from >= to) return;
    this.add(runs[from]!.length, runs[from]!.label);
    for (let i = from + 1; i < to; i++) this.#runs.push(runs[i]!);
  }

  get runs(): Runs {
    if (this.#runs.at(-1)?.label === null) this.#runs.pop();
    return this.#runs.length === 0 ? noRuns : this.#runs;
  }
}

/** The runs after edits of their text. Inserted letters have the labels that come with them. */
export function runsAfter(runs: Runs, edits: readonly Edit[]): Runs {
  if (runs.length === 0 && edits.every(({ marks }) => marks === undefined)) return runs;
  const builder = new Builder();
  let index = 0;
  let start = 0;
  let at = 0;
  /** Moves on to `to`, and keeps what lies there or not. Behind the last run nothing has a label. */
  const advance = (to: number, keeps: boolean): void => {
    const first = index;
    if (keeps && at === start) {
      while (index < runs.length && start + runs[index]!.length <= to) {
        start += runs[index]!.length;
        index++;
      }
      builder.addAll(runs, first, index);
      at = start;
    }
    while (at < to) {
      const run = runs[index];
      const end = run ? Math.min(to, start + run.length) : to;
      if (keeps) builder.add(end - at, run?.label ?? null);
      at = end;
      if (!run) break;
      if (end === start + run.length) {
        start = end;
        index++;
      }
    }
  };
  for (const { from, to, insert, marks } of edits) {
    advance(from, true);
    advance(to, false);
    if (marks === undefined) builder.add(insert.length, null);
    else
      for (const { length, label } of padded(runsOf(marks), insert.length))
        builder.add(length, label);
  }
  if (at === start) builder.addAll(runs, index, runs.length);
  else if (index < runs.length) {
    builder.add(start + runs[index]!.length - at, runs[index]!.label);
    builder.addAll(runs, index + 1, runs.length);
  }
  return builder.runs;
}

/** With a last run that reaches to `length`. */
function padded(runs: Runs, length: number): Runs {
  const covered = lengthOf(runs);
  return covered < length ? [...runs, { length: length - covered, label: null }] : runs;
}

/** Up to the end of the last label. */
export const lengthOf = (runs: Runs): number => runs.reduce((sum, { length }) => sum + length, 0);

/** The runs of a part of the text, counted from `from`. */
export function sliceRuns(runs: Runs, from: number, to: number): Runs {
  const builder = new Builder();
  let start = 0;
  for (const { length, label } of runs) {
    if (start >= to) break;
    builder.add(Math.max(0, Math.min(to, start + length) - Math.max(from, start)), label);
    start += length;
  }
  return builder.runs;
}

/** The stretches of suggested text that touch a part of it, whole. */
export function* stretchesOf(runs: Runs, from = 0, to = Infinity): Generator<Stretch> {
  let start = 0;
  for (const { length, label } of runs) {
    if (start >= to) return;
    const end = start + length;
    if (label !== null && end > from) yield { from: start, to: end, label };
    start = end;
  }
}

/** The runs of stretches that are in order and apart. */
export function runsFrom(stretches: Iterable<Stretch>): Runs {
  const builder = new Builder();
  let at = 0;
  for (const { from, to, label } of stretches) {
    builder.add(from - at, null);
    builder.add(to - from, label);
    at = to;
  }
  return builder.runs;
}

/** As they cross a boundary, or are kept. */
export function marksOf(runs: Runs): Marks {
  const passages: Passage[] = [];
  const indices = new Map<string, number>();
  const spans: Span[] = [];
  for (const { from, to, label } of stretchesOf(runs)) {
    const { passage, taken } = label;
    let index = indices.get(passage.id);
    if (index === undefined) {
      index = passages.push(passage) - 1;
      indices.set(passage.id, index);
    }
    spans.push({ from, to, passage: index, taken });
  }
  return { passages, spans };
}

/** What crossed a boundary, or was kept; it is in order (areInOrder). */
export function runsOf({ passages, spans }: Marks): Runs {
  const labels = new Map<string, Label>();
  return runsFrom(
    spans.map(({ from, to, passage: index, taken }) => {
      const passage = passages[index]!;
      const key = `${taken} ${passage.id}`;
      let label = labels.get(key);
      if (!label) labels.set(key, (label = { passage, taken }));
      return { from, to, label };
    }),
  );
}

/** Of an insertion; nothing where no letter of it is suggested. */
export const marksFor = (runs: Runs): { readonly marks?: Marks } =>
  runs.length === 0 ? {} : { marks: marksOf(runs) };

/** What either of two says of the same text; where both say something, the first. */
export function unionOf(first: Runs, second: Runs): Runs {
  if (second.length === 0) return first;
  if (first.length === 0) return second;
  const mine = [...stretchesOf(first)];
  const all = [...mine];
  let index = 0;
  for (const { from, to, label } of stretchesOf(second)) {
    let at = from;
    while (index < mine.length && mine[index]!.to <= from) index++;
    for (let i = index; i < mine.length && mine[i]!.from < to; i++) {
      if (mine[i]!.from > at) all.push({ from: at, to: mine[i]!.from, label });
      at = Math.max(at, mine[i]!.to);
    }
    if (at < to) all.push({ from: at, to, label });
  }
  return runsFrom(all.sort((a, b) => a.from - b.from));
}
