/** The suggestion: its state, its picture, its keys, and how it is taken into the text. */
export { portionOf, type Portion } from './accept.ts';
export { accept, acceptUnlessYoung, stopOrDismiss, turn, YOUNG } from './keys.ts';
export { fitStart, padAfter, CONTEXT } from './spacing.ts';
export {
  abandoned,
  acceptance,
  accepted,
  append,
  beginning,
  cycle,
  dismiss,
  end,
  ghostField,
  ghostState,
  headOf,
  shownToPage,
  stop,
  visible,
  type GhostValue,
  type Suggestion,
} from './state.ts';
export { ghostView, type GhostCallbacks } from './view.ts';
