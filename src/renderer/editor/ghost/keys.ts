/** Commands on the suggestion. Each gives false where no suggestion is visible, and the key goes on. */
import type { Command } from '@codemirror/view';
import type { Portion } from './accept.ts';
import { acceptance, cycle, dismiss, ghostField, stop, visible } from './state.ts';

/** Milliseconds for which a new suggestion does not take its key: the press was meant for something else. */
export const YOUNG = 150;

export const accept =
  (portion: Portion): Command =>
  (view) => {
    const transaction = acceptance(view.state, portion);
    if (transaction !== null) view.dispatch(transaction);
    return transaction !== null;
  };

/** Accepts all, but not a suggestion that has only just appeared. */
export const acceptUnlessYoung: Command = (view) => {
  const since = visible(view.state)?.suggestion.since ?? null;
  if (since === null || performance.now() - since < YOUNG) return false;
  return accept('all')(view);
};

export const turn =
  (by: 1 | -1): Command =>
  (view) => {
    if (visible(view.state) === null) return false;
    view.dispatch({ effects: cycle.of(by) });
    return true;
  };

/** First stops the stream and keeps what came, then takes the suggestion away. */
export const stopOrDismiss: Command = (view) => {
  const { current } = view.state.field(ghostField);
  if (current === null) return false;
  const effect = current.status === 'streaming' ? stop.of(null) : dismiss.of(null);
  view.dispatch({ effects: effect });
  return true;
};
