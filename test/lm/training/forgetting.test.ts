import { describe, expect, it } from 'vitest';
import { createBatch } from '../../../src/main/lm/text/index.ts';
import { forgetSome } from '../../../src/main/lm/training/index.ts';

/** Columns that begin anew in a window, out of 32. */
function forgotten(seed: number, step: number): number[] {
  const batch = createBatch(7, 32);
  forgetSome(batch, seed, step);
  return batch.starts.reduce<number[]>((found, start, at) => (start ? [...found, at] : found), []);
}

describe('forgetting', () => {
  it('lets about one column in a hundred begin anew, each as often as the others', () => {
    const times = new Array<number>(32).fill(0);
    for (let step = 0; step < 10_000; step++)
      for (const column of forgotten(1, step)) times[column]!++;
    for (const count of times) expect(count).toBeGreaterThan(50);
    expect(times.reduce((sum, count) => sum + count, 0) / 320_000).toBeCloseTo(0.01, 3);
  });

  it('touches only the first token of a window', () => {
    for (let step = 0; step < 500; step++)
      for (const at of forgotten(2, step)) expect(at).toBeLessThan(32);
  });

  it('forgets the same for the same seed and step, so that a resumed run is the same run', () => {
    const run = (seed: number) => Array.from({ length: 200 }, (_, step) => forgotten(seed, step));
    expect(run(3)).toEqual(run(3));
    expect(run(3)).not.toEqual(run(4));
  });

  it('keeps the starts that are there', () => {
    const batch = createBatch(2, 4);
    batch.starts.fill(1);
    forgetSome(batch, 1, 1);
    expect([...batch.starts]).toEqual(new Array(8).fill(1));
  });
});
