import { performance } from 'node:perf_hooks';
import type { NetworkConfig } from '../../shared/config.ts';
import type { Backend } from '../backends/backend.ts';
import { createNetwork, disposeState, initialWeights, zeroState } from '../lm/nn/network.ts';
import { AdamW } from '../lm/nn/optimiser.ts';
import { trainStep } from '../lm/nn/step.ts';
import { createRandom } from '../lm/random.ts';
import { createBatch } from '../lm/text/index.ts';
import type { BenchOptions } from './bench.ts';

export interface Speed {
  /** Milliseconds of one step: of training, or of one token. */
  readonly ms: number;
  readonly tokens_per_s: number;
}

/** What is measured as a network. */
export const networkOf = ({ V, E, H, L }: BenchOptions): NetworkConfig => ({
  cell: 'lstm',
  vocabulary: V,
  embedding: E,
  layers: Array.from({ length: L }, () => H),
  projection: 0,
  tied: false,
});

const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? NaN)
    : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
};

const WARM_UP_STEPS = 3;
const WARM_UP_TOKENS = 50;

/** Forward, backward, clip and AdamW on random units: the median of `runs` steps. */
export async function measureTraining(backend: Backend, options: BenchOptions): Promise<Speed> {
  await backend.activate();
  const config = networkOf(options);
  const random = createRandom(options.seed);
  const network = createNetwork(config, initialWeights(config, random));
  const optimiser = new AdamW(network, {
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    weightDecay: 0.01,
  });
  const batch = createBatch(options.T, options.B);
  const unit = (): number => Math.floor(random.next() * config.vocabulary);
  batch.ids.forEach((_, i) => (batch.ids[i] = unit()));
  batch.targets.forEach((_, i) => (batch.targets[i] = unit()));
  let state = zeroState(config, options.B);
  const step = async (): Promise<void> => {
    const none = { in: 0, between: 0, out: 0, weightDrop: 0, seed: 0 };
    const options = { rate: 1e-3, clip: 1, dropout: none };
    ({ state } = await trainStep(network, optimiser, batch, state, options));
  };
  for (let i = 0; i < WARM_UP_STEPS; i++) await step();
  const times: number[] = [];
  for (let i = 0; i < options.runs; i++) {
    const start = performance.now();
    await step();
    times.push(performance.now() - start);
  }
  disposeState(state);
  optimiser.dispose();
  network.dispose();
  const ms = median(times);
  return { ms, tokens_per_s: (1000 * options.T * options.B) / ms };
}

/** Draws from softmax(logits / temperature); `chances` is scratch of the same length. */
function draw(
  logits: Float32Array,
  chances: Float64Array,
  temperature: number,
  uniform: number,
): number {
  let highest = -Infinity;
  for (let i = 0; i < logits.length; i++) highest = Math.max(highest, logits[i]!);
  let total = 0;
  for (let i = 0; i < logits.length; i++) {
    chances[i] = Math.exp((logits[i]! - highest) / temperature);
    total += chances[i]!;
  }
  let rest = uniform * total;
  for (let i = 0; i < chances.length; i++) {
    rest -= chances[i]!;
    if (rest < 0) return i;
  }
  return logits.length - 1;
}

/** One stream at temperature 0.7, one token after the other: the mean of 30 x `runs` tokens. */
export function measureSampling(backend: Backend, options: BenchOptions): Speed {
  const config = networkOf(options);
  const random = createRandom(options.seed);
  const stepper = backend.createStepper(config, initialWeights(config, random), {
    streams: 1,
    precision: options.precision === 'int8' ? 'int8' : 'float32',
  });
  const ids = new Int32Array(1);
  const chances = new Float64Array(config.vocabulary);
  const step = (): void => {
    ids[0] = draw(stepper.step(ids), chances, 0.7, random.next());
  };
  for (let i = 0; i < WARM_UP_TOKENS; i++) step();
  const tokens = options.runs * 30;
  const start = performance.now();
  for (let i = 0; i < tokens; i++) step();
  const ms = (performance.now() - start) / tokens;
  stepper.dispose();
  return { ms, tokens_per_s: 1000 / ms };
}
