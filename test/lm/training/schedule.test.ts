import { expect, test } from 'vitest';
import {
  learningRate,
  planBudget,
  planEvaluations,
} from '../../../src/main/lm/training/schedule.ts';

const config = { rate: 0.002, finalRate: 0.05, warmup: 50 };

test('the rate warms up in a straight line', () => {
  expect(learningRate(config, 0, 0)).toBeCloseTo(0.002 / 50, 10);
  expect(learningRate(config, 24, 0)).toBeCloseTo(0.001, 10);
  expect(learningRate(config, 49, 0)).toBeCloseTo(0.002, 10);
});

test('the rate falls along a cosine to its final share', () => {
  expect(learningRate(config, 1000, 0.5)).toBeCloseTo(0.002 * (0.05 + 0.95 / 2), 10);
  expect(learningRate(config, 1000, 1)).toBeCloseTo(0.0001, 10);
  expect(learningRate(config, 1000, 1.2)).toBeCloseTo(0.0001, 10);
});

test('without warm-up it begins at its peak', () => {
  expect(learningRate({ ...config, warmup: 0 }, 0, 0)).toBe(0.002);
});

test('a budget of epochs counts steps and knows no clock', () => {
  const budget = planBudget({ epochs: 3, minutes: null }, 40);
  expect(budget.share(60, 1e9)).toBe(0.5);
  expect(budget.over(119, 1e9, 1e9, 1)).toBe(false);
  expect(budget.over(120, 0, 0, 1)).toBe(true);
});

test('a budget of minutes leaves time for the last evaluation', () => {
  const budget = planBudget({ epochs: 3, minutes: 2 }, 40);
  expect(budget.share(1e6, 60)).toBe(0.5);
  expect(budget.over(1e6, 109, 10, 1)).toBe(false);
  expect(budget.over(1e6, 109.6, 10, 1)).toBe(true);
});

test('a budget of minutes takes one step at least', () => {
  const budget = planBudget({ epochs: 3, minutes: 0.01 }, 40);
  expect(budget.over(0, 5, 0, 1)).toBe(false);
  expect(budget.over(1, 5, 0, 1)).toBe(true);
});

const sizes = { stepsPerEpoch: 100, heldBack: 50_000 };
const every = (minutes: number | null, epoch: number, token: number): number =>
  planEvaluations({ minutes }, { ...sizes, stepsPerEpoch: epoch }, { step: 0.1, token, fit: 0 })
    .every;

test('short epochs are evaluated whole, long ones every 45 seconds', () => {
  expect(every(null, 100, 1e-6)).toBe(100);
  expect(every(null, 9000, 1e-6)).toBe(450);
});

test('evaluations that take long come seldom, but once an epoch', () => {
  expect(every(null, 9000, 6.3 / 51_024)).toBe(900);
  expect(every(null, 9000, 1)).toBe(9000);
});

test('a budget of minutes is evaluated about ten times', () => {
  expect(every(5, 100, 1e-6)).toBe(300);
  expect(every(60, 100, 1e-6)).toBe(450);
});

test('a short budget evaluates on fewer tokens, and three times at least', () => {
  const plan = planEvaluations({ minutes: 0.5 }, sizes, { step: 0.1, token: 1e-5, fit: 0 });
  expect(plan.tokens).toBe(21_000 - 1024);
  expect(every(0.1, 100, 1e-2)).toBe(20);
});

test.each([0.2, 0.5, 1, 5, 60])(
  'evaluations of a budget of %d minutes leave more than nine tenths for learning',
  (minutes) => {
    for (const token of [1e-6, 1e-5, 3e-5]) {
      for (const fit of [0, token, 4 * token]) {
        const costs = { step: 64 * 32 * 3 * token, token, fit };
        const plan = planEvaluations({ minutes }, sizes, costs);
        const evaluations = (minutes * 60) / costs.step / plan.every;
        expect(evaluations).toBeGreaterThan(2.9);
        expect((evaluations * plan.seconds) / (minutes * 60)).toBeLessThan(0.08);
      }
    }
  },
);

test('of a very long text a quarter of a million tokens are scored', () => {
  const long = { ...sizes, heldBack: 1e7 };
  const costs = { step: 0.1, token: 1e-6, fit: 0 };
  expect(planEvaluations({ minutes: null }, long, costs).tokens).toBe(262_144);
});
