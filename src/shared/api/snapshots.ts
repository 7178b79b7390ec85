import * as v from 'valibot';
import type { Marks } from './marks.ts';
import { text } from './values.ts';

/** A snapshot by the SHA-256 of its text: the same text is kept once. */
export const snapshotId = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
export const snapshotName = v.pipe(text(200), v.trim(), v.minLength(1));

/** A change of the page that the text is kept before. */
export const keepBeforeSchema = v.variant('kind', [
  v.strictObject({ kind: v.literal('suggestion') }),
  v.strictObject({ kind: v.literal('replace-all') }),
  /** `snapshot`: the one whose text comes back. */
  v.strictObject({ kind: v.literal('restore'), snapshot: snapshotId }),
]);
export type KeepBefore = v.InferOutput<typeof keepBeforeSchema>;

/** Why a text was kept. */
export const snapshotCauses = [
  'asked',
  /** As it was opened, before the first change. */
  'opened',
  'interval',
  'closed',
  'suggestion',
  'replace-all',
  'restore',
  /** Another program changed the file, and its text took the place of this one. */
  'reload',
  /** The writer chose between two versions: this is what stood here, that is what the file held. */
  'mine',
  'theirs',
] as const;
export type SnapshotCause = (typeof snapshotCauses)[number];

/** A text as it was. */
export interface Snapshot {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly cause: SnapshotCause;
  /** One with a name stays until it is deleted. */
  readonly name: string | null;
  /** Null until they are counted: `snapshotsChanged` says so. */
  readonly words: number | null;
  /** Words that are new and that are gone against the snapshot before it; null until they are counted. */
  readonly change: { readonly added: number; readonly removed: number } | null;
}

/** All of it. */
export interface SnapshotText {
  readonly text: string;
  /** Which of its letters a voice suggested. */
  readonly marks: Marks;
  /** For people: "UTF-8, CRLF". */
  readonly form: string;
}

export interface Snapshots {
  /** Newest first. */
  readonly snapshots: readonly Snapshot[];
  /** Files that cannot be read; they are left where they are. */
  readonly damaged: number;
}

/** What all snapshots of all documents take. */
export interface SnapshotSpace {
  readonly bytes: number;
  readonly snapshots: number;
}
