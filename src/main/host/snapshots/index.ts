/** Texts as they were: taken, thinned over time, found again. */
export { Snapshots, type SnapshotsOptions } from './snapshots.ts';
export { beyond, thinned, type Aged } from './thinning.ts';
export { wordChange, type WordChange } from './word-change.ts';
