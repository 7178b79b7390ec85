import { expect, test } from 'vitest';
import { sentence } from '../../src/main/cli/train-view.ts';
import type { TrainingEvent } from '../../src/shared/events.ts';

const estimate: Extract<TrainingEvent, { kind: 'estimate' }> = {
  kind: 'estimate',
  device: 'cuda',
  backend: 'NVIDIA GeForce RTX 3080, TensorFlow 2.9.1',
  speeds: [],
  parameters: 900_000,
  seconds: 90,
  charactersPerSecond: 205_123,
  memoryBytes: 4e8,
};

test('an estimate says what it runs on, how long it takes and how fast it is', () => {
  expect(sentence(estimate)).toBe(
    '  900,000 parameters on NVIDIA GeForce RTX 3080, TensorFlow 2.9.1: about 1 min 30 s, ' +
      '205,123 characters/s, 400 MB of memory',
  );
});

test('where devices were compared, all of their speeds stand below', () => {
  const speeds = [
    { device: 'cpu', charactersPerSecond: 31_049 },
    { device: 'cuda', charactersPerSecond: 210_400 },
  ] as const;
  expect(sentence({ ...estimate, speeds })).toMatch(
    /\n {2}CPU 31,000 characters\/s · GPU 210,000$/,
  );
});
