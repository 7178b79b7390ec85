/** The headings of the text: moved along with every change, read anew when one of them may have changed. */
import {
  StateEffect,
  StateField,
  type Extension,
  type Text,
  type Transaction,
} from '@codemirror/state';
import { ViewPlugin, type EditorView, type ViewUpdate } from '@codemirror/view';
import type { Heading } from './types.ts';

const heading = /^ {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$/;
const fence = /^ {0,3}(`{3,}|~{3,})/;

/** All headings of a text, without those in fenced code. */
export function headingsOf(doc: Text): readonly Heading[] {
  const found: Heading[] = [];
  let from = 0;
  let open: string | null = null;
  for (const lines = doc.iterLines(); !lines.next().done; from += lines.value.length + 1) {
    // Nearly every line is prose: its first character says so.
    const first = lines.value.charCodeAt(0);
    if (first !== 0x23 && first !== 0x60 && first !== 0x7e && first !== 0x20) continue;
    const mark = fence.exec(lines.value)?.[1];
    if (mark !== undefined) {
      if (open === null) open = mark;
      else if (mark[0] === open[0] && mark.length >= open.length) open = null;
      continue;
    }
    const match = open === null ? heading.exec(lines.value) : null;
    if (match) found.push({ level: match[1]!.length, text: match[2] ?? '', from });
  }
  return found;
}

/** Whether a change may have made, changed or taken a heading: it touches one, or a fence. */
export function touchesHeadings(transaction: Transaction): boolean {
  let touched = false;
  const { startState, newDoc, changes } = transaction;
  const look = (doc: Text, from: number, to: number) => {
    const first = doc.lineAt(from).number;
    const last = doc.lineAt(to).number;
    if (last - first > 50) touched = true;
    for (let line = first; line <= last && !touched; line++) {
      const { from, to } = doc.line(line);
      touched = /^ {0,3}[#`~]/.test(doc.sliceString(from, Math.min(to, from + 4)));
    }
  };
  changes.iterChangedRanges((fromA, toA, fromB, toB) => {
    if (!touched) look(startState.doc, fromA, toA);
    if (!touched) look(newDoc, fromB, toB);
  });
  return touched;
}

interface Outline {
  readonly headings: readonly Heading[];
  readonly stale: boolean;
}
const read = StateEffect.define<readonly Heading[]>();

export const outlineField = StateField.define<Outline>({
  create: ({ doc }) => ({ headings: headingsOf(doc), stale: false }),
  update(outline, transaction) {
    for (const effect of transaction.effects) {
      if (effect.is(read)) return { headings: effect.value, stale: false };
    }
    if (!transaction.docChanged) return outline;
    const { changes } = transaction;
    return {
      headings: outline.headings.map((each) => ({ ...each, from: changes.mapPos(each.from, 1) })),
      stale: outline.stale || touchesHeadings(transaction),
    };
  },
});

const PAUSE = 250;

/** Calls `tell` at first and, after changes, when the writer pauses. */
export const outline = (tell: (headings: readonly Heading[]) => void): Extension => [
  outlineField,
  ViewPlugin.define((view) => new Reader(view, tell)),
];

class Reader {
  #timer = 0;
  readonly #view: EditorView;
  readonly #tell: (headings: readonly Heading[]) => void;

  constructor(view: EditorView, tell: (headings: readonly Heading[]) => void) {
    this.#view = view;
    this.#tell = tell;
    this.#timer = window.setTimeout(() => this.#read(), 0);
  }

  update({ docChanged }: ViewUpdate): void {
    if (!docChanged) return;
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#read(), PAUSE);
  }

  destroy(): void {
    clearTimeout(this.#timer);
  }

  #read(): void {
    const { state } = this.#view;
    if (state.field(outlineField).stale) {
      this.#view.dispatch({ effects: read.of(headingsOf(state.doc)) });
    }
    this.#tell(this.#view.state.field(outlineField).headings);
  }
}
