import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { defaultText, defaultUnits, presets, type NetworkConfig } from '../../src/shared/config.ts';
import { isUserError, type ErrorCode } from '../../src/shared/errors.ts';
import { elements, weightSpecs, type Weights } from '../../src/main/lm/nn/weights.ts';
import { FORMAT, KIND, type VoiceCard } from '../../src/main/lm/voice/card.ts';

export { damage, dice } from './dice.ts';

export const alphabet = ['a', 'b', 'é', '\n', '😀'];

export const network: NetworkConfig = {
  cell: 'lstm',
  vocabulary: alphabet.length + 2,
  embedding: 3,
  layers: [4, 3],
  projection: 0,
  tied: true,
};

/** A small card; `generation` tells saves apart. */
export const cardOf = (generation = 1): VoiceCard => ({
  kind: KIND,
  format: FORMAT,
  name: `Voice ${generation}`,
  appVersion: '0.1.0',
  config: {
    text: defaultText,
    units: defaultUnits.char,
    network,
    training: presets.small.training,
  },
  units: { config: defaultUnits.char, vocabulary: alphabet },
  trainedOn: [{ name: 'novel.md', sha256: 'ab'.repeat(32), words: 10, characters: 60 }],
  metrics: {
    heldBackNats: 1.25,
    bitsPerCharacter: 1.8,
    temperature: 0.95,
    steps: generation,
    seconds: 1.5,
  },
});

/** Weights that all hold `value`. */
export const weightsOf = (value: number): Weights =>
  new Map(
    weightSpecs(network).map(({ name, shape }) => [
      name,
      new Float32Array(elements(shape)).fill(value),
    ]),
  );

/** A folder of its own for a test file, removed at its end. */
export function temporaryFolder(): (name: string) => string {
  const root = mkdtempSync(join(tmpdir(), 'understudy-test-'));
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  return (name) => join(root, name);
}

/** Expects an error for the writer: its code, and a sentence with every one of `parts`. */
export async function refuses(
  work: () => unknown,
  code: ErrorCode | readonly ErrorCode[],
  ...parts: string[]
): Promise<void> {
  let error: unknown = null;
  try {
    await work();
  } catch (thrown) {
    error = thrown;
  }
  if (!isUserError(error)) expect.fail(`Expected an error for the writer, got ${String(error)}`);
  expect([code].flat()).toContain(error.code);
  for (const part of parts) expect(error.message).toContain(part);
  expect(error.message).toMatch(/^\S.*[.)]$/s);
}

/** How many damaged inputs each fuzzing test tries. */
export const FUZZ_RUNS = Number(process.env['FUZZ_RUNS'] ?? 700);
