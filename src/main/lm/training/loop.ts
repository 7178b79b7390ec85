import { UserError } from '../../../shared/errors.ts';
import type { TrainingConfig } from '../../../shared/config.ts';
import type { TrainingEvent } from '../../../shared/events.ts';
import { disposeState, zeroState, type Network, type State } from '../nn/network.ts';
import { AdamW } from '../nn/optimiser.ts';
import { trainStep } from '../nn/step.ts';
import type { Weights } from '../nn/weights.ts';
import { Columns } from '../text/batches.ts';
import type { Corpus } from '../text/corpus.ts';
import { bitsPerCharacter, heldBackLoss } from './evaluation.ts';
import { learningRate } from './schedule.ts';
import { restoreState, saveState } from './state.ts';

/** Numbers of a run that a checkpoint keeps beside the tensors. */
export interface Progress {
  step: number;
  epoch: number;
  /** Next window of the epoch. */
  window: number;
  /** Seconds of training so far. */
  seconds: number;
  /** The learning rate's factor: halved at each rollback. */
  rateScale: number;
  rollbacks: number;
  best: number;
  bestStep: number;
  /** Evaluations since the best. */
  stale: number;
  smoothed: number;
}

/** Everything needed to go on exactly. */
export interface Snapshot {
  readonly progress: Progress;
  readonly weights: Weights;
  readonly optimiser: ReadonlyMap<string, Float32Array>;
  readonly optimiserStep: number;
  readonly state: readonly Float32Array[];
}

export interface LoopOptions {
  readonly config: TrainingConfig;
  readonly resume: Snapshot | null;
  readonly signal: AbortSignal;
  /** Milliseconds that only grow. */
  now(): number;
  /** Lets other work run; called at least once a step. */
  yieldNow(): Promise<void>;
  event(event: TrainingEvent): void;
  /** After each evaluation, with the weights when they are the best so far. */
  evaluated(
    snapshot: Snapshot,
    result: { loss: number; bits: number; best: boolean },
  ): Promise<void>;
}

export type Ending = 'finished' | 'no longer learning' | 'stopped';

const EVALUATE_SECONDS = 45;
const ROLLBACKS = 3;

/**
 * Trains until the budget is spent, it no longer learns, or the signal says stop (the step in hand is
 * finished first). Works on `network` in place.
 *
 * @throws UserError `training.diverged` after three rollbacks
 */
export async function train(
  network: Network,
  corpus: Corpus,
  options: LoopOptions,
): Promise<{ ending: Ending; snapshot: Snapshot }> {
  const { config, signal } = options;
  const columns = new Columns(corpus.train.ids, config.batch, config.window);
  const batch = columns.createBatch();
  const optimiser = new AdamW(network, config);
  const charactersPerStep =
    (columns.batch * columns.window * corpus.train.characters) / corpus.train.ids.length;
  const totalSteps = columns.windows * config.epochs;
  const budget = config.minutes === null ? null : config.minutes * 60;

  let state: State = zeroState(network.config, columns.batch);
  let progress: Progress = options.resume?.progress ?? {
    step: 0,
    epoch: 0,
    window: 0,
    seconds: 0,
    rateScale: 1,
    rollbacks: 0,
    best: Infinity,
    bestStep: 0,
    stale: 0,
    smoothed: NaN,
  };
  progress = { ...progress };
  const load = (snapshot: Snapshot): void => {
    network.load(snapshot.weights);
    optimiser.restore(snapshot.optimiser, snapshot.optimiserStep);
    state = restoreState(network.config, columns.batch, state, snapshot.state);
  };
  if (options.resume) load(options.resume);
  const snap = async (): Promise<Snapshot> => ({
    progress: { ...progress },
    weights: await network.weights(),
    optimiser: await optimiser.state(),
    optimiserStep: optimiser.step,
    state: await saveState(state),
  });

  let good = await snap();
  let started = options.now() - progress.seconds * 1000;
  const elapsed = (): number => (options.now() - started) / 1000;
  const share = (): number =>
    budget === null ? progress.step / totalSteps : Math.min(1, elapsed() / budget);
  let evaluatedAt = progress.seconds;
  const resumedAt = { step: progress.step, seconds: progress.seconds };

  const evaluate = async (): Promise<{ finite: boolean }> => {
    // Evaluating is not training: the clock of the budget stands still.
    const before = options.now();
    const loss = await heldBackLoss(network, corpus.heldBack.ids, options);
    if (Number.isFinite(loss)) {
      const best = loss < progress.best;
      progress.stale = best ? 0 : progress.stale + 1;
      if (best) {
        progress.best = loss;
        progress.bestStep = progress.step;
      }
      const bits = bitsPerCharacter(loss, corpus.heldBack);
      options.event({
        kind: 'evaluation',
        step: progress.step,
        seconds: progress.seconds,
        heldBackLoss: loss,
        bitsPerCharacter: bits,
        best,
      });
      good = await snap();
      await options.evaluated(good, { loss, bits, best });
    }
    if (budget === null) started += options.now() - before;
    evaluatedAt = progress.seconds;
    return { finite: Number.isFinite(loss) };
  };

  const rollBack = (reason: string): void => {
    const { rollbacks, rateScale } = progress;
    if (rollbacks + 1 > ROLLBACKS) {
      throw new UserError(
        'training.diverged',
        `Training broke down ${ROLLBACKS + 1} times (${reason}); the best voice so far is kept. Train again with a lower --rate than ${config.rate}.`,
      );
    }
    load(good);
    progress = { ...good.progress, rollbacks: rollbacks + 1, rateScale: rateScale / 2 };
    options.event({
      kind: 'rollback',
      step: progress.step,
      reason,
      rate: config.rate * progress.rateScale,
    });
  };

  try {
    for (;;) {
      if (signal.aborted) return { ending: 'stopped', snapshot: await snap() };
      if (share() >= 1) {
        if (evaluatedAt < progress.seconds) await evaluate();
        return { ending: 'finished', snapshot: await snap() };
      }
      columns.fill(progress.window, batch);
      const rate = learningRate(config, progress.step, share()) * progress.rateScale;
      const result = trainStep(network, optimiser, batch, state, {
        rate,
        clip: config.clip,
        dropout: {
          in: config.dropoutIn,
          between: config.dropoutBetween,
          out: config.dropoutOut,
          weightDrop: config.weightDrop,
          // A window's masks depend only on the seed and the step, so resuming repeats them.
          seed: (Math.imul(config.seed, 0x85ebca6b) + progress.step) | 0,
        },
      });
      state = result.state;
      await options.yieldNow();
      const ceiling = Math.log(network.config.vocabulary) + 2;
      const fault = !Number.isFinite(result.loss)
        ? 'the loss is not a number'
        : !Number.isFinite(result.norm)
          ? 'the gradient is not a number'
          : progress.step > 100 && result.loss > Math.max(ceiling, 2 * progress.smoothed)
            ? `the loss jumped to ${result.loss.toFixed(2)}`
            : null;
      if (fault) {
        rollBack(fault);
        continue;
      }
      progress.smoothed = Number.isNaN(progress.smoothed)
        ? result.loss
        : 0.98 * progress.smoothed + 0.02 * result.loss;
      progress.step++;
      if (++progress.window === columns.windows) {
        progress.window = 0;
        progress.epoch++;
      }
      progress.seconds = elapsed();
      const perSecond = (progress.step - resumedAt.step) / (progress.seconds - resumedAt.seconds);
      const done = share();
      options.event({
        kind: 'progress',
        step: progress.step,
        epoch: progress.epoch,
        percent: 100 * done,
        seconds: progress.seconds,
        etaSeconds:
          budget === null
            ? (totalSteps - progress.step) / perSecond
            : Math.max(0, budget - progress.seconds),
        charactersPerSecond: perSecond * charactersPerStep,
        trainingLoss: progress.smoothed,
        learningRate: rate,
      });
      const pause = budget === null ? EVALUATE_SECONDS : Math.max(5, budget / 8);
      if (progress.window === 0 || progress.seconds - evaluatedAt >= pause) {
        const frequent = progress.window === 0 && progress.seconds - evaluatedAt < 2;
        if (!frequent || progress.step === totalSteps) {
          const { finite } = await evaluate();
          if (!finite) rollBack('the held-back loss is not a number');
          else if (config.patience > 0 && progress.stale >= config.patience) {
            return { ending: 'no longer learning', snapshot: await snap() };
          }
        }
      }
    }
  } finally {
    disposeState(state);
    optimiser.dispose();
  }
}
