/**
 * A part of a window in which no state is reset: fused recurrent ops know nothing of a document's start,
 * so a window is cut there.
 */
export interface Stretch {
  /** Steps `from` to `to`, exclusive. */
  readonly from: number;
  readonly to: number;
  /** [B]: 0 for a column that begins anew, 1 for one that goes on; null where all go on. */
  readonly goesOn: Float32Array | null;
}

/** @param starts [T,B], 1 where the state is zero before the step */
export function stretchesOf(starts: Int32Array, T: number, B: number): Stretch[] {
  const found: Stretch[] = [];
  let from = 0;
  let goesOn: Float32Array | null = null;
  for (let t = 0; t < T; t++) {
    const row = starts.subarray(t * B, (t + 1) * B);
    if (row.every((start) => start === 0)) continue;
    if (t > from) found.push({ from, to: t, goesOn });
    from = t;
    goesOn = Float32Array.from(row, (start) => (start === 0 ? 1 : 0));
  }
  found.push({ from, to: T, goesOn });
  return found;
}
