import { describe, expect, test } from 'vitest';
import { Context } from '../../../src/main/lm/generation/context.ts';
import { settingsFor } from '../../../src/main/lm/generation/index.ts';
import { likeliest, multinomial, sampler } from '../../../src/main/lm/generation/sampler.ts';
import { createRandom, type Random } from '../../../src/main/lm/random.ts';

const logs = (...p: number[]): Float32Array => Float32Array.from(p, Math.log);
const always = (x: number): Random => ({ ...createRandom(1), next: () => x });
const plain = { ...settingsFor(50, 'subword', 1), temperature: 1, minP: 0, dry: null };

describe('likeliest', () => {
  test('is the largest logit, the lower of equals', () => {
    expect(likeliest(Float32Array.of(-1, 3, 3, 2))).toBe(1);
    expect(likeliest(Float32Array.of(-Infinity, -900))).toBe(1);
  });

  test('refuses logits that leave nothing to choose', () => {
    expect(() => likeliest(Float32Array.of(-Infinity, NaN))).toThrow(RangeError);
  });
});

describe('multinomial', () => {
  test('takes the token in whose share of [0, 1) the number lies', () => {
    const draw = multinomial();
    const at = (x: number): number => draw(logs(0.2, 0, 0.5, 0.3, 0), always(x));
    expect([0, 0.19, 0.21, 0.69, 0.71, 0.9999999999].map(at)).toEqual([0, 0, 2, 2, 3, 3]);
  });

  test('draws each token as often as its probability says', () => {
    const draw = multinomial();
    const random = createRandom(11);
    const counts = [0, 0, 0, 0];
    for (let i = 0; i < 20_000; i++) counts[draw(logs(0.1, 0.2, 0.3, 0.4), random)]! += 1;
    counts.forEach((n, i) => expect(Math.abs(n / 20_000 - (i + 1) / 10)).toBeLessThan(0.015));
  });
});

describe('sampler', () => {
  test('never chooses a forbidden token', () => {
    const choose = sampler(plain, [0, 1]);
    for (let i = 0; i < 50; i++) {
      expect(choose(logs(0.6, 0.39, 0.01), new Context(), createRandom(i))).toBe(2);
    }
  });

  test('applies min-p before the temperature', () => {
    // At T = 10 token 1 would have 0.7 of the likeliest; at T = 1 it has 0.04.
    const choose = sampler({ ...plain, minP: 0.1, temperature: 10 }, []);
    for (let i = 0; i < 50; i++) {
      expect(choose(logs(0.96, 0.04), new Context(), createRandom(i))).toBe(0);
    }
  });

  test('applies top-p after the temperature', () => {
    // At T = 0.5 the first has 0.36 / 0.46 = 0.78.
    const choose = sampler({ ...plain, topP: 0.75, temperature: 0.5 }, []);
    for (let i = 0; i < 50; i++) {
      expect(choose(logs(0.6, 0.3, 0.1), new Context(), createRandom(i))).toBe(0);
    }
  });

  test('greedy takes the likeliest after DRY', () => {
    const dry = { multiplier: 5, base: 2, allowed: 2 };
    const choose = sampler({ ...plain, greedy: true, dry }, []);
    const row = (): Float32Array => logs(0.1, 0.1, 0.1, 0.1, 0.6);
    expect(choose(row(), new Context([2, 3]), createRandom(1))).toBe(4);
    expect(choose(row(), new Context([2, 3, 4, 1, 2, 3]), createRandom(1))).toBe(0);
  });

  test('all settings together leave a token', () => {
    const settings = { ...settingsFor(0, 'subword', 1), topK: 1, topP: 0.001, typical: 0.001 };
    expect(
      sampler(settings, [0])(logs(0.5, 0.3, 0.2), new Context([1, 1, 1, 1, 1]), createRandom(1)),
    ).toBe(2);
  });
});
