/** The undo history as text, so that it outlives the page. */
import { historyField } from '@codemirror/commands';
import {
  EditorState,
  type EditorSelection,
  type Extension,
  type StateEffect,
} from '@codemirror/state';
import { areMarks, type Marks } from '../../shared/api/index.ts';
import { marking, marksIn } from './provenance/index.ts';

const fields = { history: historyField };

interface Event {
  /** Of a ChangeSet; not in events that hold selections alone. */
  readonly changes?: readonly unknown[];
  /** What of the text it brings back is suggested: CodeMirror's own JSON has no effects. */
  readonly marks?: unknown;
}
type Json = Readonly<Record<'done' | 'undone', readonly Event[]>>;

/** The same in CodeMirror's state. */
interface Kept {
  effects: readonly StateEffect<unknown>[];
}
type History = Readonly<Record<'done' | 'undone', readonly Kept[]>>;

const branches = ['done', 'undone'] as const;
const historyIn = (state: EditorState): History => state.field(historyField) as History;

/** What can be undone and redone in this state, as JSON; null where there is nothing. */
export function undoHistoryOf(state: EditorState): string | null {
  const { history } = state.toJSON(fields) as { readonly history: Json };
  const isThere = [...history.done, ...history.undone].some(({ changes }) => changes);
  if (!isThere) return null;
  const kept = historyIn(state);
  const withMarks = (branch: 'done' | 'undone'): readonly Event[] =>
    history[branch].map((event, i): Event => {
      const marks: Marks | null = marksIn(kept[branch][i]?.effects ?? []);
      return marks === null ? event : { ...event, marks };
    });
  return JSON.stringify({ done: withMarks('done'), undone: withMarks('undone') } satisfies Json);
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
    const state = EditorState.fromJSON(
      { doc, selection: selection.toJSON() as unknown, history },
      { extensions },
      fields,
    );
    const kept = historyIn(state);
    for (const branch of branches) {
      for (const [i, { marks }] of history[branch].entries()) {
        const event = kept[branch][i];
        if (event && areMarks(marks)) event.effects = [marking(marks)];
      }
    }
    return state;
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
