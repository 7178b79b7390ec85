/** The undo history as text, so that it outlives the page. */
import { historyField } from '@codemirror/commands';
import { EditorState, type EditorSelection, type Extension } from '@codemirror/state';

const fields = { history: historyField };

interface Event {
  /** Of a ChangeSet; not in events that hold selections alone. */
  readonly changes?: readonly unknown[];
}
type Json = Readonly<Record<'done' | 'undone', readonly Event[]>>;

/** What can be undone and redone in this state, as JSON; null where there is nothing. */
export function undoHistoryOf(state: EditorState): string | null {
  const { history } = state.toJSON(fields) as { readonly history: Json };
  const isThere = [...history.done, ...history.undone].some(({ changes }) => changes);
  return isThere ? JSON.stringify(history) : null;
}

/** A state with a text and what can be undone in it; null where the history does not fit. */
export function withUndoHistory(
  {
    doc,
    selection,
    extensions,
  }: { doc: string; selection: EditorSelection; extensions: Extension },
  json: string,
): EditorState | null {
  try {
    const history = JSON.parse(json) as Json;
    if (!fits(history, doc.length)) return null;
    return EditorState.fromJSON(
      { doc, selection: selection.toJSON() as unknown, history },
      { extensions },
      fields,
    );
  } catch (error) {
    // Not JSON, or not a history of this editor.
    if (error instanceof SyntaxError || error instanceof RangeError || error instanceof TypeError) {
      return null;
    }
    throw error;
  }
}

/** Whether the changes that would be undone and redone next belong to a text of this length. */
const fits = ({ done, undone }: Json, length: number): boolean =>
  [done, undone].every((branch) => {
    const next = branch.findLast(({ changes }) => changes !== undefined);
    return next?.changes === undefined || lengthBefore(next.changes) === length;
  });

/** Length of the text that a ChangeSet in JSON applies to: 5 kept, [3, "new"] replaced. */
const lengthBefore = (sections: readonly unknown[]): number =>
  sections.reduce<number>(
    (sum, section) => sum + Number(Array.isArray(section) ? section[0] : section),
    0,
  );
