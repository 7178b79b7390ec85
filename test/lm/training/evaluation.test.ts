import { memory } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { defaultText, defaultUnits } from '../../../src/shared/config.ts';
import { createReference } from '../../../src/main/backends/reference/index.ts';
import {
  BOUNDARY,
  buildCorpus,
  UNKNOWN,
  type TokenArray,
} from '../../../src/main/lm/text/index.ts';
import {
  bitsPerCharacter,
  readHeldBack,
  spellingNats,
  train,
} from '../../../src/main/lm/training/index.ts';
import { lowest } from '../../../src/main/lm/training/evaluation.ts';
import type { Network } from '../../../src/main/lm/nn/network.ts';
import { tinyCorpus, tinyNetwork, tinyRun } from '../../helpers/training.ts';

const yieldNow = (): Promise<void> => Promise.resolve();

const lossOf = async (
  network: Network,
  ids: TokenArray,
  options: { columns?: number; limit?: number } = {},
): Promise<number> => (await readHeldBack(network, ids, { ...options, yieldNow }))?.loss ?? NaN;

test('read as one column, the loss is the one a stepper scores', async () => {
  const corpus = await tinyCorpus();
  const network = tinyNetwork(corpus);
  const ids = corpus.heldBack.ids;
  const loss = await lossOf(network, ids, { columns: 1 });
  const stepper = createReference(null).createStepper(network.config, await network.weights(), {
    streams: 1,
    precision: 'float32',
  });
  let nats = 0;
  let from = 0;
  // A stepper knows no boundaries: one document at a time.
  for (let i = 1; i < ids.length; i++) {
    if (ids[i] !== BOUNDARY && i < ids.length - 1) continue;
    stepper.reset(0);
    const inputs = Int32Array.from(ids.subarray(from, i));
    nats += stepper.score(0, inputs, Int32Array.from(ids.subarray(from + 1, i + 1)));
    from = i;
  }
  stepper.dispose();
  expect(loss).toBeCloseTo(nats / (ids.length - 1), 4);
  network.dispose();
});

test('columns side by side make less than a hundredth of difference, and leave no tensor behind', async () => {
  const corpus = await tinyCorpus(16);
  const network = tinyNetwork(corpus);
  await train(
    network,
    corpus,
    tinyRun({ evaluation: { every: 1000, tokens: 1 << 18, seconds: 0 } }),
  );
  const before = memory().numTensors;
  const ids = corpus.train.ids;
  const one = await lossOf(network, ids, { columns: 1 });
  const many = await lossOf(network, ids);
  expect(Math.abs(many - one) / one).toBeLessThan(0.01);
  expect(memory().numTensors).toBe(before);
  network.dispose();
});

test('an evaluation that is stopped gives nothing', async () => {
  const corpus = await tinyCorpus();
  const network = tinyNetwork(corpus);
  const signal = AbortSignal.abort();
  expect(await readHeldBack(network, corpus.heldBack.ids, { signal, yieldNow })).toBeNull();
  network.dispose();
});

test('the fitted temperature predicts held-back text best', async () => {
  const corpus = await tinyCorpus();
  const network = tinyNetwork(corpus);
  await train(network, corpus, tinyRun());
  const weights = new Map(await network.weights());
  const out = ['out.weight', 'out.bias'];
  /** All logits times `factor`: a factor of 2 is twice as sure of itself. */
  const scale = (factor: number): void => {
    const scaled = new Map(weights);
    for (const name of out) {
      scaled.set(
        name,
        (weights.get(name) ?? new Float32Array()).map((w) => factor * w),
      );
    }
    network.load(scaled);
  };
  scale(1.4);
  const ids = corpus.heldBack.ids;
  const { temperature = NaN } = (await readHeldBack(network, ids, { yieldNow })) ?? {};
  expect(temperature).toBeGreaterThan(1.1);
  const at = async (other: number): Promise<number> => {
    scale(1.4 / other);
    return lossOf(network, ids);
  };
  const best = await at(temperature);
  expect(best).toBeLessThanOrEqual((await at(temperature * 1.1)) + 1e-4);
  expect(best).toBeLessThanOrEqual((await at(temperature / 1.1)) + 1e-4);
  network.dispose();
});

test('the lowest place of a curve lies between its points, and not outside them', () => {
  const parabola = (x: number): number => (x - 2.3) ** 2;
  expect(lowest([0, 1, 2, 3, 4].map(parabola))).toBeCloseTo(2.3, 10);
  expect(lowest([0, 1, 2, 3, 4].map((x) => parabola(x + 9)))).toBe(0);
  expect(lowest([0, 1, 2, 3, 4].map((x) => Math.sqrt(9 - x)))).toBe(4);
});

test('unknown words pay for their spelling, characters that are known do not', async () => {
  const text = 'the sea was grey and the sea slept and the sea was grey '.repeat(40);
  const documents = [{ name: 'one', text: `${text}zyx ${text}` }];
  const corpus = await buildCorpus(
    () => documents,
    { ...defaultText, heldBack: 0.1 },
    {
      ...defaultUnits.word,
      minimumCount: 2,
    },
  );
  const ids = Int32Array.from([BOUNDARY, ...corpus.units.encode('the zyx sea'), BOUNDARY]);
  const stream = { ids, characters: 11, documents: 1 };
  const alphabet = new Set('theswagrydnlp ').size;
  expect([...ids].filter((id) => id === UNKNOWN)).toHaveLength(1);
  // Three letters and an end mark.
  expect(spellingNats(corpus.units, stream)).toBeCloseTo(4 * Math.log(alphabet + 1), 6);
  const known = { ids: corpus.units.encode('the sea'), characters: 7, documents: 1 };
  expect(spellingNats(corpus.units, known)).toBe(0);
});

test('bits per character count all nats over the text', () => {
  expect(bitsPerCharacter(100 * Math.LN2, 20 * Math.LN2, 60)).toBeCloseTo(2, 10);
});
