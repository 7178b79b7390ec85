/** How the held-back loss has gone so far. */
export interface Learning {
  /** Lowest held-back loss, nats per token; null before the first evaluation. */
  readonly best: number | null;
  readonly bestStep: number;
  /** Evaluations since the best. */
  readonly stale: number;
}

export const noLearning: Learning = { best: null, bestStep: 0, stale: 0 };

/** Takes in one evaluation. */
export const judge = (learning: Learning, loss: number, step: number): Learning =>
  learning.best === null || loss < learning.best
    ? { best: loss, bestStep: step, stale: 0 }
    : { ...learning, stale: learning.stale + 1 };

/** Whether it no longer learns; a patience of 0 never says so. */
export const exhausted = (learning: Learning, patience: number): boolean =>
  patience > 0 && learning.stale >= patience;
