/**
 * Suggested text stays suggested when it is moved: cut or copied and pasted, dragged, or moved by lines,
 * within a document and between those of the app. The clipboard carries plain text; what is pasted is known
 * again by being the text that was last copied here.
 */
import { EditorState, type Extension, type Transaction } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import {
  sliceRuns,
  stretchesOf,
  type Runs,
  type Stretch,
} from '../../../shared/provenance/index.ts';
import { mark, provenanceField } from './state.ts';

/** A text and what of it is suggested. */
interface Piece {
  readonly text: string;
  readonly runs: Runs;
}

/** What was last copied: the whole, and each selection of it. */
export type Pieces = readonly Piece[];

const pieceOf = (state: EditorState, from: number, to: number): Piece => ({
  text: state.sliceDoc(from, to),
  runs: sliceRuns(state.field(provenanceField), from, to),
});

/** What a copy takes: the selections, or the lines of the carets. */
export function copied(state: EditorState): Pieces {
  const { ranges } = state.selection;
  const some = ranges.some(({ empty }) => !empty);
  const taken = some
    ? ranges.filter(({ empty }) => !empty)
    : ranges.map(({ head }) => state.doc.lineAt(head));
  const seen = new Set<number>();
  const pieces = taken
    .filter(({ from }) => !seen.has(from) && seen.add(from))
    .map(({ from, to }) => pieceOf(state, from, to));
  if (pieces.every(({ runs }) => runs.length === 0)) return [];
  const whole = pieces.reduce((all, { text, runs }) => ({
    text: `${all.text}\n${text}`,
    runs: joined(all, runs),
  }));
  return pieces.length === 1 ? pieces : [whole, ...pieces];
}

function joined({ text, runs }: Piece, next: Runs): Runs {
  const behind = text.length + 1;
  const covered = runs.reduce((sum, { length }) => sum + length, 0);
  return next.length === 0 ? runs : [...runs, { length: behind - covered, label: null }, ...next];
}

/** What a transaction itself takes from one place to another. */
function movedBy({ changes, startState }: Transaction): Pieces {
  const pieces: Piece[] = [];
  changes.iterChanges((fromA, toA) => {
    if (fromA < toA) pieces.push(pieceOf(startState, fromA, toA));
  });
  return pieces.filter(({ runs }) => runs.length > 0);
}

/** A line takes its break along from one end to the other. */
const bare = (text: string): string => text.replace(/^\n|\n$/, '');

/** The stretches of `text`, which begins at `from`, where it is one of the pieces. */
function known(text: string, from: number, pieces: Pieces): readonly Stretch[] {
  const inner = bare(text);
  const piece = pieces.find(
    (candidate) => candidate.text === text || bare(candidate.text) === inner,
  );
  if (!piece || inner === '') return [];
  const same = piece.text === text;
  const shift = same ? from : from + text.indexOf(inner) - piece.text.indexOf(inner);
  return [...stretchesOf(same ? piece.runs : clipped(piece, inner))].map((stretch) => ({
    from: stretch.from + shift,
    to: stretch.to + shift,
    label: stretch.label,
  }));
}

function clipped({ text, runs }: Piece, inner: string): Runs {
  const start = text.indexOf(inner);
  const kept = sliceRuns(runs, start, start + inner.length);
  return kept.length === 0 || start === 0 ? kept : [{ length: start, label: null }, ...kept];
}

/** The marks of what a transaction pastes, drops or moves; null where it brings none. */
export function carriedBy(transaction: Transaction, clipboard: Pieces) {
  const is = (event: string): boolean => transaction.isUserEvent(event);
  const moves = is('move');
  if (!moves && !is('input.paste') && !is('input.drop')) return null;
  const pieces = moves ? movedBy(transaction) : clipboard;
  if (pieces.length === 0) return null;
  const stretches: Stretch[] = [];
  transaction.changes.iterChanges((_fromA, _toA, fromB, _toB, insert) => {
    if (insert.length > 0) stretches.push(...known(insert.toString(), fromB, pieces));
  }, true);
  return stretches.length === 0 ? null : mark.of(stretches);
}

/** One for all documents of an editor. */
export function carrying(): Extension {
  let clipboard: Pieces = [];
  const remember = (_event: Event, view: EditorView): void => {
    clipboard = copied(view.state);
  };
  return [
    EditorView.domEventObservers({ copy: remember, cut: remember, dragstart: remember }),
    EditorState.transactionExtender.of((transaction) => {
      const effect = transaction.docChanged ? carriedBy(transaction, clipboard) : null;
      return effect && { effects: effect };
    }),
  ];
}
