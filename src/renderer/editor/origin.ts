/** Where a change comes from: the writer's hands, a suggestion, or elsewhere. */
import { Annotation, type Transaction } from '@codemirror/state';
import type { Edit, KeepBefore } from '../../shared/api/index.ts';
import { accepted, ghostField } from './ghost/index.ts';
import type { Origin } from './types.ts';

/** Names the origin of a change that the page asked for. */
export const origin = Annotation.define<Origin>();
/** The text comes from the disk: the page knows it already. */
export const external = Annotation.define<true>();

/** The text of a snapshot comes back. */
export const restored = Annotation.define<string>();

/**
 * Why the text before a change is worth keeping; null for a change like any other. A suggestion that is
 * taken word by word is one.
 */
export function keepBefore(transaction: Transaction): KeepBefore | null {
  const snapshot = transaction.annotation(restored);
  if (snapshot !== undefined) return { kind: 'restore', snapshot };
  if (transaction.isUserEvent('input.replace.all')) return { kind: 'replace-all' };
  if (originOf(transaction) !== 'accepted') return null;
  const goesOn = (transaction.startState.field(ghostField, false)?.current?.taken ?? '') !== '';
  const inGhost = transaction.annotation(accepted) !== undefined;
  return inGhost && goesOn ? null : { kind: 'suggestion' };
}

export function originOf(transaction: Transaction): Origin {
  const named = transaction.annotation(origin);
  if (named !== undefined) return named;
  if (transaction.annotation(accepted) !== undefined) return 'accepted';
  const is = (event: string) => transaction.isUserEvent(event);
  if (is('input.paste') || is('input.drop') || is('delete.cut') || is('input.replace'))
    return 'other';
  return is('input') || is('delete') ? 'typed' : 'other';
}

/** A change as the page knows it: offsets in the text before it, in order. */
export function editsOf(transaction: Transaction): readonly Edit[] {
  const edits: Edit[] = [];
  transaction.changes.iterChanges((from, to, _fromB, _toB, insert) => {
    edits.push({ from, to, insert: insert.toString() });
  });
  return edits;
}
