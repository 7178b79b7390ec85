/**
 * Which letters are a voice's. The runs follow the text through every change; what deletes suggested text
 * leaves its marks to undo, and what takes it up again brings them along. What the writer types is
 * theirs, also where a suggestion says the same.
 */
import { invertedEffects } from '@codemirror/commands';
import {
  EditorState,
  StateEffect,
  StateField,
  type ChangeDesc,
  type Extension,
  type Transaction,
} from '@codemirror/state';
import type { Edit, Marks, Passage } from '../../../shared/api/index.ts';
import {
  marksFor,
  marksOf,
  noRuns,
  runsAfter,
  runsFrom,
  runsOf,
  stretchesOf,
  type Runs,
  type Stretch,
} from '../../../shared/provenance/index.ts';
import { countWords } from '../../../shared/words.ts';
import { accepted } from '../ghost/index.ts';
import { editsOf } from '../origin.ts';

/** Stretches of what a transaction inserts, in offsets of the text after it; all else of it is ignored. */
export const mark = StateEffect.define<readonly Stretch[]>({ map: moved });
/** What the host says of a text that took the place of another. */
export const setRuns = StateEffect.define<Runs>();

export const provenanceField = StateField.define<Runs>({
  create: () => noRuns,
  update(runs, transaction) {
    for (const effect of transaction.effects) if (effect.is(setRuns)) return effect.value;
    return transaction.docChanged ? runsAfter(runs, markedEdits(transaction)) : runs;
  },
  toJSON: marksOf,
  fromJSON: (json: Marks) => runsOf(json),
});

/** A change as the page and the host know it, with the marks of what it inserts. */
export function markedEdits(transaction: Transaction): readonly Edit[] {
  const edits = editsOf(transaction);
  const stretches = transaction.effects.flatMap((effect) => (effect.is(mark) ? effect.value : []));
  if (stretches.length === 0) return edits;
  const sorted = [...stretches].sort((a, b) => a.from - b.from);
  let shift = 0;
  let index = 0;
  return edits.map((edit) => {
    const start = edit.from + shift;
    const end = start + edit.insert.length;
    shift += edit.insert.length - (edit.to - edit.from);
    while (index < sorted.length && sorted[index]!.to <= start) index++;
    const inside: Stretch[] = [];
    for (let i = index, at = start; i < sorted.length && sorted[i]!.from < end; i++) {
      const { from, to, label } = sorted[i]!;
      const [a, b] = [Math.max(from, at), Math.min(to, end)];
      if (a < b) inside.push({ from: a - start, to: b - start, label });
      at = Math.max(at, b);
    }
    return { ...edit, ...marksFor(runsFrom(inside)) };
  });
}

/** What undo or redo would mark, to be kept with it; null where it is nothing. */
export function marksIn(effects: readonly StateEffect<unknown>[]): Marks | null {
  const stretches = effects.flatMap((effect) => (effect.is(mark) ? effect.value : []));
  let end = 0;
  const apart = [...stretches]
    .sort((a, b) => a.from - b.from)
    .flatMap(({ from, to, label }) => {
      const start = Math.max(from, end);
      end = Math.max(end, to);
      return start < to ? [{ from: start, to, label }] : [];
    });
  return apart.length === 0 ? null : marksOf(runsFrom(apart));
}

/** The effect that was kept as marks. */
export const marking = (marks: Marks): StateEffect<unknown> =>
  mark.of([...stretchesOf(runsOf(marks))]);

/** Characters before a suggestion that tell whether its first letters begin a word. */
const BEFORE = 80;

/** Marks `text`, which is put in at `at`, as taken of a passage. */
export function taking(state: EditorState, at: number, text: string, passage: Passage) {
  const before = state.sliceDoc(Math.max(0, at - BEFORE), at);
  let taken = Math.max(0, countWords(before + text) - countWords(before));
  let earlier = 0;
  for (const { label } of stretchesOf(state.field(provenanceField))) {
    if (label.passage.id === passage.id) earlier = Math.max(earlier, label.taken);
  }
  taken += earlier;
  return mark.of([{ from: at, to: at + text.length, label: { passage, taken } }]);
}

/** `passageOf` knows what a request was asked with; null where nobody does any more. */
export const provenanceState = (passageOf: (request: string) => Passage | null): Extension => [
  provenanceField,
  EditorState.transactionExtender.of((transaction) => {
    const taken = transaction.annotation(accepted);
    const passage = taken && passageOf(taken.request);
    if (!passage) return null;
    let at = 0;
    transaction.changes.iterChanges((_fromA, _toA, fromB) => (at = fromB));
    return { effects: taking(transaction.startState, at, taken.text, passage) };
  }),
  invertedEffects.of((transaction) => {
    if (!transaction.docChanged) return [];
    const stretches = deletedStretches(transaction);
    return stretches.length === 0 ? [] : [mark.of(stretches)];
  }),
];

/** Suggested text that a transaction takes away, in offsets of the text before it. */
export function deletedStretches({ changes, startState }: Transaction): readonly Stretch[] {
  const runs = startState.field(provenanceField);
  const deleted: Stretch[] = [];
  if (runs.length === 0) return deleted;
  changes.iterChangedRanges((fromA, toA) => {
    if (fromA === toA) return;
    for (const stretch of stretchesOf(runs, fromA, toA)) {
      const { from, to, label } = stretch;
      deleted.push({ from: Math.max(from, fromA), to: Math.min(to, toA), label });
    }
  });
  return deleted;
}

function moved(stretches: readonly Stretch[], changes: ChangeDesc): readonly Stretch[] | undefined {
  const kept = stretches.flatMap(({ from, to, label }) => {
    const [a, b] = [changes.mapPos(from, 1), changes.mapPos(to, -1)];
    return a < b ? [{ from: a, to: b, label }] : [];
  });
  return kept.length === 0 ? undefined : kept;
}
