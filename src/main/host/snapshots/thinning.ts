/** What is kept of the past: the nearer, the finer. */

/** One snapshot as far as its age and size decide about it. */
export interface Aged {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly bytes: number;
  /** The writer gave it a name: it stays. */
  readonly kept: boolean;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/**
 * Those that time makes superfluous: of the last hour all stay, of the last day the newest of each hour, of
 * the last month the newest of each day, beyond the newest of each week. Days and weeks are the writer's.
 */
export function thinned<T extends Aged>(snapshots: readonly T[], now: number): readonly T[] {
  const taken = new Set<string>();
  const superfluous: T[] = [];
  for (const snapshot of [...snapshots].sort((a, b) => b.at - a.at)) {
    const age = now - snapshot.at;
    if (snapshot.kept || age < HOUR) continue;
    const span = spanOf(snapshot.at, age);
    if (taken.has(span)) superfluous.push(snapshot);
    taken.add(span);
  }
  return superfluous;
}

/** The stretch of time of which one is enough. */
function spanOf(at: number, age: number): string {
  if (age < DAY) return `hour ${Math.floor(at / HOUR)}`;
  const date = new Date(at);
  const day = Math.floor(Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / DAY);
  // Day 4 since 1970 was a Monday.
  return age < 30 * DAY ? `day ${day}` : `week ${Math.floor((day - 4) / 7)}`;
}

/**
 * Those that have to go so that all together take `limit` bytes at most: the oldest first, never one with
 * a name, and never the newest of a document.
 */
export function beyond<T extends Aged>(
  documents: readonly (readonly T[])[],
  limit: number,
): readonly T[] {
  let bytes = 0;
  const free: T[] = [];
  for (const snapshots of documents) {
    const newest = snapshots.reduce((a, b) => (b.at >= a.at ? b : a), snapshots[0]!);
    for (const snapshot of snapshots) {
      bytes += snapshot.bytes;
      if (!snapshot.kept && snapshot !== newest) free.push(snapshot);
    }
  }
  free.sort((a, b) => a.at - b.at);
  const superfluous: T[] = [];
  for (const snapshot of free) {
    if (bytes <= limit) break;
    bytes -= snapshot.bytes;
    superfluous.push(snapshot);
  }
  return superfluous;
}
