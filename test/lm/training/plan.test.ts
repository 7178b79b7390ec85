import { describe, expect, test } from 'vitest';
import { presets } from '../../../src/shared/config.ts';
import {
  estimateMemory,
  planText,
  planVoice,
  type Choices,
  type Overrides,
} from '../../../src/main/lm/training/index.ts';

const choices = (
  overrides: Partial<Overrides> = {},
  rest: Partial<Omit<Choices, 'overrides'>> = {},
): Choices => ({
  preset: 'auto',
  units: null,
  cell: 'lstm',
  overrides: { text: {}, units: {}, network: {}, training: {}, ...overrides },
  ...rest,
});

const plan = (chosen: Choices, tokens: number) =>
  planVoice(chosen, planText(chosen, tokens), { vocabulary: 80, tokens });

test('auto goes by the size of the text', () => {
  expect(planText(choices(), 100_000).preset).toBe('small');
  expect(planText(choices(), 1_000_000).preset).toBe('medium');
  expect(planText(choices(), 5_000_000)).toMatchObject({
    preset: 'large',
    units: { kind: 'subword' },
  });
});

test('what is chosen by hand wins over the preset', () => {
  const config = plan(
    choices(
      { network: { layers: [32] }, training: { rate: 0.5, batch: 3 }, text: { lowerCase: true } },
      { preset: 'small', cell: 'gru' },
    ),
    200_000,
  );
  expect(config.network).toMatchObject({ cell: 'gru', layers: [32], vocabulary: 80 });
  expect(config.training).toMatchObject({ rate: 0.5, batch: 3, window: 100 });
  expect(config.text.lowerCase).toBe(true);
});

test('a tiny text is read in fewer columns and shorter windows', () => {
  const { batch, window, warmup, epochs } = plan(choices(), 3000).training;
  expect(batch).toBe(4);
  expect(window).toBeLessThan(100);
  expect(3000 / (batch * window)).toBeGreaterThanOrEqual(20);
  expect(warmup).toBeLessThanOrEqual((epochs * 3000) / (batch * window) / 10);
  expect(plan(choices(), 250_000).training).toMatchObject(presets.small.training);
});

test('words share a wide embedding with the output', () => {
  const config = plan(choices({}, { units: 'word', preset: 'medium' }), 500_000);
  expect(config.network).toMatchObject({ embedding: 256, tied: true, projection: 256 });
});

test('tied weights get the projection they need', () => {
  const config = plan(choices({ network: { tied: true } }, { preset: 'small' }), 200_000);
  expect(config.network).toMatchObject({ embedding: 64, tied: true, projection: 64 });
});

describe('refuses', () => {
  test('tied weights with a projection that does not meet the embedding', () => {
    const chosen = choices({ network: { tied: true, projection: 32 } }, { preset: 'small' });
    expect(() => plan(chosen, 200_000)).toThrow(/set the projection to 64/);
  });

  test.each([
    ['layers', choices({ network: { layers: [] } })],
    ['rate', choices({ training: { rate: NaN } })],
    ['dropoutIn', choices({ training: { dropoutIn: 1 } })],
    ['minutes', choices({ training: { minutes: 0 } })],
    ['batch', choices({ training: { batch: 1.5 } })],
  ])('%s out of its bounds, by name', (name, chosen) => {
    expect(() => plan(chosen, 200_000)).toThrow(
      expect.objectContaining({
        code: 'config.invalid',
        message: expect.stringContaining(name) as string,
      }) as Error,
    );
  });
});

test('the memory estimate grows with weights, windows and text', () => {
  const { network } = plan(choices({}, { preset: 'medium' }), 500_000);
  const base = estimateMemory(network, { batch: 32, window: 64 }, 1e6);
  expect(base.total).toBe(base.program + base.training);
  expect(base.total).toBeLessThan(600e6);
  const wider = estimateMemory(network, { batch: 64, window: 64 }, 1e6);
  expect(wider.training).toBeGreaterThan(base.training);
  const larger = estimateMemory({ ...network, layers: [1024] }, { batch: 32, window: 64 }, 1e6);
  expect(larger.training).toBeGreaterThan(base.training);
  expect(estimateMemory(network, { batch: 32, window: 64 }, 2e8).total - base.total).toBe(199e6);
});
