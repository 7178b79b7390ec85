import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { complaint, layers } from '../../scripts/layers.mjs';

describe('the rule of layers', () => {
  test('knows only folders that are there, each with its own tsconfig', () => {
    for (const layer of Object.keys(layers))
      expect(existsSync(`${layer}/tsconfig.json`)).toBe(true);
  });

  test.each([
    ['src/main/lm/nn/network.ts', '../../../shared/config.ts'],
    ['src/main/lm/nn/network.ts', '@tensorflow/tfjs-core'],
    ['src/main/backends/choose.ts', '../lm/nn/stepper.ts'],
    ['src/main/engine/system.ts', 'node:fs'],
    ['src/main/cli/run.ts', '../engine/train-voice.ts'],
    ['test/cli/format.test.ts', '../../src/main/cli/format.ts'],
  ])('lets %s import %s', (file, source) => {
    expect(complaint(file, source)).toBeNull();
  });

  test.each([
    ['src/shared/config.ts', '../main/lm/random.ts', 'it imports nothing of ours'],
    ['src/shared/config.ts', 'node:fs', 'may not import node:fs'],
    ['src/main/lm/nn/network.ts', 'node:os', 'may not import node:os'],
    ['src/main/lm/nn/network.ts', '../../files/atomic.ts', 'may not import src/main/files'],
    ['src/main/backends/choose.ts', '../lm/text/units.ts', 'may not import src/main/lm/text'],
    ['src/main/files/atomic.ts', '../engine/system.ts', 'may not import src/main/engine'],
    ['src/main/engine/system.ts', '../cli/run.ts', 'may not import src/main/cli'],
  ])('keeps %s from %s', (file, source, sentence) => {
    expect(complaint(file, source)).toContain(sentence);
  });
});
