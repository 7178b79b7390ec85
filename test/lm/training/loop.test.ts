import { fill, memory } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import type { TrainingEvent } from '../../../src/shared/events.ts';
import type { Network } from '../../../src/main/lm/nn/network.ts';
import { train, type Snapshot } from '../../../src/main/lm/training/index.ts';
import { ofKind, tinyCorpus, tinyNetwork, tinyRun, tinyTraining } from '../../helpers/training.ts';

const poison = (network: Network): void => {
  const bias = network.parameters.get('out.bias');
  bias?.assign(fill(bias.shape, NaN));
};

/** Calls `act` when the run has taken `step` steps. */
const atStep =
  (step: number, act: () => void) =>
  (event: TrainingEvent): void => {
    if (event.kind === 'progress' && event.step === step) act();
  };

test('the loss falls, the best weights are kept, and no tensor is left behind', async () => {
  const corpus = await tinyCorpus();
  const network = tinyNetwork(corpus);
  const before = memory().numTensors;
  const easy = { dropoutIn: 0, dropoutBetween: 0, dropoutOut: 0, weightDrop: 0 };
  const run = tinyRun({ config: { ...easy, epochs: 5, rate: 0.03 } });
  const { ending, snapshot } = await train(network, corpus, run);
  expect(ending).toBe('finished');
  const losses = ofKind(run.events, 'evaluation').map(({ heldBackLoss }) => heldBackLoss);
  expect(losses.length).toBeGreaterThan(3);
  expect(losses.at(-1)).toBeLessThan(0.9 * (losses[0] ?? 0));
  expect(snapshot.best?.heldBackLoss).toBe(Math.min(...losses));
  expect(snapshot.best?.temperature).toBeGreaterThan(0.6);
  expect(memory().numTensors).toBe(before);
  network.dispose();
});

test('progress tells how far it is and never goes back', async () => {
  const corpus = await tinyCorpus();
  const network = tinyNetwork(corpus);
  const run = tinyRun();
  await train(network, corpus, run);
  network.dispose();
  const progress = ofKind(run.events, 'progress');
  const percents = progress.map(({ percent }) => percent);
  expect(percents).toEqual(percents.toSorted((a, b) => a - b));
  expect(percents.at(-1)).toBe(100);
  expect(progress.at(-1)?.epoch).toBe(2);
  expect(progress.at(-1)?.etaSeconds).toBe(0);
  expect(progress[0]?.heldBackLoss).toBeNull();
  expect(progress.at(-1)?.bitsPerCharacter).toBeGreaterThan(0);
});

test.each([1, 29, 30, 70])(
  'stopped after step %i and resumed, it gives exactly the numbers of an uninterrupted run',
  async (step) => {
    const corpus = await tinyCorpus();
    const whole = tinyNetwork(corpus);
    const uninterrupted = await train(whole, corpus, tinyRun());
    whole.dispose();

    const first = tinyNetwork(corpus);
    const controller = new AbortController();
    const stopped = await train(
      first,
      corpus,
      tinyRun({ signal: controller.signal, event: atStep(step, () => controller.abort()) }),
    );
    first.dispose();
    expect(stopped.ending).toBe('stopped');
    expect(stopped.snapshot.progress.step).toBe(step);

    // Other weights to begin with: all that counts comes from the snapshot.
    const second = tinyNetwork(corpus, 99);
    const samples = [{ step: 0, temperature: 0.5, prompt: 'The sea', text: ' was grey.' }];
    const run = tinyRun({ resume: stopped.snapshot, samples });
    const resumed = await train(second, corpus, run);
    second.dispose();

    const evaluations = stopped.snapshot.progress.history;
    expect(ofKind(run.events, 'resumed')).toEqual([
      { kind: 'resumed', step, evaluations, samples },
    ]);
    expect(resumed.ending).toBe('finished');
    expect(resumed.snapshot.weights).toEqual(uninterrupted.snapshot.weights);
    expect(resumed.snapshot.moments).toEqual(uninterrupted.snapshot.moments);
    expect(resumed.snapshot.best?.weights).toEqual(uninterrupted.snapshot.best?.weights);
    const numbers = ({ progress }: Snapshot): unknown => ({
      ...progress,
      seconds: 0,
      history: progress.history.map((evaluation) => ({ ...evaluation, seconds: 0 })),
    });
    expect(numbers(resumed.snapshot)).toEqual(numbers(uninterrupted.snapshot));
  },
);

test('a snapshot of another network, text or number of columns is refused in a sentence', async () => {
  const corpus = await tinyCorpus();
  const controller = new AbortController();
  const run = tinyRun({ signal: controller.signal, event: atStep(3, () => controller.abort()) });
  const first = tinyNetwork(corpus);
  const { snapshot } = await train(first, corpus, run);
  first.dispose();
  const { progress, state, moments } = snapshot;
  const others: Snapshot[] = [
    { ...snapshot, progress: { ...progress, window: 1000 } },
    { ...snapshot, state: state.slice(1) },
    { ...snapshot, state: state.map((part) => part.slice(1)) },
    { ...snapshot, moments: new Map([...moments].slice(1)) },
  ];
  for (const resume of others) {
    const network = tinyNetwork(corpus);
    const before = memory().numTensors;
    await expect(train(network, corpus, tinyRun({ resume }))).rejects.toMatchObject({
      code: 'voice.damaged',
    });
    expect(memory().numTensors).toBe(before);
    network.dispose();
  }
});

test('the snapshots it hands out do not change while it goes on', async () => {
  const corpus = await tinyCorpus();
  const network = tinyNetwork(corpus);
  const kept: { snapshot: Snapshot; bias: Float32Array | undefined }[] = [];
  const run = tinyRun({
    checkpoint: (snapshot) => {
      kept.push({ snapshot, bias: snapshot.weights.get('out.bias')?.slice() });
      return Promise.resolve();
    },
  });
  await train(network, corpus, run);
  network.dispose();
  expect(kept[0]?.snapshot.progress.step).toBe(0);
  expect(kept.length).toBeGreaterThan(3);
  for (const { snapshot, bias } of kept) expect(snapshot.weights.get('out.bias')).toEqual(bias);
});

test('weights that turn to NaN: back to the last good point with half the rate, and on', async () => {
  const corpus = await tinyCorpus();
  const network = tinyNetwork(corpus);
  let poisoned = false;
  const run = tinyRun({
    event: atStep(40, () => {
      if (poisoned) return;
      poisoned = true;
      poison(network);
    }),
  });
  const { ending, snapshot } = await train(network, corpus, run);
  network.dispose();
  expect(ending).toBe('finished');
  expect(ofKind(run.events, 'rollback')).toEqual([
    {
      kind: 'rollback',
      step: 30,
      reason: 'the loss is not a number',
      rate: tinyTraining.rate / 2,
    },
  ]);
  expect(snapshot.best?.heldBackLoss).toBeLessThan(4);
});

test('after three attempts with a lower rate it stops clearly and hands out the last good point', async () => {
  const corpus = await tinyCorpus();
  const network = tinyNetwork(corpus);
  let last: Snapshot | undefined;
  const run = tinyRun({
    event: atStep(35, () => poison(network)),
    checkpoint: (snapshot, isLast) => {
      if (isLast) last = snapshot;
      return Promise.resolve();
    },
  });
  await expect(train(network, corpus, run)).rejects.toMatchObject({ code: 'training.diverged' });
  network.dispose();
  expect(ofKind(run.events, 'rollback').map(({ rate }) => rate)).toEqual(
    [2, 4, 8].map((n) => tinyTraining.rate / n),
  );
  expect(last?.best?.step).toBe(30);
  expect(last?.weights.get('out.bias')?.every(Number.isFinite)).toBe(true);
});

test('a rate that is far too high is noticed as an explosion', async () => {
  const corpus = await tinyCorpus();
  const network = tinyNetwork(corpus);
  const run = tinyRun({ config: { rate: 1e6, warmup: 0 } });
  await expect(train(network, corpus, run)).rejects.toMatchObject({
    code: 'training.diverged',
    message: expect.stringContaining('well below 1000000') as string,
  });
  network.dispose();
  expect(ofKind(run.events, 'rollback')[0]?.reason).toMatch(/jumped|rose|not a number/);
});

test('it stops by itself when it no longer learns', async () => {
  const corpus = await tinyCorpus();
  const network = tinyNetwork(corpus);
  const run = tinyRun({ config: { rate: 0, epochs: 100, patience: 2 } });
  const { ending, snapshot } = await train(network, corpus, run);
  network.dispose();
  expect(ending).toBe('no longer learning');
  expect(snapshot.progress.step).toBe(90);
});

test('a budget in minutes ends on time, at the final rate, having evaluated at the end', async () => {
  const corpus = await tinyCorpus();
  const network = tinyNetwork(corpus);
  const run = tinyRun(
    { config: { minutes: 1, epochs: 1 }, evaluation: { every: 100, tokens: 1 << 18, seconds: 0 } },
    100,
  );
  const { ending, snapshot } = await train(network, corpus, run);
  network.dispose();
  expect(ending).toBe('finished');
  expect(snapshot.progress.seconds).toBeGreaterThan(56);
  expect(snapshot.progress.seconds).toBeLessThan(62);
  expect(snapshot.progress.evaluatedStep).toBe(snapshot.progress.step);
  expect(ofKind(run.events, 'progress').at(-1)?.learningRate).toBeLessThan(
    tinyTraining.rate * 0.07,
  );
});

test('a checkpoint is made at least every minute', async () => {
  const corpus = await tinyCorpus();
  const network = tinyNetwork(corpus);
  const steps: number[] = [];
  const run = tinyRun(
    {
      evaluation: { every: 1000, tokens: 1 << 18, seconds: 0 },
      checkpoint: ({ progress }) => {
        steps.push(progress.step);
        return Promise.resolve();
      },
    },
    10_000,
  );
  await train(network, corpus, run);
  network.dispose();
  expect(steps.slice(0, 4)).toEqual([0, 6, 12, 18]);
});
