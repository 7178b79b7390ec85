import { describe, expect, test } from 'vitest';
import { createRandom, randomFrom } from '../../src/main/lm/random.ts';

const draw = (random: { uint32(): number }, n: number): number[] =>
  Array.from({ length: n }, () => random.uint32());

describe('createRandom', () => {
  test('gives the same numbers for the same seed, and others for the next seed', () => {
    expect(draw(createRandom(7), 20)).toEqual(draw(createRandom(7), 20));
    expect(draw(createRandom(7), 20)).not.toEqual(draw(createRandom(8), 20));
  });

  test('goes on from its state', () => {
    const random = createRandom(42);
    draw(random, 100);
    const copy = randomFrom(random.state());
    expect(draw(copy, 50)).toEqual(draw(random, 50));
  });

  test('goes on from a state that was kept as JSON', () => {
    const random = createRandom(5);
    draw(random, 3);
    const copy = randomFrom(JSON.parse(JSON.stringify(random.state())) as number[]);
    expect(copy.next()).toBe(random.next());
  });

  test('spreads evenly over [0, 1)', () => {
    const random = createRandom(1);
    const bins = new Array<number>(10).fill(0);
    for (let i = 0; i < 100_000; i++) {
      const x = random.next();
      expect(x >= 0 && x < 1).toBe(true);
      bins[Math.floor(x * 10)]! += 1;
    }
    for (const n of bins) expect(Math.abs(n - 10_000)).toBeLessThan(500);
  });

  test('forks into sources of their own without moving', () => {
    const random = createRandom(3);
    const before = random.state();
    const forks = [0, 1, 2, 3].map((label) => draw(random.fork(label), 10).join());
    expect(new Set(forks).size).toBe(4);
    expect(random.state()).toEqual(before);
    expect(draw(random.fork(2), 10).join()).toBe(forks[2]);
    expect(draw(random, 10).join()).not.toBe(forks[0]);
  });

  test('forks of neighbouring labels share no words', () => {
    const random = createRandom(1);
    const words = [0, 1, 2, 3, 4].flatMap((label) => draw(random.fork(label), 200));
    expect(new Set(words).size).toBe(words.length);
  });
});
