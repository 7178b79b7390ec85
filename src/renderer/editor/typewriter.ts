/** Typewriter scrolling: the line that is written stays in the middle of the window. */
import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';

/**
 * Wherever the editor scrolls the caret into view, all but the middle line counts as out of view. A click
 * scrolls nothing, so the page does not jump under the pointer.
 */
export const typewriter: Extension = [
  EditorView.scrollMargins.of((view) => {
    const margin = Math.max(0, view.scrollDOM.clientHeight / 2 - view.defaultLineHeight);
    return { top: margin, bottom: margin };
  }),
  EditorView.editorAttributes.of({ class: 'cm-typewriter' }),
];

/** Without it: the caret keeps some air below and above. */
export const air: Extension = EditorView.scrollMargins.of((view) => {
  const margin = Math.min(view.scrollDOM.clientHeight / 6, 2.5 * view.defaultLineHeight);
  return { top: margin, bottom: margin };
});
