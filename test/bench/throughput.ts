/** How many tokens a second a backend learns, and how many it writes. `torch_step.py` is the same in PyTorch. */
import type { Backend } from '../../src/main/backends/backend.ts';
import { Context } from '../../src/main/lm/generation/context.ts';
import { temperature } from '../../src/main/lm/generation/processors/temperature.ts';
import { multinomial } from '../../src/main/lm/generation/sampler.ts';
import {
  createNetwork,
  disposeState,
  initialWeights,
  zeroState,
  type DropoutPlan,
} from '../../src/main/lm/nn/network.ts';
import { AdamW } from '../../src/main/lm/nn/optimiser.ts';
import { trainStep } from '../../src/main/lm/nn/step.ts';
import { createRandom } from '../../src/main/lm/random.ts';
import { createBatch, type Batch } from '../../src/main/lm/text/batches.ts';
import { presets, type NetworkConfig, type TrainingConfig } from '../../src/shared/config.ts';
import { median } from './numbers.ts';

/** Two layers of H, and B columns or streams. */
export interface Size {
  readonly H: number;
  readonly B: number;
}

const each = (streams: readonly number[]): Size[] =>
  [512, 1024].flatMap((H) => streams.map((B) => ({ H, B })));
export const sizes = { training: each([32, 64, 128, 256]), sampling: each([1, 64]) };

/** Tokens of a window, and of the vocabulary. */
export const [T, V] = [64, 80];
/** Runs that are not counted: code is compiled, memory is found. */
const WARM_UP = 3;
/** Tokens of each stream in a run of sampling. */
const SAMPLED = 30;

const configOf = (H: number): NetworkConfig => ({
  ...{ cell: 'lstm', vocabulary: V, embedding: H / 2, layers: [H, H] },
  ...{ projection: 0, tied: false },
});

/** The masks of a training's step. */
export const masksOf = (
  { dropoutIn, dropoutBetween, dropoutOut, weightDrop }: TrainingConfig,
  seed: number,
): DropoutPlan => ({
  ...{ in: dropoutIn, between: dropoutBetween, out: dropoutOut },
  ...{ weightDrop, seed },
});
const noMasks = { in: 0, between: 0, out: 0, weightDrop: 0, seed: 0 };

function randomBatch(B: number): Batch {
  const random = createRandom(2);
  const batch = createBatch(T, B);
  for (const tokens of [batch.ids, batch.targets]) {
    for (let i = 0; i < tokens.length; i++) tokens[i] = 1 + Math.floor(random.next() * (V - 1));
  }
  return batch;
}

/**
 * Tokens a second at each of the sizes: forward, backward, clip, AdamW; the median of the steps.
 *
 * @param options `masks`: with the medium preset's dropout
 */
export async function trainingSpeeds(
  backend: Backend,
  options: { runs: number; masks: boolean },
  at: readonly Size[] = sizes.training,
): Promise<number[]> {
  const found: number[] = [];
  for (const { H, B } of at) {
    const config = configOf(H);
    const network = createNetwork(config, initialWeights(config, createRandom(1)));
    const optimiser = new AdamW(network, presets.small.training);
    const batch = randomBatch(B);
    let state = zeroState(config, B);
    const times: number[] = [];
    for (let k = -WARM_UP; k < options.runs; k++) {
      const begun = performance.now();
      const dropout = options.masks ? masksOf(presets.medium.training, k + WARM_UP) : noMasks;
      const step = { rate: 1e-3, clip: 1, dropout };
      ({ state } = await trainStep(network, optimiser, batch, state, step));
      if (k >= 0) times.push(performance.now() - begun);
    }
    disposeState(state);
    optimiser.dispose();
    network.dispose();
    await backend.activate();
    found.push((1000 * T * B) / median(times));
  }
  return found;
}

/** Tokens a second of all streams together at each of the sizes: a step, and a draw for each stream. */
export function samplingSpeeds(
  backend: Backend,
  runs: number,
  at: readonly Size[] = sizes.sampling,
): number[] {
  return at.map(({ H, B: streams }) => {
    const config = configOf(H);
    const random = createRandom(1);
    const weights = initialWeights(config, random);
    const stepper = backend.createStepper(config, weights, { streams, precision: 'float32' });
    const cool = temperature(0.7);
    const context = new Context();
    const draw = multinomial();
    const ids = new Int32Array(streams);
    const times: number[] = [];
    for (let k = -WARM_UP; k < runs; k++) {
      const begun = performance.now();
      for (let t = 0; t < SAMPLED; t++) {
        const logits = stepper.step(ids);
        for (let s = 0; s < streams; s++) {
          ids[s] = draw(cool(logits.subarray(s * V, (s + 1) * V), context), random);
        }
      }
      if (k >= 0) times.push(performance.now() - begun);
    }
    stepper.dispose();
    return (1000 * SAMPLED * streams) / median(times);
  });
}
