/**
 * The `tensorflow` backend against tfjs-node's own way to train an LSTM (`tf.layers.lstm`), and against our
 * native kernels, in turn in one process on TensorFlow for the processor: `npm run bench:tensorflow`.
 * Machines are shared and their speed drifts: steps alternate, and the ratio is the median of the pairs.
 */
import { createRequire } from 'node:module';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import type { Backend } from '../../src/main/backends/backend.ts';
import { loadNative } from '../../src/main/backends/native/index.ts';
import { loadTensorflow } from '../../src/main/backends/tensorflow/index.ts';
import { createNetwork, initialWeights, zeroState } from '../../src/main/lm/nn/network.ts';
import { AdamW } from '../../src/main/lm/nn/optimiser.ts';
import { trainStep } from '../../src/main/lm/nn/step.ts';
import { createRandom } from '../../src/main/lm/random.ts';
import type { Batch } from '../../src/main/lm/text/batches.ts';
import type { CellKind, NetworkConfig } from '../../src/shared/config.ts';
import { cachedTensorflow, provideTensorflow } from '../tensorflow/build.mjs';

/** Of @tensorflow/tfjs, what is used here. */
interface Layers {
  tensor(values: Float32Array, shape: number[]): Held;
  sequential(options: { layers: unknown[] }): Model;
  layers: Record<'embedding' | 'lstm' | 'gru' | 'dense', (options: object) => unknown>;
  train: { adam(rate: number): unknown };
}
interface Held {
  dispose(): void;
}
interface Model extends Held {
  compile(options: { optimizer: unknown; loss: string }): void;
  trainOnBatch(x: Held, y: Held): Promise<number>;
}

type Step = () => Promise<void>;

const [T, B, V] = [64, 32, 80];
const cases = [
  { cell: 'lstm', H: 128, E: 64, bar: 5 },
  { cell: 'lstm', H: 512, E: 256, bar: 1.3 },
  { cell: 'gru', H: 128, E: 64, bar: null },
  { cell: 'gru', H: 512, E: 256, bar: null },
] as const;

const median = (numbers: readonly number[]): number => {
  const sorted = numbers.toSorted((a, b) => a - b);
  return ((sorted[(sorted.length - 1) >> 1] ?? NaN) + (sorted[sorted.length >> 1] ?? NaN)) / 2;
};

function batchOf(seed: number): Batch {
  const random = createRandom(seed);
  const tokens = (): Int32Array =>
    Int32Array.from({ length: T * B }, () => 1 + Math.floor(random.next() * (V - 1)));
  return { T, B, ids: tokens(), targets: tokens(), starts: new Int32Array(T * B) };
}

/** A training step: forward, backward, the clip, AdamW. No masks, as the other side has none. */
async function ourStep(backend: Backend, cell: CellKind, H: number, E: number): Promise<Step> {
  await backend.activate();
  const config: NetworkConfig = {
    ...{ cell, vocabulary: V, embedding: E, layers: [H, H] },
    ...{ projection: 0, tied: false },
  };
  const network = createNetwork(config, initialWeights(config, createRandom(1)));
  const adam = { beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0.05 };
  const optimiser = new AdamW(network, adam);
  const batch = batchOf(2);
  let state = zeroState(config, B);
  const dropout = { in: 0, between: 0, out: 0, weightDrop: 0, seed: 0 };
  return async () => {
    await backend.activate();
    ({ state } = await trainStep(network, optimiser, batch, state, {
      rate: 1e-3,
      clip: 1,
      dropout,
    }));
  };
}

/** The same network of tf.layers, with sigmoid gates, and Adam; no clip. */
async function layersStep(
  tf: Layers,
  backend: Backend,
  cell: CellKind,
  H: number,
  E: number,
): Promise<Step> {
  await backend.activate();
  const recurrent = (): unknown =>
    tf.layers[cell]({
      ...{ units: H, returnSequences: true, recurrentActivation: 'sigmoid' },
      recurrentInitializer: 'glorotUniform',
    });
  const model = tf.sequential({
    layers: [
      tf.layers.embedding({ inputDim: V, outputDim: E, batchInputShape: [B, T] }),
      recurrent(),
      recurrent(),
      tf.layers.dense({ units: V, activation: 'softmax' }),
    ],
  });
  model.compile({ optimizer: tf.train.adam(1e-3), loss: 'sparseCategoricalCrossentropy' });
  const { ids, targets } = batchOf(2);
  const x = tf.tensor(Float32Array.from(ids), [B, T]);
  const y = tf.tensor(Float32Array.from(targets), [B, T, 1]);
  return async () => {
    await backend.activate();
    await model.trainOnBatch(x, y);
  };
}

async function timed(step: Step): Promise<number> {
  const from = performance.now();
  await step();
  return performance.now() - from;
}

const { values } = parseArgs({
  options: {
    pairs: { type: 'string', default: '7' },
    threads: { type: 'string', default: '2' },
    only: { type: 'string', default: '' },
  },
});

const missing = await provideTensorflow();
if (missing !== null) {
  console.log(`TensorFlow for the processor is missing: ${missing}`);
  process.exit(1);
}
const folder = cachedTensorflow() ?? '';
process.env['UNDERSTUDY_TENSORFLOW'] = folder;
const threads = Number(values.threads);
const tensorflow = loadTensorflow({ threads, gpu: 'preferred' });
if ('unavailable' in tensorflow) throw new Error(tensorflow.unavailable);
const native = loadNative({ threads });
await tensorflow.activate();
const tf = createRequire(path.join(folder, 'package.json'))('@tensorflow/tfjs') as Layers;

console.log(
  `${tensorflow.description}; T ${T}, B ${B}, V ${V}; medians of ${values.pairs} interleaved rounds, ms a step\n`,
);
console.log(
  `${'what'.padEnd(16)}${'tf.layers'.padStart(10)}${'tensorflow'.padStart(12)}${'ratio'.padStart(9)}` +
    `${'range'.padStart(14)}${'bar'.padStart(7)}${'native'.padStart(10)}`,
);
for (const { cell, H, E, bar } of cases) {
  const name = `${cell} 2x${H}, E${E}`;
  if (!name.includes(values.only)) continue;
  const steps = [
    await layersStep(tf, tensorflow, cell, H, E),
    await ourStep(tensorflow, cell, H, E),
    ...('unavailable' in native ? [] : [await ourStep(native, cell, H, E)]),
  ];
  for (const step of steps) await step();
  const times = steps.map((): number[] => []);
  for (let round = 0; round < Number(values.pairs); round++) {
    for (const [i, step] of steps.entries()) times[i]?.push(await timed(step));
  }
  const [layers = [], own = [], cpu = []] = times;
  const ratios = layers.map((ms, i) => ms / (own[i] ?? NaN));
  const ratio = median(ratios);
  const verdict = bar === null ? '' : ratio >= bar ? '  reached' : '  below';
  console.log(
    name.padEnd(16) +
      median(layers).toFixed(0).padStart(10) +
      median(own).toFixed(0).padStart(12) +
      `${ratio.toFixed(2)}x`.padStart(9) +
      `${Math.min(...ratios).toFixed(2)} - ${Math.max(...ratios).toFixed(2)}`.padStart(14) +
      (bar === null ? '' : `${bar}x`).padStart(7) +
      (cpu.length > 0 ? median(cpu).toFixed(0) : '').padStart(10) +
      verdict,
  );
}
