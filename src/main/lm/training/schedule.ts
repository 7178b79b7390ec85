import type { TrainingConfig } from '../../../shared/config.ts';

/**
 * Learning rate: linear warm-up, then a cosine from the peak to `finalRate` of it (Loshchilov & Hutter
 * 2017).
 *
 * @param step steps taken so far
 * @param progress share of the run that is done, 0 to 1: of the steps, or of the planned time
 */
export function learningRate(
  config: Pick<TrainingConfig, 'rate' | 'finalRate' | 'warmup'>,
  step: number,
  progress: number,
): number {
  const warm = config.warmup > 0 ? Math.min(1, (step + 1) / config.warmup) : 1;
  const cosine = 0.5 * (1 + Math.cos(Math.PI * Math.min(1, Math.max(0, progress))));
  return config.rate * warm * (config.finalRate + (1 - config.finalRate) * cosine);
}

/** When a run is over, and how far it is: by steps, or by the clock. */
export interface Budget {
  /** Share that is done, 0 to 1; with `reserve`, of the part that is for steps. */
  share(step: number, seconds: number, reserve?: number): number;
  /**
   * Whether to take no further step.
   *
   * @param reserve seconds that the evaluation at the end will take
   * @param stepSeconds seconds of a step
   */
  over(step: number, seconds: number, reserve: number, stepSeconds: number): boolean;
}

/** The budget of a config: minutes when they are set, else epochs of `stepsPerEpoch`. */
export function planBudget(
  config: Pick<TrainingConfig, 'epochs' | 'minutes'>,
  stepsPerEpoch: number,
): Budget {
  if (config.minutes === null) {
    const total = stepsPerEpoch * config.epochs;
    return { share: (step) => Math.min(1, step / total), over: (step) => step >= total };
  }
  const total = config.minutes * 60;
  return {
    share: (_, seconds, reserve = 0) => Math.min(1, seconds / Math.max(1e-3, total - reserve)),
    // Half a step early or late is the closest one can get.
    over: (step, seconds, reserve, stepSeconds) =>
      step > 0 && seconds + reserve + stepSeconds / 2 >= total,
  };
}

/** Seconds between two evaluations of a long epoch. */
const PAUSE = 45;
/** Share of the time that evaluations may take, unless an epoch is shorter still. */
const SHARE = 0.1;

/**
 * Steps from one evaluation to the next: an epoch, or about 45 seconds of a longer one; with a budget in
 * minutes, about a tenth of it. Counted in steps, so that a run that is resumed evaluates where the
 * uninterrupted one would.
 *
 * @param stepSeconds seconds of a step, and @param evaluationSeconds of an evaluation, both measured
 */
export function stepsBetweenEvaluations(
  config: Pick<TrainingConfig, 'minutes'>,
  stepsPerEpoch: number,
  stepSeconds: number,
  evaluationSeconds: number,
): number {
  const epoch = stepsPerEpoch * stepSeconds;
  const least = evaluationSeconds / SHARE;
  if (config.minutes === null) {
    return Math.ceil(stepsPerEpoch / Math.max(1, Math.round(epoch / Math.max(PAUSE, least))));
  }
  const seconds = Math.max(least, Math.min(config.minutes * 6, Math.max(PAUSE, epoch)));
  // Three at least, so that the best of them means something.
  return Math.max(1, Math.round(Math.min(seconds, config.minutes * 20) / stepSeconds));
}
