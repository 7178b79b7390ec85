/** Two texts beside each other, and how they are brought together. */
export { createCompare } from './compare.ts';
export { differences, type Difference } from './differences.ts';
export { searchMerge, textOf, type Stretch } from './merge.ts';
export { inTurns } from './search.ts';
export type {
  Choice,
  Compare,
  CompareCallbacks,
  CompareOptions,
  ComparePosition,
} from './types.ts';
