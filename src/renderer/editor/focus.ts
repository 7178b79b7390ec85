/** Focus: all but the sentence or the paragraph at the caret steps back. */
import type { EditorState, Extension } from '@codemirror/state';
import { Decoration, EditorView } from '@codemirror/view';
import { sentences, type Span } from './sentences.ts';

/** Of a very long paragraph only this much on each side of the caret is cut into sentences. */
const REACH = 3000;

const active = Decoration.mark({ class: 'cm-in-focus' });

/** What is in focus: whole sentences or lines around the selection. */
export function focusOf(state: EditorState, mode: 'sentence' | 'paragraph'): Span {
  const { from, to, head } = state.selection.main;
  const first = state.doc.lineAt(from);
  const last = state.doc.lineAt(to);
  if (mode === 'paragraph' || first.number !== last.number || from !== to) {
    return { from: first.from, to: last.to };
  }
  const start = Math.max(first.from, head - REACH);
  const end = Math.min(first.to, head + REACH);
  let span: Span = { from: start, to: end };
  for (const sentence of sentences(state.sliceDoc(start, end))) {
    span = { from: start + sentence.from, to: start + sentence.to };
    // At the seam of two sentences the writer is still in the first, until its space is typed.
    const ended = /\s$/.test(state.sliceDoc(span.from, span.to));
    if (head < span.to || (head === span.to && !ended)) break;
    if (head === span.to && span.to === end) return { from: end, to: end };
  }
  return span;
}

export function focus(mode: 'off' | 'sentence' | 'paragraph'): Extension {
  if (mode === 'off') return [];
  return [
    EditorView.editorAttributes.of({ class: 'cm-focusing' }),
    EditorView.decorations.compute(['doc', 'selection'], (state) => {
      const { from, to } = focusOf(state, mode);
      return from === to ? Decoration.none : Decoration.set(active.range(from, to));
    }),
  ];
}
