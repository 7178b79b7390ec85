import { memory } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import type { Backend } from '../../src/main/backends/backend.ts';
import { loadAddon } from '../../src/main/backends/native/addon.ts';
import { loadNative } from '../../src/main/backends/native/index.ts';
import { createReference } from '../../src/main/backends/reference/index.ts';
import { createNetwork, disposeState, zeroState } from '../../src/main/lm/nn/network.ts';
import { AdamW } from '../../src/main/lm/nn/optimiser.ts';
import { evaluateStep, trainStep } from '../../src/main/lm/nn/step.ts';
import type { NetworkConfig } from '../../src/shared/config.ts';
import { bindingOf, gpuOf, tensorflowHere, webgpuForTests } from '../helpers/backends.ts';
import { randomBatch, randomWeights } from '../helpers/random-network.ts';

const config: NetworkConfig = {
  cell: 'lstm',
  vocabulary: 9,
  embedding: 3,
  layers: [5, 4],
  projection: 3,
  tied: true,
};

/** Steps for every backend in place of its own number: UNDERSTUDY_LEAK_STEPS=10000 for a long run. */
const asked = Number(process.env['UNDERSTUDY_LEAK_STEPS'] ?? 0);
/** Milliseconds: a step on a GPU that the processor plays may take a tenth of a second. */
const timeout = 60_000 + 100 * asked;

/** Trains and evaluates `steps` times; `check` sees the tensors' memory while nothing runs. */
async function work(steps: number, check: (when: 'before' | 'after') => void): Promise<void> {
  const network = createNetwork(config, randomWeights(config, 1));
  const optimiser = new AdamW(network, {
    beta1: 0.9,
    beta2: 0.99,
    epsilon: 1e-8,
    weightDecay: 0.05,
  });
  const batch = randomBatch(config.vocabulary, 3, 2, 7);
  let state = zeroState(config, 2);
  for (let k = 0; k <= steps; k++) {
    // The first steps take what all later ones use again.
    if (k === 5) check('before');
    const dropout = { in: 0.3, between: 0.2, out: 0.25, weightDrop: 0.4, seed: k };
    ({ state } = await trainStep(network, optimiser, batch, state, {
      rate: 1e-3,
      clip: 1,
      dropout,
    }));
    ({ state } = await evaluateStep(network, batch, state));
  }
  check('after');
  disposeState(state);
  optimiser.dispose();
  network.dispose();
}

async function expectNothingLeft(
  backend: Backend,
  native: () => number,
  usual = 1000,
): Promise<void> {
  await backend.activate();
  const steps = asked || usual;
  const empty = memory().numTensors;
  const seen: object[] = [];
  await work(steps, () => {
    const { numTensors, numDataBuffers, numBytes } = memory();
    seen.push({ numTensors, numDataBuffers, numBytes, scratch: native() });
  });
  if (asked > 0) console.log(`${steps} steps, ${backend.description}`, ...seen);
  expect(seen).toHaveLength(2);
  expect(seen[1]).toEqual(seen[0]);
  expect(memory().numTensors).toBe(empty);
}

test(
  'steps leave no tensor behind on the reference',
  async () => {
    await expectNothingLeft(createReference(null), () => 0);
  },
  timeout,
);

test(
  'steps leave no tensor and no native memory behind on the native kernels',
  async () => {
    const native = loadNative({ threads: 1 });
    const addon = loadAddon();
    if ('unavailable' in native || 'unavailable' in addon) {
      console.log('native kernels are not tested here: they do not load');
      return;
    }
    await expectNothingLeft(native, () => addon.scratchBytes());
  },
  timeout,
);

test(
  'steps leave no tensor and no handle behind on TensorFlow',
  async () => {
    const tensorflow = tensorflowHere();
    if ('unavailable' in tensorflow) {
      console.log(`tensorflow is not tested here: ${tensorflow.unavailable}`);
      return;
    }
    // Fewer, as each is hundreds of small ops.
    await expectNothingLeft(tensorflow, () => bindingOf().getNumOfTensors(), 200);
  },
  timeout,
);

test(
  'steps leave no tensor and no memory of the device behind on WebGPU',
  async () => {
    const webgpu = await webgpuForTests();
    if ('unavailable' in webgpu) {
      console.log(`webgpu is not tested here: ${webgpu.unavailable}`);
      return;
    }
    await expectNothingLeft(webgpu, () => gpuOf().pool.allocated, 60);
  },
  timeout,
);
