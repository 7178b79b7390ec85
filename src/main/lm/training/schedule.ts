import type { TrainingConfig } from '../../../shared/config.ts';
import { fitting, WARMING } from './evaluation.ts';

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
const SHARE = 0.07;
/** Tokens of the held-back text that an evaluation scores at most: more tells no more. */
const MOST = 1 << 18;
/** And at least: with less, one loss cannot be told from the next. */
const FEWEST = 1 << 11;

/** When to evaluate, and on how much. Fixed before the first step, so that a resumed run repeats it. */
export interface EvaluationPlan {
  /** Steps from one evaluation to the next. */
  readonly every: number;
  /** Held-back tokens that are scored. */
  readonly tokens: number;
  /** What one takes. */
  readonly seconds: number;
}

/** What was measured, in seconds. */
export interface Costs {
  /** Of a training step. */
  readonly step: number;
  /** Of evaluating a token. */
  readonly token: number;
  /** Besides, of a token that the temperature is fitted on. */
  readonly fit: number;
}

/**
 * Evaluates every epoch, or about every 45 seconds of a longer one, and seldom enough to leave more than
 * nine tenths of the time for learning. A budget in minutes sees about ten evaluations, three at least, on
 * fewer tokens when it is short.
 *
 * @param heldBack tokens there are
 */
export function planEvaluations(
  config: Pick<TrainingConfig, 'minutes'>,
  { stepsPerEpoch, heldBack }: { readonly stepsPerEpoch: number; readonly heldBack: number },
  costs: Costs,
): EvaluationPlan {
  const epoch = stepsPerEpoch * costs.step;
  const budget = config.minutes === null ? Infinity : config.minutes * 60;
  // A quarter of the tokens fits the temperature.
  const affordable =
    ((budget * SHARE) / 10 - WARMING * costs.token) / (costs.token + costs.fit / 4);
  const tokens = Math.min(heldBack, MOST, Math.max(FEWEST, Math.round(affordable)));
  const seconds = (tokens + WARMING) * costs.token + Math.min(tokens, fitting(tokens)) * costs.fit;
  const pause = Math.max(seconds / SHARE, Math.min(budget / 10, Math.max(PAUSE, epoch)));
  const every =
    config.minutes === null
      ? Math.ceil(stepsPerEpoch / Math.max(1, Math.round(epoch / Math.max(PAUSE, seconds / SHARE))))
      : Math.round(Math.min(pause, budget / 3) / costs.step);
  return { every: Math.max(1, every), tokens, seconds };
}
