import { variableGrads } from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { chooseBackend } from '../../src/main/backends/choose.ts';
import { loadNative } from '../../src/main/backends/native/index.ts';
import type { TrainingPrecision } from '../../src/main/backends/backend.ts';
import { createNetwork, disposeState, forward, zeroState } from '../../src/main/lm/nn/network.ts';
import type { NetworkConfig } from '../../src/shared/config.ts';
import { randomBatch, randomWeights } from '../helpers/random-network.ts';

afterEach(() => void vi.unstubAllEnvs());

const native = loadNative({ precision: 'bfloat16' });
const missing = 'unavailable' in native ? native.unavailable : null;
if (missing !== null) console.log(`bfloat16 is not tested here: ${missing}`);

const plan = { in: 0.2, between: 0, out: 0.2, weightDrop: 0.1, seed: 3 };

/** Loss and gradients of one window, by name. */
async function gradientsWith(
  precision: TrainingPrecision,
  config: NetworkConfig,
): Promise<Map<string, Float32Array>> {
  const backend = await chooseBackend({ threads: 2, precision });
  await backend.activate();
  const network = createNetwork(config, randomWeights(config, 5));
  const batch = randomBatch(config.vocabulary, 9, 5, 6);
  const state = zeroState(config, batch.B);
  const { value, grads } = variableGrads(() => {
    const output = forward(network, batch, state, plan);
    disposeState(output.state);
    return output.loss;
  }, [...network.parameters.values()]);
  const found = new Map([['loss', value.dataSync<'float32'>().slice()]]);
  for (const [name, parameter] of network.parameters)
    found.set(name, grads[parameter.name]!.dataSync<'float32'>().slice());
  network.dispose();
  return found;
}

const norm = (values: Float32Array): number =>
  Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));

describe.skipIf(missing !== null)('products of bfloat16', () => {
  test.each(['lstm', 'gru'] as const)(
    'give the gradients of float32 to 2 in 100: %s',
    async (cell) => {
      // An odd layer among them: it multiplies float32.
      const config = {
        ...{ cell, vocabulary: 61, embedding: 18, layers: [64, 33] },
        ...{ projection: 0, tied: false },
      };
      const exact = await gradientsWith('float32', config);
      const coarse = await gradientsWith('bfloat16', config);
      for (const [name, values] of exact) {
        const difference = values.map((value, i) => value - (coarse.get(name)?.[i] ?? NaN));
        expect(norm(difference) / norm(values), name).toBeLessThan(0.02);
      }
      // They are other products: were they not, nothing would have been tested.
      expect(coarse.get('rnn.weight_hh_l0')).not.toEqual(exact.get('rnn.weight_hh_l0'));
    },
  );

  test('are what auto takes, and are said', async () => {
    const { description } = await chooseBackend({ precision: 'auto' });
    expect(description).toContain('with bfloat16');
    expect((await chooseBackend()).description).not.toContain('bfloat16');
  });
});

test('bfloat16 that is asked for where there is none is refused with a way out', async () => {
  vi.stubEnv('UNDERSTUDY_ISA', 'generic');
  await expect(chooseBackend({ precision: 'bfloat16' })).rejects.toMatchObject({
    code: 'backend.unavailable',
    message: expect.stringContaining('leave --precision out') as string,
  });
  expect((await chooseBackend({ precision: 'auto' })).description).not.toContain('bfloat16');
});
