/** Smoothed training loss, nats per token, and what it has been; null before the first step. */
export interface LossHistory {
  /** Over about 50 steps: for people, and as a yardstick. */
  readonly smoothed: number | null;
  /** Over about 5 steps: shows an explosion soon. */
  readonly recent: number | null;
  /** Lowest `smoothed`. */
  readonly lowest: number | null;
}

export const noLosses: LossHistory = { smoothed: null, recent: null, lowest: null };

const follow = (before: number | null, loss: number, weight: number): number =>
  before === null ? loss : before + weight * (loss - before);

/** Takes in the loss of one step. */
export function remember(history: LossHistory, loss: number): LossHistory {
  const smoothed = follow(history.smoothed, loss, 0.02);
  return {
    smoothed,
    recent: follow(history.recent, loss, 0.2),
    lowest: Math.min(history.lowest ?? Infinity, smoothed),
  };
}

/**
 * Why training has broken down, in words for people, or null. One hard page is no fault: the loss must
 * be worse than guessing by 2 nats, or stay above twice (and 1 nat over) what it has been.
 *
 * @param history with this step's loss taken in when it is finite
 * @param norm global norm of the gradients
 * @param vocabulary V: guessing costs ln V
 */
export function faultOf(
  history: LossHistory,
  loss: number,
  norm: number,
  vocabulary: number,
): string | null {
  if (!Number.isFinite(loss)) return 'the loss is not a number';
  if (!Number.isFinite(norm)) return 'the gradient is not a number';
  if (loss > Math.log(vocabulary) + 2) return `the loss jumped to ${loss.toFixed(2)}`;
  const { recent, lowest } = history;
  if (recent !== null && lowest !== null && recent > Math.max(2 * lowest, lowest + 1)) {
    return `the loss rose from ${lowest.toFixed(2)} to ${recent.toFixed(2)}`;
  }
  return null;
}
