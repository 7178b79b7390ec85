/** Bold, italic and headings as commands on the Markdown. */
import { EditorSelection, type ChangeSpec } from '@codemirror/state';
import type { Command, EditorView } from '@codemirror/view';

/** Puts the marks around each selection, or takes them away where they stand. */
const toggle =
  (mark: '*' | '**'): Command =>
  (view) => {
    if (view.state.readOnly) return false;
    const { state } = view;
    const size = mark.length;
    const change = state.changeByRange(({ from, to }) => {
      const before = stars(state.sliceDoc(Math.max(0, from - 3), from), -1);
      const after = stars(state.sliceDoc(to, to + 3), 1);
      const run = Math.min(before, after);
      // Three stars are bold and italic: either can be taken away.
      if (run === size || run === 3) {
        return {
          changes: [
            { from: from - size, to: from },
            { from: to, to: to + size },
          ],
          range: EditorSelection.range(from - size, to - size),
        };
      }
      return {
        changes: [
          { from, insert: mark },
          { from: to, insert: mark },
        ],
        range: EditorSelection.range(from + size, to + size),
      };
    });
    view.dispatch(state.update(change, { userEvent: 'input.format', scrollIntoView: true }));
    return true;
  };

/** How many stars stand at the end (-1) or the start (1) of a text. */
const stars = (text: string, side: -1 | 1): number =>
  (side < 0 ? /\**$/ : /^\**/).exec(text)![0].length;

export const bold = toggle('**');
export const italic = toggle('*');

/** Makes the lines of the selection the next kind of heading: none, 1, 2, 3, none. */
export const heading: Command = (view: EditorView) => {
  const { state } = view;
  if (state.readOnly) return false;
  const changes: ChangeSpec[] = [];
  const { from, to } = state.selection.main;
  for (let at = from; at <= to; at = state.doc.lineAt(at).to + 1) {
    const line = state.doc.lineAt(at);
    const marks = /^(#{0,6}) */.exec(line.text)![0];
    const level = /^#*/.exec(marks)![0].length;
    const next = level >= 3 ? 0 : level + 1;
    const insert = next === 0 ? '' : `${'#'.repeat(next)} `;
    changes.push({ from: line.from, to: line.from + (level > 0 ? marks.length : 0), insert });
  }
  view.dispatch({ changes, userEvent: 'input.format', scrollIntoView: true });
  return true;
};
