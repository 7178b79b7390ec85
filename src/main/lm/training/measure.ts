import type { TrainingConfig } from '../../../shared/config.ts';
import { disposeState, zeroState, type Network } from '../nn/network.ts';
import { AdamW } from '../nn/optimiser.ts';
import { evaluateStepAt, trainStep } from '../nn/step.ts';
import { Columns } from '../text/batches.ts';
import type { Corpus } from '../text/corpus.ts';
import { COLUMNS, TEMPERATURES, WINDOW } from './evaluation.ts';
import { planEvaluations, type EvaluationPlan } from './schedule.ts';

/** What this computer makes of a plan. */
export interface Measured {
  readonly stepSeconds: number;
  readonly charactersPerSecond: number;
  readonly evaluation: EvaluationPlan;
  /** Seconds until the end, evaluations included; less when it stops learning before. */
  readonly seconds: number;
}

/** At least so many steps and milliseconds are spent, unless steps are slow. */
const STEPS = 4;
const SPENT = 300;
const MOST = 1500;
/** Of readings the fastest counts: nothing else makes one fast. */
const READS = 3;

/**
 * Times a few real steps, and evaluation windows, on the real text. The network's weights are as
 * before afterwards.
 *
 * @param now milliseconds that only grow
 */
export async function measure(
  network: Network,
  corpus: Corpus,
  config: TrainingConfig,
  now: () => number,
): Promise<Measured> {
  const before = await network.weights();
  const columns = new Columns(corpus.train.ids, config.batch, config.window);
  const batch = columns.createBatch();
  const optimiser = new AdamW(network, config);
  let state = zeroState(network.config, columns.batch);
  const times: number[] = [];
  const timed = async <R>(work: () => Promise<R>): Promise<{ result: R; milliseconds: number }> => {
    const began = now();
    const result = await work();
    return { result, milliseconds: now() - began };
  };
  // As evaluations read.
  const heldBack = new Columns(corpus.heldBack.ids, COLUMNS, WINDOW);
  const read = heldBack.createBatch();
  heldBack.fill(0, read);
  let quiet = zeroState(network.config, heldBack.batch);
  const readTime = async (temperatures: readonly number[]): Promise<number> => {
    let least = Infinity;
    for (let i = 0; i < READS; i++) {
      const { result, milliseconds } = await timed(() =>
        evaluateStepAt(network, read, quiet, temperatures),
      );
      quiet = result.state;
      least = Math.min(least, milliseconds);
    }
    return least / 1000 / (heldBack.batch * heldBack.window);
  };
  let token: number;
  let fit: number;
  try {
    for (let i = 0, spent = 0; (i < STEPS || spent < SPENT) && spent < MOST; i++) {
      columns.fill(i % columns.windows, batch);
      const { result, milliseconds } = await timed(() =>
        trainStep(network, optimiser, batch, state, {
          rate: 0,
          clip: config.clip,
          dropout: {
            in: config.dropoutIn,
            between: config.dropoutBetween,
            out: config.dropoutOut,
            weightDrop: config.weightDrop,
            seed: i,
          },
        }),
      );
      state = result.state;
      times.push(milliseconds);
      spent += milliseconds;
    }
    token = await readTime([1]);
    fit = Math.max(0, (await readTime(TEMPERATURES)) - token);
  } finally {
    disposeState(state);
    disposeState(quiet);
    optimiser.dispose();
    network.load(before);
  }
  // The first steps compile and allocate: the later half counts, by its median.
  const later = times.slice(times.length >> 1).sort((a, b) => a - b);
  const stepSeconds = Math.max(1e-6, (later[later.length >> 1] ?? 0) / 1000);
  const positions = columns.batch * columns.window;
  const evaluation = planEvaluations(
    config,
    { stepsPerEpoch: columns.windows, heldBack: corpus.heldBack.ids.length },
    { step: stepSeconds, token, fit },
  );
  const total = columns.windows * config.epochs;
  return {
    stepSeconds,
    evaluation,
    charactersPerSecond:
      (positions * corpus.train.characters) / corpus.train.ids.length / stepSeconds,
    seconds:
      config.minutes === null
        ? total * stepSeconds + (total / evaluation.every) * evaluation.seconds
        : config.minutes * 60,
  };
}
