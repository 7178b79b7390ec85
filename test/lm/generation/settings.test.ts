import { describe, expect, test } from 'vitest';
import {
  checkSettings,
  settingsFor,
  type SamplingSettings,
} from '../../../src/main/lm/generation/index.ts';
import { isUserError } from '../../../src/shared/errors.ts';

describe('settingsFor', () => {
  test('maps creativity to temperature and min-p', () => {
    expect(settingsFor(0, 'subword', 1)).toMatchObject({ temperature: 0.55, minP: 0.15 });
    expect(settingsFor(100, 'word', 1).temperature).toBeCloseTo(1.25, 12);
    expect(settingsFor(100, 'word', 1).minP).toBeCloseTo(0.02, 12);
    expect(settingsFor(50, 'char', 1).temperature).toBeCloseTo(0.75, 12);
    expect(settingsFor(50, 'char', 1).minP).toBeCloseTo(Math.sqrt(0.15 * 0.02), 12);
  });

  test('multiplies the temperature that fits the voice', () => {
    expect(settingsFor(100, 'char', 0.9).temperature).toBeCloseTo(0.9 * 1.05, 12);
  });

  test('is not greedy at 0', () => {
    expect(settingsFor(0, 'char', 1).greedy).toBe(false);
  });

  test('refuses a creativity out of bounds', () => {
    expect(() => settingsFor(101, 'char', 1)).toThrow(
      'creativity is 101; give a number from 0 to 100.',
    );
    expect(() => settingsFor(NaN, 'char', 1)).toThrow('creativity is NaN');
  });
});

describe('checkSettings', () => {
  const good = settingsFor(50, 'char', 1);

  test('takes what settingsFor gives', () => {
    for (const creativity of [0, 50, 100]) {
      for (const kind of ['char', 'word', 'subword'] as const) {
        checkSettings(settingsFor(creativity, kind, 1));
      }
    }
  });

  test.each<[string, Partial<SamplingSettings>]>([
    ['temperature is 0;', { temperature: 0 }],
    ['temperature is NaN;', { temperature: NaN }],
    ['top-k is -1;', { topK: -1 }],
    ['top-k is 1.5; give a whole number', { topK: 1.5 }],
    ['top-p is 1.1;', { topP: 1.1 }],
    ['min-p is -0.1;', { minP: -0.1 }],
    ['typical is 0;', { typical: 0 }],
    ['seed is -1;', { seed: -1 }],
    ['count is 0;', { alternatives: 0 }],
    ['max-tokens is 0;', { maxTokens: 0 }],
    ['length is 0;', { length: { kind: 'words', count: 0 } }],
    ['length of a stop text is 0;', { stopTexts: [''] }],
    ['dry base is 0.5;', { dry: { multiplier: 1, base: 0.5, allowed: 2 } }],
    ['dry allowed is 0;', { dry: { multiplier: 1, base: 1, allowed: 0 } }],
  ])('says "%s"', (sentence, change) => {
    try {
      checkSettings({ ...good, ...change });
      expect.unreachable();
    } catch (error) {
      expect(isUserError(error) && error.code).toBe('generation.invalid');
      expect(String(error)).toContain(sentence);
    }
  });
});
