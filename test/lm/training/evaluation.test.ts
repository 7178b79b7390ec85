import { memory } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { defaultText, defaultUnits } from '../../../src/shared/config.ts';
import { createReference } from '../../../src/main/backends/reference/index.ts';
import { BOUNDARY, buildCorpus, UNKNOWN } from '../../../src/main/lm/text/index.ts';
import {
  bitsPerCharacter,
  fitTemperature,
  heldBackLoss,
  spellingNats,
  train,
} from '../../../src/main/lm/training/index.ts';
import { tinyCorpus, tinyNetwork, tinyRun } from '../../helpers/training.ts';

const yieldNow = (): Promise<void> => Promise.resolve();

test('read as one column, the loss is the one a stepper scores', async () => {
  const corpus = await tinyCorpus();
  const network = tinyNetwork(corpus);
  const ids = corpus.heldBack.ids;
  const loss = await heldBackLoss(network, ids, { columns: 1, yieldNow });
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
  const one = (await heldBackLoss(network, ids, { columns: 1, yieldNow })) ?? NaN;
  const many = (await heldBackLoss(network, ids, { yieldNow })) ?? NaN;
  expect(Math.abs(many - one) / one).toBeLessThan(0.01);
  expect(memory().numTensors).toBe(before);
  network.dispose();
});

test('an evaluation that is stopped gives nothing', async () => {
  const corpus = await tinyCorpus();
  const network = tinyNetwork(corpus);
  const signal = AbortSignal.abort();
  expect(await heldBackLoss(network, corpus.heldBack.ids, { signal, yieldNow })).toBeNull();
  network.dispose();
});

test('the fitted temperature predicts held-back text best', async () => {
  const corpus = await tinyCorpus();
  const network = tinyNetwork(corpus);
  await train(network, corpus, tinyRun());
  // Twice as sure of itself as it should be.
  const weights = new Map(await network.weights());
  for (const name of ['out.weight', 'out.bias']) {
    weights.set(
      name,
      (weights.get(name) ?? new Float32Array()).map((w) => 1.4 * w),
    );
  }
  network.load(weights);
  const ids = corpus.heldBack.ids;
  const fitted = await fitTemperature(network, ids, { yieldNow });
  const at = async (temperature: number): Promise<number> =>
    (await heldBackLoss(network, ids, { temperature, yieldNow })) ?? NaN;
  const best = await at(fitted);
  expect(best).toBeLessThanOrEqual((await at(fitted * 1.1)) + 1e-4);
  expect(best).toBeLessThanOrEqual((await at(fitted / 1.1)) + 1e-4);
  expect(fitted).toBeGreaterThan(1.1);
  network.dispose();
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
