/** Two texts beside each other, and how they are brought together. */
export { createCompare } from './compare.ts';
export { differences, type Difference } from './differences.ts';
export { merge, textOf, type Stretch } from './merge.ts';
export type {
  Choice,
  Compare,
  CompareCallbacks,
  CompareOptions,
  ComparePosition,
} from './types.ts';
