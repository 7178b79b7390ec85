import type { TrainingConfig } from '../../../shared/config.ts';
import { UserError } from '../../../shared/errors.ts';
import type { Sample, TrainingEvent } from '../../../shared/events.ts';
import { disposeState, zeroState, type Network } from '../nn/network.ts';
import { AdamW } from '../nn/optimiser.ts';
import { trainStep } from '../nn/step.ts';
import { Columns } from '../text/batches.ts';
import type { Corpus } from '../text/corpus.ts';
import { bitsPerCharacter, spellingNats } from './bits.ts';
import { exhausted, judge, noLearning } from './early-stopping.ts';
import { readHeldBack } from './evaluation.ts';
import { faultOf, noLosses, remember } from './faults.ts';
import { forgetSome } from './forgetting.ts';
import { learningRate, planBudget, type EvaluationPlan } from './schedule.ts';
import {
  fits,
  restoreSnapshot,
  takeSnapshot,
  type Best,
  type Progress,
  type Snapshot,
} from './snapshot.ts';

export interface LoopOptions {
  readonly config: TrainingConfig;
  /** Where to go on; null to begin. */
  readonly resume: Snapshot | null;
  /** Of earlier sittings, oldest first: told with `resumed`. */
  readonly samples: readonly Sample[];
  /** A resumed run keeps the one it began with. */
  readonly evaluation: EvaluationPlan;
  readonly signal: AbortSignal;
  /** Milliseconds that only grow. */
  readonly now: () => number;
  /** Lets other work run; called at least once a step. */
  readonly yieldNow: () => Promise<void>;
  readonly event: (event: TrainingEvent) => void;
  /**
   * A moment to keep: before the first step, after each evaluation, every minute, and, with `last`, at
   * the end, whatever ends it. `snapshot.best` is what the voice should be.
   */
  readonly checkpoint: (snapshot: Snapshot, last: boolean) => Promise<void>;
}

export type Ending = 'finished' | 'no longer learning' | 'stopped';

/** Longest time between two checkpoints, in milliseconds. */
const KEEP_EVERY = 60_000;
const ROLLBACKS = 3;

const beginning = ({ every, tokens }: EvaluationPlan): Progress => ({
  step: 0,
  epoch: 0,
  window: 0,
  seconds: 0,
  rateScale: 1,
  rollbacks: 0,
  evaluateEvery: every,
  evaluateTokens: tokens,
  evaluatedStep: 0,
  learning: noLearning,
  losses: noLosses,
  history: [],
});

/**
 * Trains until the budget is spent, it no longer learns, or the signal says stop (the step in hand is
 * finished first). Works on `network` in place. With a budget in epochs the numbers depend on nothing but
 * the inputs, so a resumed run gives those of an uninterrupted one.
 *
 * @throws UserError `voice.damaged` when it cannot go on from `resume`, `training.diverged` when it breaks down once more after three rollbacks
 */
export async function train(
  network: Network,
  corpus: Corpus,
  options: LoopOptions,
): Promise<{ ending: Ending; snapshot: Snapshot }> {
  const { config, signal, now } = options;
  const columns = new Columns(corpus.train.ids, config.batch, config.window);
  if (options.resume && !fits(network, options.resume, columns)) {
    throw new UserError(
      'voice.damaged',
      'The checkpoint does not fit its text and its network; train again without --resume.',
    );
  }
  const batch = columns.createBatch();
  const budget = planBudget(config, columns.windows);
  const spelling = spellingNats(corpus.units, corpus.heldBack);
  const charactersPerStep =
    (columns.batch * columns.window * corpus.train.characters) / corpus.train.ids.length;

  const optimiser = new AdamW(network, config);
  let state = zeroState(network.config, columns.batch);
  let progress = options.resume?.progress ?? beginning(options.evaluation);
  let best: Best | null = options.resume?.best ?? null;

  const restore = (from: Snapshot): void => {
    state = restoreSnapshot({ network, optimiser, state }, from, columns.batch);
  };
  const snap = (): Promise<Snapshot> => takeSnapshot({ network, optimiser, state }, progress, best);

  // The clock of the run goes on where the last sitting ended.
  const started = now() - progress.seconds * 1000;
  const seconds = (): number => (now() - started) / 1000;
  const sitting = {
    seconds: progress.seconds,
    share: budget.share(progress.step, progress.seconds),
  };
  let steps = 0;
  let stepMilliseconds = 0;
  let evaluationSeconds = options.evaluation.seconds;

  let good: Snapshot;
  let keptAt = now();
  const keep = async (snapshot: Snapshot, last: boolean): Promise<void> => {
    await options.checkpoint(snapshot, last);
    keptAt = now();
  };
  const end = async (ending: Ending): Promise<{ ending: Ending; snapshot: Snapshot }> => {
    progress = { ...progress, seconds: seconds() };
    const snapshot = await snap();
    await keep(snapshot, true);
    return { ending, snapshot };
  };

  const rollBack = async (reason: string): Promise<void> => {
    const rollbacks = progress.rollbacks + 1;
    if (rollbacks > ROLLBACKS) {
      await keep({ ...good, best }, true);
      throw new UserError(
        'training.diverged',
        `Training broke down again after ${ROLLBACKS} attempts with a lower rate (${reason}); ` +
          `the best voice so far is kept. Train anew with a rate well below ${config.rate}.`,
      );
    }
    const rateScale = progress.rateScale / 2;
    restore(good);
    progress = { ...good.progress, seconds: seconds(), rollbacks, rateScale };
    good = { ...good, progress };
    const rate = config.rate * rateScale;
    options.event({ kind: 'rollback', step: progress.step, reason, rate });
  };

  const evaluate = async (): Promise<void> => {
    options.event({ kind: 'stage', stage: 'evaluating' });
    const began = now();
    const heldBack = corpus.heldBack.ids;
    const reading = await readHeldBack(network, heldBack, {
      ...options,
      limit: progress.evaluateTokens,
    });
    // Stopped in between: the evaluation is still due when training goes on.
    if (reading === null) return;
    const { loss, temperature } = reading;
    if (!Number.isFinite(loss)) return rollBack('the held-back loss is not a number');
    const { step, epoch } = progress;
    const evaluation = {
      step,
      seconds: seconds(),
      trainingLoss: progress.losses.smoothed ?? loss,
      heldBackLoss: loss,
      bitsPerCharacter: bitsPerCharacter(
        loss * (heldBack.length - 1),
        spelling,
        corpus.heldBack.characters,
      ),
    };
    const learning = judge(progress.learning, loss, step);
    const isBest = learning.bestStep === step;
    if (isBest) best = { ...evaluation, temperature, weights: await network.weights() };
    evaluationSeconds = (now() - began) / 1000;
    progress = {
      ...progress,
      seconds: seconds(),
      evaluatedStep: step,
      learning,
      history: [...progress.history, evaluation],
    };
    options.event({ kind: 'evaluation', ...evaluation, epoch, best: isBest });
    good = await snap();
    await keep(good, false);
  };

  try {
    if (options.resume) {
      restore(options.resume);
      const { step, history } = options.resume.progress;
      const { samples } = options;
      options.event({ kind: 'resumed', step, evaluations: history, samples });
    }
    good = await snap();
    if (!options.resume) await keep(good, false);
    options.event({ kind: 'stage', stage: 'training' });
    for (;;) {
      if (signal.aborted) return await end('stopped');

      const stepSeconds = stepMilliseconds / 1000 / Math.max(1, steps);
      const over = budget.over(progress.step, seconds(), evaluationSeconds, stepSeconds);
      const due = progress.step - progress.evaluatedStep;
      if (due >= progress.evaluateEvery || (over && due > 0)) {
        await evaluate();
        continue;
      }
      if (over) return await end('finished');
      if (exhausted(progress.learning, config.patience)) return await end('no longer learning');

      const began = now();
      columns.fill(progress.window, batch);
      forgetSome(batch, config.seed, progress.step);
      const share = budget.share(progress.step, seconds(), evaluationSeconds);
      const rate = learningRate(config, progress.step, share) * progress.rateScale;
      const result = await trainStep(network, optimiser, batch, state, {
        rate,
        clip: config.clip,
        dropout: {
          in: config.dropoutIn,
          between: config.dropoutBetween,
          out: config.dropoutOut,
          weightDrop: config.weightDrop,
          seed: (Math.imul(config.seed, 0x85ebca6b) + progress.step) | 0,
        },
      });
      state = result.state;
      await options.yieldNow();
      stepMilliseconds += now() - began;
      steps++;

      const losses = remember(progress.losses, result.loss);
      const fault = faultOf(losses, result.loss, result.norm, network.config.vocabulary);
      if (fault !== null) {
        await rollBack(fault);
        continue;
      }

      const wrapped = progress.window + 1 === columns.windows;
      progress = {
        ...progress,
        step: progress.step + 1,
        epoch: progress.epoch + (wrapped ? 1 : 0),
        window: wrapped ? 0 : progress.window + 1,
        seconds: seconds(),
        losses,
      };
      const done = budget.share(progress.step, progress.seconds);
      const last = progress.history.at(-1);
      options.event({
        kind: 'progress',
        step: progress.step,
        epoch: progress.epoch,
        percent: 100 * done,
        seconds: progress.seconds,
        etaSeconds:
          ((progress.seconds - sitting.seconds) * (1 - done)) /
          Math.max(1e-9, done - sitting.share),
        charactersPerSecond: (1000 * steps * charactersPerStep) / Math.max(1e-3, stepMilliseconds),
        trainingLoss: losses.smoothed ?? result.loss,
        heldBackLoss: last?.heldBackLoss ?? null,
        bitsPerCharacter: last?.bitsPerCharacter ?? null,
        learningRate: rate,
      });
      if (now() - keptAt >= KEEP_EVERY) await keep(await snap(), false);
    }
  } finally {
    disposeState(state);
    optimiser.dispose();
  }
}
