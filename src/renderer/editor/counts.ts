/**
 * Words, without ever counting the whole text in one go: at first slice by
 * slice while the program is idle, and then only around each change. Words never cross a space, so
 * the text between two spaces can be counted alone.
 */
import {
  StateEffect,
  StateField,
  type ChangeSet,
  type Extension,
  type Text,
  type Transaction,
} from '@codemirror/state';
import { ViewPlugin, type EditorView, type ViewUpdate } from '@codemirror/view';
import { countWords } from '../../shared/words.ts';
import type { Counts } from './types.ts';

/** Where a count may begin and end: beside a space, or a full stop of scripts that write without spaces. */
const isBreak = (code: number): boolean =>
  code <= 0x20 || code === 0x3000 || code === 0x3001 || code === 0x3002 || code === 0xff0c;

/** The last place at or before `at` that has a break before it. */
function breakBefore(doc: Text, at: number): number {
  for (let to = at; to > 0;) {
    const from = Math.max(0, to - 128);
    const text = doc.sliceString(from, to);
    for (let index = text.length - 1; index >= 0; index--) {
      if (isBreak(text.charCodeAt(index))) return from + index + 1;
    }
    to = from;
  }
  return 0;
}

/** The first place at or after `at` that has a break behind it. */
function breakAfter(doc: Text, at: number): number {
  for (let from = at; from < doc.length; from += 128) {
    const text = doc.sliceString(from, Math.min(doc.length, from + 128));
    for (let index = 0; index < text.length; index++) {
      if (isBreak(text.charCodeAt(index))) return from + index;
    }
  }
  return doc.length;
}

interface Stretch {
  /** In the text before the change, and after it. */
  readonly fromA: number;
  readonly toA: number;
  readonly fromB: number;
  readonly toB: number;
}

/** Stretches of both texts that hold all changes, each from break to break. */
function stretches(before: Text, changes: ChangeSet): readonly Stretch[] {
  const found: Stretch[] = [];
  changes.iterChangedRanges((fromA, toA, fromB, toB) => {
    const start = breakBefore(before, fromA);
    const end = breakAfter(before, toA);
    const stretch = {
      fromA: start,
      toA: end,
      fromB: fromB - (fromA - start),
      toB: toB + (end - toA),
    };
    const last = found.at(-1);
    // Touching ones share a break that may itself have changed.
    if (last === undefined || stretch.fromA > last.toA) found.push(stretch);
    else {
      const shift = stretch.toB - stretch.toA;
      found[found.length - 1] = {
        ...last,
        toA: Math.max(last.toA, stretch.toA),
        toB: Math.max(last.toA, stretch.toA) + shift,
      };
    }
  });
  return found;
}

/** How many words a change adds to the text before it; negative where it takes some. */
export function addedWords(before: Text, after: Text, changes: ChangeSet): number {
  return stretches(before, changes).reduce(
    (sum, { fromA, toA, fromB, toB }) =>
      sum + countWords(after.sliceString(fromB, toB)) - countWords(before.sliceString(fromA, toA)),
    0,
  );
}

/** The words of the text up to `to`; all of them once `to` is its end. */
export interface Tally {
  readonly words: number;
  readonly to: number;
}

const counted = StateEffect.define<Tally>();

/** A change longer than this is not counted at once: the text is, anew and in slices. */
const LONG = 50_000;

const isLong = (stretch: readonly Stretch[]): boolean =>
  stretch.reduce((sum, { fromA, toA, fromB, toB }) => sum + toA - fromA + toB - fromB, 0) > LONG;

/** Carries a tally over a change. What was counted and has changed at the frontier is counted again. */
export function tallyAfter(tally: Tally, before: Text, after: Text, changes: ChangeSet): Tally {
  const all = tally.to === before.length;
  let { words, to } = tally;
  let shift = 0;
  const changed = stretches(before, changes);
  if (isLong(changed)) return { words: 0, to: 0 };
  for (const { fromA, toA, fromB, toB } of changed) {
    if (!all && toA >= to) {
      if (fromA < to) {
        words -= countWords(before.sliceString(fromA, to));
        to = fromA;
      }
      break;
    }
    words += countWords(after.sliceString(fromB, toB));
    words -= countWords(before.sliceString(fromA, toA));
    shift = toB - toA;
  }
  return { words, to: all ? after.length : to + shift };
}

/** The next slice counted: about `size` characters, up to a break. */
export function countOn(tally: Tally, doc: Text, size: number): Tally {
  const to = breakAfter(doc, Math.min(doc.length, tally.to + size));
  return { words: tally.words + countWords(doc.sliceString(tally.to, to)), to };
}

export const tallyField = StateField.define<Tally>({
  create: () => ({ words: 0, to: 0 }),
  update(tally, transaction) {
    const { docChanged, changes, newDoc, startState } = transaction;
    const moved = docChanged ? tallyAfter(tally, startState.doc, newDoc, changes) : tally;
    const on = transaction.effects.find((effect) => effect.is(counted));
    return on?.value ?? moved;
  },
});

/** The words that a typed change adds; 0 for one that is too long to have been typed. */
export function typedWords({ startState, newDoc, changes }: Transaction): number {
  if (isLong(stretches(startState.doc, changes))) return 0;
  return addedWords(startState.doc, newDoc, changes);
}

/** Characters counted in one go: a few milliseconds. */
const SLICE = 8_000;
const PAUSE = 120;

/** Calls `tell` when the numbers have settled. */
export const counts = (tell: (counts: Counts) => void): Extension => [
  tallyField,
  ViewPlugin.define((view) => new Counter(view, tell)),
];

class Counter {
  #timer = 0;
  #selected: Tally = { words: 0, to: 0 };
  readonly #view: EditorView;
  readonly #tell: (counts: Counts) => void;

  constructor(view: EditorView, tell: (counts: Counts) => void) {
    this.#view = view;
    this.#tell = tell;
    this.#later(0);
  }

  update({ docChanged, selectionSet, state }: ViewUpdate): void {
    if (!docChanged && !selectionSet) return;
    this.#selected = { words: 0, to: state.selection.main.from };
    this.#later(PAUSE);
  }

  destroy(): void {
    clearTimeout(this.#timer);
  }

  #later(delay: number): void {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#step(), delay);
  }

  /** One slice of what is still to count, first of the text and then of the selection. */
  #step(): void {
    const { state } = this.#view;
    const tally = state.field(tallyField);
    const { doc } = state;
    if (tally.to < doc.length) {
      this.#view.dispatch({ effects: counted.of(countOn(tally, doc, SLICE)) });
      this.#later(4);
      return;
    }
    const { from, to, empty } = state.selection.main;
    if (!empty && from === 0 && to === doc.length) {
      this.#selected = tally;
    } else if (this.#selected.to < to) {
      const end = Math.min(to, breakAfter(doc, Math.min(to, this.#selected.to + SLICE)));
      const words = countWords(doc.sliceString(this.#selected.to, end));
      this.#selected = { words: this.#selected.words + words, to: end };
      this.#later(4);
      return;
    }
    const characters = doc.length - (doc.lines - 1);
    this.#tell({ words: tally.words, characters, selectedWords: empty ? 0 : this.#selected.words });
  }
}
