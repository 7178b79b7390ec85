/** Scrolls along with a suggestion: its end stays in view as it streams, and so does the caret. */
import { EditorView } from '@codemirror/view';
import { visible } from './state.ts';

/** Pixels to scroll down; 0 or less where its end is in view, or the writer looks elsewhere. */
function hiddenBelow(view: EditorView): number {
  const ghost = view.contentDOM.querySelector('.cm-ghost');
  const caret = view.coordsAtPos(view.state.selection.main.head, -1);
  const { top, bottom, height } = view.scrollDOM.getBoundingClientRect();
  if (ghost === null || caret === null || caret.bottom < top || caret.top > bottom) return 0;
  const air = Math.min(height / 6, 2.5 * view.defaultLineHeight);
  return Math.min(ghost.getBoundingClientRect().bottom - (bottom - air), caret.top - top - air);
}

/** One for all: measurements that wait for the same frame are one. */
const key = {};

export const follow = EditorView.updateListener.of(({ view, state, startState }) => {
  const shown = visible(state);
  if (shown === null || shown.rest === visible(startState)?.rest) return;
  view.requestMeasure({
    key,
    read: hiddenBelow,
    write(below) {
      if (below <= 0) return;
      const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
      view.scrollDOM.scrollBy({ top: below, behavior: still ? 'instant' : 'smooth' });
    },
  });
});
