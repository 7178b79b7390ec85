import { engine, scalar, tensor, variableGrads, type Tensor } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { createReference } from '../../src/main/backends/reference/index.ts';
import {
  createNetwork,
  disposeState,
  forward,
  zeroState,
  type Network,
} from '../../src/main/lm/nn/network.ts';
import { dropout, embedding, linear, softmaxLoss } from '../../src/main/lm/nn/ops.ts';
import { AdamW } from '../../src/main/lm/nn/optimiser.ts';
import { evaluateStep, trainStep } from '../../src/main/lm/nn/step.ts';
import { createRandom } from '../../src/main/lm/random.ts';
import type { Batch } from '../../src/main/lm/text/batches.ts';
import type { NetworkConfig } from '../../src/shared/config.ts';
import { onEachBackend } from '../helpers/backends.ts';
import { randomBatch, randomWeights, uniform } from '../helpers/random-network.ts';

const shape = (
  cell: NetworkConfig['cell'],
  vocabulary: number,
  embedding: number,
  layers: number[],
  projection = 0,
  tied = false,
): NetworkConfig => ({ cell, vocabulary, embedding, layers, projection, tied });

/** Past one panel of every kernel, past the 512 tokens the stepper keeps a table for, odd throughout. */
const networks: Readonly<Record<string, NetworkConfig>> = {
  'lstm with many tokens': shape('lstm', 531, 19, [37, 70]),
  'gru with many tokens': shape('gru', 531, 19, [37, 70]),
  'lstm tied with projection': shape('lstm', 67, 21, [65], 21, true),
  'gru of four layers': shape('gru', 40, 33, [5, 40, 3, 11]),
};

const plan = { in: 0.3, between: 0.2, out: 0.25, weightDrop: 0.4, seed: 1234567891 };
const adam = { beta1: 0.9, beta2: 0.99, epsilon: 1e-6, weightDecay: 0.05 };

function worst(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Infinity;
  return Array.from(expected).reduce((most, value, i) => {
    const error = Math.abs((actual[i] ?? NaN) - value) / Math.max(1, Math.abs(value));
    return error <= most ? most : error;
  }, 0);
}

/** Loss and all gradients of one window with every kind of dropout. */
async function gradientsOf(network: Network, batch: Batch): Promise<Map<string, Float32Array>> {
  const found = new Map<string, Float32Array>();
  const state = zeroState(network.config, batch.B);
  const { value, grads } = variableGrads(() => {
    const output = forward(network, batch, state, plan);
    disposeState(output.state);
    return output.loss;
  }, [...network.parameters.values()]);
  found.set('loss', (await value.data<'float32'>()).slice());
  for (const [name, parameter] of network.parameters) {
    const gradient = await grads[parameter.name]?.data<'float32'>();
    found.set(name, gradient?.slice() ?? new Float32Array());
  }
  for (const gradient of [value, ...Object.values(grads)]) gradient.dispose();
  disposeState(state);
  return found;
}

onEachBackend((use) => {
  for (const [title, config] of Object.entries(networks)) {
    const weights = randomWeights(config, 11);

    test(`${title}: loss and gradients under dropout are the reference's`, async () => {
      const batch = randomBatch(config.vocabulary, 7, 13, 2);
      await createReference(null).activate();
      let network = createNetwork(config, weights);
      const expected = await gradientsOf(network, batch);
      network.dispose();
      await use();
      network = createNetwork(config, weights);
      const actual = await gradientsOf(network, batch);
      network.dispose();
      for (const [name, values] of expected) {
        expect(worst(actual.get(name) ?? [], values), name).toBeLessThan(2e-5);
      }
    });

    test(`${title}: the stepper reads 300 tokens as the window does, at once or one by one`, async () => {
      const backend = await use();
      const { T, ids, targets } = randomBatch(config.vocabulary, 300, 1, 3);
      const network = createNetwork(config, weights);
      const batch = randomBatch(config.vocabulary, 300, 1, 3);
      const { nats, state } = await evaluateStep(network, batch, zeroState(config, 1), 1.2);
      disposeState(state);
      network.dispose();
      const make = (streams: number) =>
        backend.createStepper(config, weights, { streams, precision: 'float32' });
      const [at, one] = [make(2), make(1)];
      expect(at.score(1, ids, targets, 1.2) / T).toBeCloseTo(nats, 4);
      let logits = new Float32Array();
      for (const id of ids) logits = one.step(Int32Array.of(id)).slice();
      expect(worst(at.read(0, ids), logits)).toBeLessThan(5e-5);
      expect(worst(at.save(0), one.save(0))).toBeLessThan(5e-5);
      expect(worst(at.save(1), one.save(0))).toBeLessThan(5e-5);
      at.dispose();
      one.dispose();
    });

    test(`${title}: int8 weights stay near float32 and near the reference's int8`, async () => {
      const backend = await use();
      const { ids } = randomBatch(config.vocabulary, 60, 1, 4);
      const read = (from: typeof backend, precision: 'float32' | 'int8'): Float32Array => {
        const stepper = from.createStepper(config, weights, { streams: 1, precision });
        const logits = stepper.read(0, ids).slice();
        stepper.dispose();
        return logits;
      };
      const exact = read(backend, 'float32');
      const rounded = read(backend, 'int8');
      expect(worst(rounded, exact)).toBeGreaterThan(0);
      expect(worst(rounded, exact)).toBeLessThan(0.1);
      expect(worst(rounded, read(createReference(null), 'int8'))).toBeLessThan(0.05);
    });
  }

  test('every backend drops the same elements', async () => {
    // A period that fits no dimension, one of some dimensions, and recurrent weights, whose mask is large.
    const cases = [
      { shape: [10_007], period: 513 },
      { shape: [11, 23, 40], period: 920 },
      { shape: [640, 160], period: 102_400 },
    ];
    const masked = async (): Promise<Float32Array[]> => {
      const found: Float32Array[] = [];
      for (const [{ shape, period }, seed] of cases.flatMap((each) =>
        [0, 1, 0xffffffff].map((seed) => [each, seed] as const),
      )) {
        const size = shape.reduce((n, d) => n * d, 1);
        const x = tensor(uniform(createRandom(8), size), shape);
        const y = dropout(x, 0.37, seed, period);
        // A product with a mask may be -0 where something is dropped; adding 0 makes that 0.
        found.push((await y.data<'float32'>()).map((value) => value + 0));
        x.dispose();
        y.dispose();
      }
      return found;
    };
    await createReference(null).activate();
    const expected = await masked();
    await use();
    expect(await masked()).toEqual(expected);
    for (const mask of expected) {
      const kept = mask.filter((value) => value !== 0).length / mask.length;
      expect(Math.abs(kept - 0.63)).toBeLessThan(0.06);
    }
  });

  /** An update by gradients of these values, the same in each weight, which must change nothing. */
  async function updateInVain(
    loss: number,
    gradientOf: (weight: number) => number,
  ): Promise<{ loss: number; norm: number }> {
    await use();
    const config = networks['gru of four layers'] as NetworkConfig;
    const network = createNetwork(config, randomWeights(config, 1));
    const optimiser = new AdamW(network, adam);
    const gradients: Record<string, Tensor> = {};
    for (const [i, { name, size, shape }] of [...network.parameters.values()].entries()) {
      gradients[name] = tensor(new Float32Array(size).fill(gradientOf(i)), shape);
    }
    const [before, moments] = [await network.weights(), await optimiser.state()];
    const told = await optimiser.update(scalar(loss), gradients, { rate: 0.1, clip: 1 });
    expect(await network.weights()).toEqual(before);
    expect(await optimiser.state()).toEqual(moments);
    expect(optimiser.step).toBe(0);
    return told;
  }

  test('a gradient that is not finite changes nothing', async () => {
    const { norm } = await updateInVain(1, (weight) => (weight === 0 ? Infinity : 0));
    expect(norm).not.toSatisfy(Number.isFinite);
  });

  test('a loss that is not finite changes nothing', async () => {
    const { loss } = await updateInVain(NaN, () => 1);
    expect(loss).toBeNaN();
  });

  test('an optimiser that is saved and restored goes on with the same numbers', async () => {
    await use();
    const config = networks['lstm tied with projection'] as NetworkConfig;
    const batch = randomBatch(config.vocabulary, 5, 3, 6);
    const train = async (network: Network, optimiser: AdamW, steps: number): Promise<void> => {
      for (let k = 0; k < steps; k++) {
        const options = { rate: 0.01, clip: 0.5, dropout: plan };
        const state = zeroState(config, 3);
        disposeState((await trainStep(network, optimiser, batch, state, options)).state);
      }
    };
    const network = createNetwork(config, randomWeights(config, 1));
    const optimiser = new AdamW(network, adam);
    await train(network, optimiser, 3);
    const resumed = createNetwork(config, await network.weights());
    const continued = new AdamW(resumed, adam);
    continued.restore(await optimiser.state(), optimiser.step);
    await train(network, optimiser, 2);
    await train(resumed, continued, 2);
    expect(await resumed.weights()).toEqual(await network.weights());
  });

  test("weights and moments after five clipped steps are the reference's", async () => {
    const config = networks['lstm tied with projection'] as NetworkConfig;
    const batch = randomBatch(config.vocabulary, 5, 3, 6);
    const trained = async (): Promise<[string, Float32Array][]> => {
      const network = createNetwork(config, randomWeights(config, 1));
      // A large epsilon, so that rounding in a gradient near zero stays as small as it is.
      const optimiser = new AdamW(network, { ...adam, epsilon: 1e-3 });
      for (let k = 0; k < 5; k++) {
        const options = { rate: 0.01, clip: 0.5, dropout: { ...plan, seed: k } };
        const state = zeroState(config, 3);
        disposeState((await trainStep(network, optimiser, batch, state, options)).state);
      }
      const found = [...(await network.weights()), ...(await optimiser.state())];
      optimiser.dispose();
      network.dispose();
      return found;
    };
    await createReference(null).activate();
    const expected = await trained();
    await use();
    const actual = new Map(await trained());
    for (const [name, values] of expected) {
      expect(worst(actual.get(name) ?? [], values), name).toBeLessThan(2e-5);
    }
  });

  test('wrong shapes and tokens outside the vocabulary are refused by name', async () => {
    const backend = await use();
    const f = (...dims: number[]): Tensor =>
      tensor(new Float32Array(dims.reduce((n, d) => n * d, 1)), dims);
    const i = (...ids: number[]): Tensor => tensor(Int32Array.from(ids), [1, ids.length], 'int32');
    expect(() => embedding(f(3, 2), i(0, 3))).toThrow(RangeError);
    expect(() => embedding(f(3, 2), i(-1))).toThrow(RangeError);
    expect(() => linear(f(2, 3), f(4, 2), f(4))).toThrow(/w has shape \[4,2\]/);
    const loss = { gradients: true };
    expect(() => softmaxLoss(f(1, 2), f(4, 3), f(4), i(1), loss)).toThrow(/w has shape \[4,3\]/);
    expect(() => softmaxLoss(f(1, 3), f(4, 3), f(4), i(4), loss)).toThrow(RangeError);
    expect(() => engine().runKernel('Linear', { x: f(2, 3) })).toThrow(/is missing/);

    const config = networks['lstm tied with projection'] as NetworkConfig;
    const weights = randomWeights(config, 1);
    const options = { streams: 2, precision: 'float32' } as const;
    const stepper = backend.createStepper(config, weights, options);
    expect(() => stepper.step(Int32Array.of(1, 67))).toThrow(RangeError);
    expect(() => stepper.step(Int32Array.of(1))).toThrow(RangeError);
    expect(() => stepper.read(2, Int32Array.of(1))).toThrow(RangeError);
    expect(() => stepper.read(0, new Int32Array())).toThrow(RangeError);
    expect(() => stepper.score(0, Int32Array.of(1), Int32Array.of(67))).toThrow(RangeError);
    expect(() => stepper.restore(0, new Float32Array(3))).toThrow(RangeError);
    stepper.dispose();
    expect(() => stepper.step(Int32Array.of(1, 1))).toThrow(TypeError);
    weights.set('out.bias', new Float32Array(3));
    expect(() => backend.createStepper(config, weights, options)).toThrow(/out\.bias/);
  });
});
