import type { Edit } from '../../shared/api/index.ts';
import {
  marksFor,
  marksOf,
  noRuns,
  runsAfter,
  runsOf,
  sliceRuns,
  type Runs,
} from '../../shared/provenance/index.ts';

/** The text after edits that were made to it: in order, not overlapping. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const { from, to, insert } of edits) {
    parts.push(text.slice(at, from), insert);
    at = to;
  }
  parts.push(text.slice(at));
  return parts.join('');
}

/** A stretch of the text between two edits: taken over from the text before, or new. */
type Piece =
  | { readonly kind: 'kept'; readonly from: number; readonly to: number }
  | { readonly kind: 'new'; readonly text: string; readonly runs: Runs };

/**
 * One list of edits that does what `first` and then `second` do. `second` counts in the text after
 * `first`, the result in the text before it.
 */
export function composeEdits(first: readonly Edit[], second: readonly Edit[]): Edit[] {
  const pieces = piecesOf(first);
  const out: Piece[] = [];
  let at = 0;
  let index = 0;
  let offset = 0;
  /** Moves on to `to` in the text between, and gives what lies there to `take`. */
  const advance = (to: number, take: (piece: Piece) => void): void => {
    while (at < to) {
      const piece = pieces[index]!;
      const length = piece.kind === 'kept' ? piece.to - piece.from : piece.text.length;
      const count = Math.min(to - at, length - offset);
      if (count > 0) take(slice(piece, offset, offset + count));
      at += count;
      offset += count;
      if (offset === length) {
        index++;
        offset = 0;
      }
    }
  };
  for (const { from, to, insert, marks } of second) {
    advance(from, (piece) => out.push(piece));
    if (insert !== '')
      out.push({ kind: 'new', text: insert, runs: marks ? runsOf(marks) : noRuns });
    advance(to, () => undefined);
  }
  advance(Infinity, (piece) => out.push(piece));
  return editsOf(out);
}

function slice(piece: Piece, from: number, to: number): Piece {
  return piece.kind === 'kept'
    ? { kind: 'kept', from: piece.from + from, to: piece.from + to }
    : { kind: 'new', text: piece.text.slice(from, to), runs: sliceRuns(piece.runs, from, to) };
}

/** The text after the edits, up to its end without end. */
function piecesOf(edits: readonly Edit[]): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const { from, to, insert, marks } of edits) {
    if (from > at) pieces.push({ kind: 'kept', from: at, to: from });
    if (insert !== '')
      pieces.push({ kind: 'new', text: insert, runs: marks ? runsOf(marks) : noRuns });
    at = to;
  }
  pieces.push({ kind: 'kept', from: at, to: Infinity });
  return pieces;
}

function editsOf(pieces: readonly Piece[]): Edit[] {
  const edits: Edit[] = [];
  let at = 0;
  let insert = '';
  let runs = noRuns;
  for (const piece of pieces) {
    if (piece.kind === 'new') {
      const end = insert.length;
      insert += piece.text;
      if (piece.runs.length > 0) {
        runs = runsAfter(runs, [
          { from: end, to: end, insert: piece.text, marks: marksOf(piece.runs) },
        ]);
      }
      continue;
    }
    if (insert !== '' || piece.from > at) {
      edits.push({ from: at, to: piece.from, insert, ...marksFor(runs) });
    }
    insert = '';
    runs = noRuns;
    at = piece.to;
  }
  return edits;
}

/**
 * The text before the edits, as far as it can be told from the one after them: what they deleted is not
 * known and stands as NUL, which is in no document.
 */
export function undoEdits(after: string, edits: readonly Edit[]): string {
  const parts: string[] = [];
  let at = 0;
  let before = 0;
  for (const { from, to, insert } of edits) {
    parts.push(after.slice(at, at + from - before), '\0'.repeat(to - from));
    at += from - before + insert.length;
    before = to;
  }
  parts.push(after.slice(at));
  return parts.join('');
}

/** Whether `before` may be the text from which edits made `after`: all but what they deleted is the same. */
export function leadsTo(before: string, edits: readonly Edit[], after: string): boolean {
  let [at, reached] = [0, 0];
  for (const { from, to, insert } of edits) {
    const end = reached + from - at;
    if (before.slice(at, from) !== after.slice(reached, end) || to > before.length) return false;
    [at, reached] = [to, end + insert.length];
  }
  return before.slice(at) === after.slice(reached);
}

/** What turns one text into the other, as one edit around all that differs; null where nothing does. */
export function difference(before: string, after: string): Edit | null {
  if (before === after) return null;
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before.charCodeAt(start) === after.charCodeAt(start)) start++;
  let end = 0;
  while (
    end < most - start &&
    before.charCodeAt(before.length - 1 - end) === after.charCodeAt(after.length - 1 - end)
  ) {
    end++;
  }
  return {
    from: start,
    to: before.length - end,
    insert: after.slice(start, after.length - end),
  };
}

/**
 * Edits of a text as edits of what it became by `theirs`. Where both changed the same place theirs stays,
 * and what was inserted here is put behind it: nothing of either is lost.
 */
export function rebaseEdits(edits: readonly Edit[], theirs: Edit): Edit[] {
  const shift = theirs.insert.length - (theirs.to - theirs.from);
  const behind = theirs.from + theirs.insert.length;
  return edits.flatMap((edit): Edit[] => {
    const { from, to, insert } = edit;
    if (to <= theirs.from) return [edit];
    if (from >= theirs.to) return [{ ...edit, from: from + shift, to: to + shift }];
    return insert === '' ? [] : [{ ...edit, from: behind, to: behind }];
  });
}
