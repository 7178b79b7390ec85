import { memory } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { createReference } from '../../../src/main/backends/reference/index.ts';
import {
  createNetwork,
  disposeState,
  initialWeights,
  zeroState,
} from '../../../src/main/lm/nn/network.ts';
import { AdamW } from '../../../src/main/lm/nn/optimiser.ts';
import { evaluateStep, trainStep } from '../../../src/main/lm/nn/step.ts';
import { elements, parameterCount, weightSpecs } from '../../../src/main/lm/nn/weights.ts';
import { createRandom } from '../../../src/main/lm/random.ts';
import type { NetworkConfig } from '../../../src/shared/config.ts';
import { randomBatch, randomWeights } from '../../helpers/random-network.ts';

const lstm: NetworkConfig = {
  cell: 'lstm',
  vocabulary: 13,
  embedding: 6,
  layers: [8, 5],
  projection: 6,
  tied: true,
};
const untied: NetworkConfig = { ...lstm, cell: 'gru', projection: 0, tied: false };
const noDropout = { in: 0, between: 0, out: 0, weightDrop: 0, seed: 0 };
const adam = { beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0 };

beforeAll(() => createReference(null).activate());

test('weights have the names and shapes of torch.nn, and tied ones are kept once', () => {
  const shapes = Object.fromEntries(weightSpecs(lstm).map(({ name, shape }) => [name, shape]));
  expect(shapes).toMatchObject({
    'rnn.weight_ih_l0': [32, 6],
    'rnn.weight_hh_l0': [32, 8],
    'rnn.weight_ih_l1': [20, 8],
    'rnn.bias_hh_l1': [20],
    'project.weight': [6, 5],
  });
  expect(shapes).not.toHaveProperty('out.weight');
  expect(weightSpecs(untied).find(({ name }) => name === 'out.weight')?.shape).toEqual([13, 5]);
  expect(parameterCount(lstm)).toBe(
    13 * 6 + 32 * (6 + 8 + 2) + 20 * (8 + 5 + 2) + 6 * (5 + 1) + 13,
  );
});

test('initial weights stay in their bounds, with an open forget gate, and follow the seed', () => {
  const weights = initialWeights(lstm, createRandom(1));
  for (const { name, shape } of weightSpecs(lstm)) {
    expect(weights.get(name)?.length, name).toBe(elements(shape));
  }
  const largest = (name: string): number => Math.max(...(weights.get(name) ?? []).map(Math.abs));
  expect(largest('rnn.weight_hh_l0')).toBeLessThanOrEqual(1 / Math.sqrt(8));
  expect(largest('rnn.weight_hh_l1')).toBeLessThanOrEqual(1 / Math.sqrt(5));
  expect(largest('rnn.bias_hh_l0')).toBe(0);
  const bias = [...(weights.get('rnn.bias_ih_l0') ?? [])];
  expect(bias).toEqual(bias.map((_, i) => (i >= 8 && i < 16 ? 1 : 0)));
  expect(initialWeights(lstm, createRandom(1))).toEqual(weights);
  expect(initialWeights(lstm, createRandom(2))).not.toEqual(weights);
});

test('what comes into the gates of the first layer begins with about unit variance', () => {
  const config = { ...untied, vocabulary: 40, embedding: 64, layers: [32] };
  const weights = initialWeights(config, createRandom(1));
  const [embed, input] = [weights.get('embed.weight')!, weights.get('rnn.weight_ih_l0')!];
  let sum = 0;
  for (let id = 0; id < 40; id++) {
    for (let row = 0; row < 96; row++) {
      let gate = 0;
      for (let i = 0; i < 64; i++) gate += input[row * 64 + i]! * embed[id * 64 + i]!;
      sum += gate * gate;
    }
  }
  expect(sum / (40 * 96)).toBeGreaterThan(0.8);
  expect(sum / (40 * 96)).toBeLessThan(2);
});

test('weights come back as they went in, and later changes do not reach the copies', async () => {
  const weights = randomWeights(lstm, 3);
  const kept = structuredClone(weights);
  const network = createNetwork(lstm, weights);
  const copy = await network.weights();
  expect(copy).toEqual(kept);
  copy.get('out.bias')?.fill(9);
  weights.get('out.bias')?.fill(7);
  expect(await network.weights()).toEqual(kept);
  network.load(randomWeights(lstm, 4));
  expect(await network.weights()).toEqual(randomWeights(lstm, 4));
  network.dispose();
});

test('weights of another shape are refused by name', () => {
  const weights = randomWeights(lstm, 3);
  weights.set('rnn.bias_hh_l1', new Float32Array(3));
  expect(() => createNetwork(lstm, weights)).toThrow(/rnn\.bias_hh_l1 has 3 values, expected 20/);
});

test('two windows one after the other are one long window', async () => {
  for (const config of [lstm, untied]) {
    const network = createNetwork(config, randomWeights(config, 5));
    const B = 3;
    const long = randomBatch(config.vocabulary, 8, B, 6);
    const part = (from: number, to: number) => ({
      T: to - from,
      B,
      ids: long.ids.slice(from * B, to * B),
      targets: long.targets.slice(from * B, to * B),
      starts: long.starts.slice(from * B, to * B),
    });
    const whole = await evaluateStep(network, long, zeroState(config, B));
    const first = await evaluateStep(network, part(0, 3), zeroState(config, B));
    const second = await evaluateStep(network, part(3, 8), first.state);
    expect((3 * first.nats + 5 * second.nats) / 8).toBeCloseTo(whole.nats, 5);
    disposeState(whole.state);
    disposeState(second.state);
    network.dispose();
  }
});

test('a start forgets everything before it', async () => {
  const network = createNetwork(lstm, randomWeights(lstm, 5));
  const batch = randomBatch(lstm.vocabulary, 4, 2, 6);
  batch.starts.fill(1, 0, 2);
  const fresh = await evaluateStep(network, batch, zeroState(lstm, 2));
  const other = randomBatch(lstm.vocabulary, 5, 2, 9);
  const before = await evaluateStep(network, other, zeroState(lstm, 2));
  const after = await evaluateStep(network, batch, before.state);
  expect(after.nats).toBe(fresh.nats);
  disposeState(fresh.state);
  disposeState(after.state);
  network.dispose();
});

test('training learns a batch by heart and disposes of all it made', async () => {
  const { numTensors } = memory();
  for (const config of [lstm, untied]) {
    const network = createNetwork(config, initialWeights(config, createRandom(1)));
    const optimiser = new AdamW(network, adam);
    const random = randomBatch(config.vocabulary, 4, 2, 6);
    // What follows a token never varies, or no network could be sure of it.
    const batch = { ...random, targets: random.ids.map((id) => (3 * id + 1) % config.vocabulary) };
    const options = { rate: 0.03, clip: 1, dropout: noDropout };
    const losses: number[] = [];
    for (let k = 0; k < 150; k++) {
      const state = zeroState(config, 2);
      const result = await trainStep(network, optimiser, batch, state, options);
      disposeState(result.state);
      losses.push(result.loss);
    }
    expect(losses[0]).toBeGreaterThan(2);
    expect(losses.at(-1)).toBeLessThan(0.2);
    expect(optimiser.step).toBe(150);
    optimiser.dispose();
    network.dispose();
  }
  expect(memory().numTensors).toBe(numTensors);
});

test('decay reaches matrices only, never biases or the embedding', async () => {
  const network = createNetwork(lstm, randomWeights(lstm, 5));
  const optimiser = new AdamW(network, { ...adam, weightDecay: 0.5 });
  const batch = randomBatch(lstm.vocabulary, 4, 2, 6);
  const before = await network.weights();
  const plain = createNetwork(lstm, before);
  const without = new AdamW(plain, adam);
  const options = { rate: 0.01, clip: 1, dropout: noDropout };
  const first = await trainStep(network, optimiser, batch, zeroState(lstm, 2), options);
  const second = await trainStep(plain, without, batch, zeroState(lstm, 2), options);
  disposeState(first.state);
  disposeState(second.state);
  const [decayed, undecayed] = [await network.weights(), await plain.weights()];
  const changed = [...decayed].filter(([name, values]) =>
    values.some((value, i) => value !== undecayed.get(name)?.[i]),
  );
  expect(changed.map(([name]) => name)).toEqual(
    [...before.keys()].filter((name) => name.includes('weight_') || name === 'project.weight'),
  );
});

test('a state or moments that do not fit are refused', async () => {
  const network = createNetwork(lstm, randomWeights(lstm, 5));
  const batch = randomBatch(lstm.vocabulary, 4, 2, 6);
  await expect(evaluateStep(network, batch, { layers: [] })).rejects.toThrow(/no layer 0/);
  await expect(evaluateStep(network, batch, zeroState(lstm, 3))).rejects.toThrow(
    /has shape \[3,8\], expected \[2,8\]/,
  );
  const optimiser = new AdamW(network, adam);
  expect(() => optimiser.restore(new Map(), 3)).toThrow(/embed\.weight/);
  optimiser.dispose();
  network.dispose();
});
