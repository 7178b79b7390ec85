import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Context, REACH } from '../../../src/main/lm/generation/context.ts';
import {
  dry,
  forbid,
  minP,
  temperature,
  topK,
  topP,
  typical,
  type Processor,
} from '../../../src/main/lm/generation/processors/index.ts';

const none = new Context();
const logs = (...p: number[]): Float32Array => Float32Array.from(p, Math.log);
/** Numbers of the tokens that remain. */
const kept = (process: Processor, logits: Float32Array): number[] =>
  [...process(logits, none)].flatMap((logit, i) => (logit === -Infinity ? [] : [i]));

describe('processors', () => {
  test('forbid removes tokens', () => {
    expect(kept(forbid([0, 2]), logs(0.5, 0.2, 0.2, 0.1))).toEqual([1, 3]);
  });

  test('temperature divides', () => {
    expect([...temperature(0.5)(Float32Array.of(1, -2, 0, -Infinity), none)]).toEqual([
      2,
      -4,
      0,
      -Infinity,
    ]);
  });

  test('min-p keeps what is at least a share of the likeliest', () => {
    expect(kept(minP(0.3), logs(0.1, 0.5, 0.16, 0.14, 0.1))).toEqual([1, 2]);
    expect(kept(minP(0.1), logs(0.1, 0.5, 0.16, 0.14, 0.1))).toEqual([0, 1, 2, 3, 4]);
  });

  test('top-k keeps k, the lower of equals', () => {
    expect(kept(topK(2), Float32Array.of(1, 5, 3, 4, 2))).toEqual([1, 3]);
    expect(kept(topK(3), Float32Array.of(1, 1, 1, 1, 2))).toEqual([0, 1, 4]);
    expect(kept(topK(9), Float32Array.of(1, 5, -Infinity))).toEqual([0, 1]);
  });

  test('top-p keeps the fewest that reach p, and the one that reaches it', () => {
    const row = (): Float32Array => logs(0.12, 0.5, 0.08, 0.25, 0.05);
    expect(kept(topP(0.49), row())).toEqual([1]);
    expect(kept(topP(0.51), row())).toEqual([1, 3]);
    expect(kept(topP(0.74), row())).toEqual([1, 3]);
    expect(kept(topP(0.8), row())).toEqual([0, 1, 3]);
    expect(kept(topP(0.99), row())).toEqual([0, 1, 2, 3, 4]);
    expect(kept(topP(0.5), logs(0.25, 0.25, 0.25, 0.25))).toEqual([0, 1]);
  });

  test('typical keeps the surprise nearest to the entropy', () => {
    // H = 1.226 nats; surprises 0.693, 1.204, 2.303, 2.303: nearest first is token 1, then 0.
    const row = (): Float32Array => logs(0.5, 0.3, 0.1, 0.1);
    expect(kept(typical(0.2), row())).toEqual([1]);
    expect(kept(typical(0.7), row())).toEqual([0, 1]);
    expect(kept(typical(0.85), row())).toEqual([0, 1, 2]);
  });

  test('a removed token stays removed whatever follows', () => {
    const chain = [forbid([1]), minP(0.01), temperature(0.7), topK(3), topP(0.95), typical(0.95)];
    const row = Float32Array.of(2, 9, 1.5, 1, 0.5, -3);
    for (const process of chain) process(row, none);
    expect(row[1]).toBe(-Infinity);
    expect(row.some((logit) => logit > -Infinity)).toBe(true);
  });

  const anyLogits = fc
    .array(fc.double({ min: -20, max: 20, noNaN: true }), { minLength: 1, maxLength: 60 })
    .map((row) => Float32Array.from(row, (x) => Math.round(x)));

  test('top-k keeps what sorting would keep', () => {
    fc.assert(
      fc.property(anyLogits, fc.integer({ min: 1, max: 70 }), (row, k) => {
        const order = [...row.keys()].sort((a, b) => row[b]! - row[a]! || a - b);
        const expected = order.slice(0, k).sort((a, b) => a - b);
        expect(kept(topK(k), row.slice())).toEqual(expected);
      }),
    );
  });

  test('top-p keeps what sorting would keep', () => {
    fc.assert(
      fc.property(anyLogits, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (row, p) => {
        const total = row.reduce((sum, x) => sum + Math.exp(x), 0);
        const order = [...row.keys()].sort((a, b) => row[b]! - row[a]! || a - b);
        const left = kept(topP(p), row.slice());
        expect(left).toEqual(order.slice(0, left.length).sort((a, b) => a - b));
        const mass = (n: number): number =>
          order.slice(0, n).reduce((sum, i) => sum + Math.exp(row[i]!) / total, 0);
        expect(mass(left.length)).toBeGreaterThan(p - 1e-6);
        expect(mass(left.length - 1)).toBeLessThan(p + 1e-6);
      }),
    );
  });
});

describe('DRY', () => {
  const config = { multiplier: 0.8, base: 1.75, allowed: 2 };
  const penalties = (tokens: number[], settings = config): number[] =>
    [...dry(settings)(new Float32Array(10), new Context(tokens))].map((x) => x + 0);

  test('leaves short repeats alone', () => {
    expect(penalties([2, 3, 4, 5, 2])).toEqual(new Array(10).fill(0));
  });

  test('costs multiplier * base^(n - allowed) for a repeat of n', () => {
    expect(penalties([2, 3, 4, 9, 2, 3])[4]).toBeCloseTo(-0.8, 6);
    expect(penalties([2, 3, 4, 5, 9, 2, 3, 4])[5]).toBeCloseTo(-0.8 * 1.75, 6);
    expect(penalties([2, 3, 4, 5, 6, 9, 2, 3, 4, 5])[6]).toBeCloseTo(-0.8 * 1.75 ** 2, 5);
  });

  test('counts the longest of several repeats, once', () => {
    const row = penalties([7, 2, 3, 4, 9, 2, 3, 4, 9, 7, 2, 3]);
    expect(row[4]).toBeCloseTo(-0.8 * 1.75, 6);
    expect(row.filter((x) => x !== 0)).toHaveLength(1);
  });

  test('does not overflow in an endless loop', () => {
    const row = penalties(new Array<number>(5000).fill(3));
    expect(row[3]).toBe(-1000);
    expect(row.every(Number.isFinite)).toBe(true);
  });

  test('does not look across a break', () => {
    const context = new Context([2, 3, 4, 9, 2, 8, 3], (token) => token === 8);
    expect([...dry(config)(new Float32Array(10), context)]).toEqual(new Array(10).fill(0));
  });

  test('gives the same when called again', () => {
    const process = dry(config);
    const context = new Context([2, 3, 4, 9, 2, 3]);
    const first = [...process(new Float32Array(10), context)];
    expect([...process(new Float32Array(10), context)]).toEqual(first);
  });
});

describe('Context', () => {
  /** What `matched` says, counted anew. */
  const counted = (tokens: readonly number[], i: number): number => {
    let n = 0;
    while (i - n >= 0 && tokens[i - n] === tokens[tokens.length - 1 - n]) n++;
    return n;
  };

  test('follows repeats token by token', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 2, max: 4 }), { minLength: 2, maxLength: 60 }),
        (all) => {
          const context = new Context();
          for (const token of all) context.push(token);
          for (let i = 0; i < all.length - 1; i++) {
            expect(context.matched[i]).toBe(counted(all, i));
          }
        },
      ),
    );
  });

  test('forgets what is further back than its reach, and goes on without end', () => {
    const context = new Context();
    for (let i = 0; i < 3 * REACH + 17; i++) context.push(2 + (i % 5));
    expect(context.end - context.start).toBe(REACH);
    expect(context.tokens[context.end - 1]).toBe(2 + ((3 * REACH + 16) % 5));
    expect(context.matched[context.end - 6]).toBeGreaterThan(REACH - 10);
    expect(context.matched[context.end - 5]).toBe(0);
  });

  test('copies are independent', () => {
    const context = new Context([2, 3, 2, 3]);
    const copy = context.copy();
    copy.push(9);
    expect(context.end).toBe(4);
    expect(context.matched[1]).toBe(2);
    expect(copy.matched[1]).toBe(0);
  });
});
