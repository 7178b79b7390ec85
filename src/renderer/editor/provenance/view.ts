/** Shows suggested text, and whose suggestion it is: under the pointer, and at the caret. */
import { RangeSetBuilder, type EditorState, type Extension } from '@codemirror/state';
import {
  Decoration,
  hoverTooltip,
  ViewPlugin,
  type DecorationSet,
  type EditorView,
  type ViewUpdate,
} from '@codemirror/view';
import type { Passage } from '../../../shared/api/index.ts';
import { moment } from '../../../shared/moments.ts';
import { stretchesOf } from '../../../shared/provenance/index.ts';
import { announcer } from '../announce.ts';
import { provenanceField } from './state.ts';

const suggested = Decoration.mark({ class: 'cm-suggested' });

/** Only what is in view is drawn, however much of the text is suggested. */
function decorationsOf(view: EditorView): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  const runs = view.state.field(provenanceField);
  let at = 0;
  for (const { from, to } of view.visibleRanges) {
    for (const stretch of stretchesOf(runs, from, to)) {
      const start = Math.max(at, stretch.from, from);
      at = Math.max(at, Math.min(stretch.to, to));
      if (start < at) builder.add(start, at, suggested);
    }
  }
  return builder.finish();
}

const drawn = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;

    constructor(view: EditorView) {
      this.decorations = decorationsOf(view);
    }

    update({ view, startState, state, docChanged, viewportChanged }: ViewUpdate): void {
      const same = state.field(provenanceField) === startState.field(provenanceField);
      if (!same || docChanged || viewportChanged) this.decorations = decorationsOf(view);
    }
  },
  { decorations: ({ decorations }) => decorations },
);

/** The passage of which a letter beside `at` is; null where a voice suggested neither. */
export function passageAt(state: EditorState, at: number): Passage | null {
  for (const { label } of stretchesOf(state.field(provenanceField), at - 1, at + 1)) {
    return label.passage;
  }
  return null;
}

/** "Suggested by Mine, 25 November 2026, 09:13" */
export const whose = ({ voice, at }: Passage): string => `Suggested by ${voice}, ${moment(at)}`;

const hover = hoverTooltip((view, pos, side) => {
  const at = side < 0 ? pos - 1 : pos;
  for (const { from, to, label } of stretchesOf(view.state.field(provenanceField), at, at + 1)) {
    if (at < from) break;
    return {
      pos: from,
      end: to,
      above: true,
      create() {
        const dom = document.createElement('div');
        dom.className = 'cm-whose';
        dom.textContent = whose(label.passage);
        return { dom };
      },
    };
  }
  return null;
});

/** Tells the page, and the screen reader, whose text the caret has come into. */
const atCaret = (tell: (passage: Passage | null) => void): Extension =>
  ViewPlugin.define((view) => {
    let told: string | null = null;
    const look = (): void => {
      const passage = passageAt(view.state, view.state.selection.main.head);
      const id = passage?.id ?? null;
      if (id === told) return;
      told = id;
      tell(passage);
      if (passage) view.plugin(announcer)?.say(whose(passage));
    };
    const soon = (): void => queueMicrotask(look);
    soon();
    return {
      update({ selectionSet, docChanged }) {
        if (selectionSet || docChanged) soon();
      },
      destroy() {
        if (told !== null) queueMicrotask(() => tell(null));
      },
    };
  });

export const provenanceView = (tell: (passage: Passage | null) => void): Extension => [
  drawn,
  hover,
  atCaret(tell),
];
