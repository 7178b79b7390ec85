import { expect, test } from 'vitest';
import { exhausted, judge, noLearning } from '../../../src/main/lm/training/early-stopping.ts';
import { faultOf, noLosses, remember } from '../../../src/main/lm/training/faults.ts';

const V = 80;
const after = (...losses: number[]) => losses.reduce(remember, noLosses);

test('a falling loss is no fault', () => {
  expect(faultOf(after(4.4, 4.2, 3.9), 3.9, 2, V)).toBeNull();
});

test('a loss or a gradient that is not a number is a fault', () => {
  expect(faultOf(noLosses, NaN, 1, V)).toMatch(/loss is not a number/);
  expect(faultOf(after(3), 3, Infinity, V)).toMatch(/gradient is not a number/);
});

test('a loss far worse than guessing is a fault', () => {
  expect(faultOf(after(3, 8), 8, 1, V)).toMatch(/jumped to 8\.00/);
});

test('one hard page is no fault, a loss that stays high is', () => {
  const learnt = Array.from({ length: 400 }, () => 1.2);
  expect(faultOf(after(...learnt, 3.5), 3.5, 1, V)).toBeNull();
  const broken = Array.from({ length: 20 }, () => 3.5);
  expect(faultOf(after(...learnt, ...broken), 3.5, 1, V)).toMatch(/rose from 1\.20 to/);
});

test('patience counts evaluations since the best', () => {
  const learning = [3, 2, 2.5, 2.4].reduce((l, loss, i) => judge(l, loss, 10 * i), noLearning);
  expect(learning).toEqual({ best: 2, bestStep: 10, stale: 2 });
  expect(exhausted(learning, 3)).toBe(false);
  expect(exhausted(learning, 2)).toBe(true);
  expect(exhausted(learning, 0)).toBe(false);
});
