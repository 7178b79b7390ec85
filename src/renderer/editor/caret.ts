/** A text that gets the keyboard back has its caret where it was. */
import { EditorView } from '@codemirror/view';

/**
 * The browser puts the caret at the start when the keyboard comes from a field. CodeMirror undoes that where it is
 * told within 200 ms; on a busy page it is told later, and would believe it.
 */
export const caretKept = EditorView.domEventObservers({ focus: (_, view) => view.focus() });
