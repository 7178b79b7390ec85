/** Differences as a writer takes them: those of one paragraph together, and no two paragraphs in one. */
import { getChunks, type Change, type Chunk } from '@codemirror/merge';
import type { EditorState, Text } from '@codemirror/state';

export interface Hunk {
  readonly fromA: number;
  readonly toA: number;
  readonly fromB: number;
  readonly toB: number;
  /** In order, with offsets of the whole texts. */
  readonly changes: readonly Pick<Hunk, 'fromA' | 'toA' | 'fromB' | 'toB'>[];
}

const known = new WeakMap<readonly Chunk[], readonly Hunk[]>();

export function hunksOf(state: EditorState): readonly Hunk[] {
  const found = getChunks(state);
  if (!found) return [];
  const { chunks, side } = found;
  let hunks = known.get(chunks);
  if (!hunks) known.set(chunks, (hunks = split(chunks, state.doc, side === 'a' ? 'A' : 'B')));
  return hunks;
}

/** CodeMirror joins what only an empty line parts: here each paragraph stands for itself. */
function split(chunks: readonly Chunk[], doc: Text, side: 'A' | 'B'): readonly Hunk[] {
  const hunks: Hunk[] = [];
  for (const chunk of chunks) {
    let first = true;
    for (const change of chunk.changes) {
      const next = within(chunk, change);
      const last = hunks.at(-1);
      const between = last && doc.sliceString(last[`to${side}`], next[`from${side}`]);
      if (first || !last || between?.includes('\n') === true) {
        hunks.push({ ...next, changes: [next] });
      } else {
        const { toA, toB } = next;
        hunks[hunks.length - 1] = { ...last, toA, toB, changes: [...last.changes, next] };
      }
      first = false;
    }
  }
  return hunks;
}

const within = (chunk: Chunk, { fromA, toA, fromB, toB }: Change) => ({
  fromA: chunk.fromA + fromA,
  toA: chunk.fromA + toA,
  fromB: chunk.fromB + fromB,
  toB: chunk.fromB + toB,
});
