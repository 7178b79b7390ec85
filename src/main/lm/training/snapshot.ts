import { tensor2d } from '@tensorflow/tfjs-core';
import type { NetworkConfig } from '../../../shared/config.ts';
import type { Evaluation } from '../../../shared/events.ts';
import { disposeState, type Network, type State } from '../nn/network.ts';
import type { AdamW } from '../nn/optimiser.ts';
import type { Weights } from '../nn/weights.ts';
import type { Learning } from './early-stopping.ts';
import type { LossHistory } from './faults.ts';

/** The numbers of a run beside its tensors. Plain JSON: no Infinity, no NaN. */
export interface Progress {
  readonly step: number;
  readonly epoch: number;
  /** Next window of the epoch. */
  readonly window: number;
  /** Seconds so far, over all sittings, evaluations and saving included. */
  readonly seconds: number;
  /** Factor of the learning rate: halved at each rollback. */
  readonly rateScale: number;
  readonly rollbacks: number;
  /** Steps from one evaluation to the next. */
  readonly evaluateEvery: number;
  /** Held-back tokens that an evaluation scores. */
  readonly evaluateTokens: number;
  /** Step of the last evaluation. */
  readonly evaluatedStep: number;
  readonly learning: Learning;
  readonly losses: LossHistory;
  readonly history: readonly Evaluation[];
}

/** The weights with the lowest held-back loss so far: what the voice is. */
export interface Best extends Evaluation {
  readonly weights: Weights;
  /** Fits the held-back text. */
  readonly temperature: number;
}

/**
 * Everything needed to go on exactly. Masks are drawn from the seed and the step, so the step is the
 * state of their randomness.
 */
export interface Snapshot {
  readonly progress: Progress;
  readonly weights: Weights;
  /** `m.NAME` and `v.NAME`. */
  readonly moments: ReadonlyMap<string, Float32Array>;
  readonly optimiserStep: number;
  /** h and c, layer by layer, [B,H] each. */
  readonly state: readonly Float32Array[];
  readonly best: Best | null;
}

/** What a snapshot is taken of. */
export interface Running {
  readonly network: Network;
  readonly optimiser: AdamW;
  readonly state: State;
}

/** Copies everything that the next step will change. */
export async function takeSnapshot(
  { network, optimiser, state }: Running,
  progress: Progress,
  best: Best | null,
): Promise<Snapshot> {
  const copies: Float32Array[] = [];
  for (const { h, c } of state.layers) {
    for (const part of [h, c]) copies.push((await part.data<'float32'>()).slice());
  }
  return {
    progress,
    // The best weights are often these very ones: held once.
    weights: best?.step === progress.step ? best.weights : await network.weights(),
    moments: await optimiser.state(),
    optimiserStep: optimiser.step,
    state: copies,
    best,
  };
}

/** Whether a snapshot is of a run of this network, in so many columns and windows. */
export function fits(
  { config }: Network,
  { weights, moments, state, progress }: Snapshot,
  columns: { readonly batch: number; readonly windows: number },
): boolean {
  const sizes = config.layers.flatMap((hidden) => Array<number>(2).fill(columns.batch * hidden));
  return (
    progress.window < columns.windows &&
    progress.evaluatedStep <= progress.step &&
    sizes.length === state.length &&
    sizes.every((size, i) => state[i]?.length === size) &&
    [...weights].every(([name, { length }]) =>
      ['m', 'v'].every((moment) => moments.get(`${moment}.${name}`)?.length === length),
    )
  );
}

/**
 * Puts network and optimiser back to a snapshot; `state` is disposed.
 *
 * @param batch B: columns of the state
 * @returns the recurrent state of the snapshot, which belongs to the caller
 * @throws RangeError when the snapshot is of another network or another number of columns
 */
export function restoreSnapshot(
  { network, optimiser, state }: Running,
  snapshot: Snapshot,
  batch: number,
): State {
  const layers = stateOf(network.config, batch, snapshot.state);
  network.load(snapshot.weights);
  optimiser.restore(snapshot.moments, snapshot.optimiserStep);
  disposeState(state);
  return { layers };
}

function stateOf(
  config: NetworkConfig,
  batch: number,
  copies: readonly Float32Array[],
): State['layers'] {
  const part = (i: number, hidden: number): Float32Array => {
    const copy = copies[i];
    if (copy?.length !== batch * hidden) {
      throw new RangeError(
        `Part ${i} of the saved state has ${copy?.length ?? 0} values, expected ${batch} x ${hidden}`,
      );
    }
    return copy.slice();
  };
  const parts = config.layers.map((hidden, layer) => ({
    hidden,
    h: part(2 * layer, hidden),
    c: part(2 * layer + 1, hidden),
  }));
  return parts.map(({ hidden, h, c }) => ({
    h: tensor2d(h, [batch, hidden], 'float32'),
    c: tensor2d(c, [batch, hidden], 'float32'),
  }));
}
