/** The difference one is at: a field that both sides have, and what marks the lines of all of them. */
import { getChunks } from '@codemirror/merge';
import { StateEffect, StateField, type Range } from '@codemirror/state';
import {
  Decoration,
  ViewPlugin,
  type DecorationSet,
  type EditorView,
  type ViewUpdate,
} from '@codemirror/view';
import { hunksOf } from './hunks.ts';

export const setCurrent = StateEffect.define<number | null>();

export const currentField = StateField.define<number | null>({
  create: () => null,
  update: (current, { effects }) =>
    effects.reduce<number | null>(
      (value, effect) => (effect.is(setCurrent) ? effect.value : value),
      current,
    ),
});

const plain = Decoration.line({ class: 'cm-difference' });
const now = Decoration.line({ class: 'cm-difference cm-difference-now' });

function decorate({ state, viewport }: EditorView): DecorationSet {
  const side = getChunks(state)?.side === 'a' ? 'a' : 'b';
  const current = state.field(currentField);
  const lines: Range<Decoration>[] = [];
  for (const [index, hunk] of hunksOf(state).entries()) {
    const [from, to] = side === 'a' ? [hunk.fromA, hunk.toA] : [hunk.fromB, hunk.toB];
    if (to < viewport.from) continue;
    if (from > viewport.to) break;
    const last = Math.min(to, viewport.to);
    for (let at = state.doc.lineAt(Math.max(from, viewport.from)).from; at <= last;) {
      const line = state.doc.lineAt(at);
      // A break at the end belongs to the line before it.
      if (line.from < to || line.from === from) {
        lines.push((index === current ? now : plain).range(line.from));
      }
      at = line.to + 1;
    }
  }
  return Decoration.set(lines, true);
}

export const marks = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;

    constructor(view: EditorView) {
      this.decorations = decorate(view);
    }

    update({ view, state, startState, docChanged, viewportChanged }: ViewUpdate): void {
      const moved = state.field(currentField) !== startState.field(currentField);
      const other = getChunks(state)?.chunks !== getChunks(startState)?.chunks;
      if (docChanged || viewportChanged || moved || other) this.decorations = decorate(view);
    }
  },
  { decorations: (plugin) => plugin.decorations },
);
