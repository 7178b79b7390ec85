import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Columns, createBatch } from '../../../src/main/lm/text/index.ts';

describe('columns', () => {
  it('lay a stream out as contiguous columns, time first', () => {
    // Two columns of 8 targets: 1 to 8 and 9 to 16; four windows of 2.
    const ids = Uint8Array.from([0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 10, 11, 12, 13, 14, 15, 16]);
    const columns = new Columns(ids, 2, 2);
    expect(columns).toMatchObject({ batch: 2, window: 2, windows: 4 });
    const batch = columns.createBatch();
    columns.fill(0, batch);
    expect([...batch.ids]).toEqual([0, 8, 1, 0]);
    expect([...batch.targets]).toEqual([1, 0, 2, 10]);
    // Columns begin from the zero state, and so does what follows a boundary.
    expect([...batch.starts]).toEqual([1, 1, 0, 1]);
    columns.fill(3, batch);
    expect([...batch.ids]).toEqual([6, 14, 7, 15]);
    expect([...batch.targets]).toEqual([7, 15, 8, 16]);
    expect([...batch.starts]).toEqual([0, 0, 0, 0]);
  });

  it('go on in window k + 1 where window k ended, and cover nearly all of the stream', () => {
    const shape = fc.record({
      length: fc.integer({ min: 2, max: 3000 }),
      batch: fc.integer({ min: 1, max: 40 }),
      window: fc.integer({ min: 1, max: 120 }),
    });
    fc.assert(
      fc.property(shape, ({ length, batch: B, window: T }) => {
        const ids = Int32Array.from({ length }, (_, i) => i);
        const columns = new Columns(ids, B, T);
        expect(columns.batch).toBeLessThanOrEqual(B);
        expect(columns.window).toBeLessThanOrEqual(T);
        expect(columns.windows).toBeGreaterThanOrEqual(1);
        const batch = columns.createBatch();
        const ends: number[] = [];
        for (let k = 0; k < columns.windows; k++) {
          columns.fill(k, batch);
          for (let b = 0; b < batch.B; b++) {
            if (k > 0) expect(batch.ids[b]).toBe(ends[b]);
            for (let t = 0; t < batch.T; t++) {
              expect(batch.targets[t * batch.B + b]).toBe(batch.ids[t * batch.B + b]! + 1);
            }
            ends[b] = batch.targets[(batch.T - 1) * batch.B + b] ?? -1;
          }
        }
        expect(Math.max(...ends)).toBeLessThan(length);
        const covered = columns.windows * columns.window * columns.batch;
        expect(covered).toBeGreaterThanOrEqual(0.8 * (length - 1) - columns.batch);
      }),
      { numRuns: 300 },
    );
  });

  it('keep the shape asked for where the stream is long enough', () => {
    const columns = new Columns(new Uint8Array(1_003_855), 32, 64);
    expect(columns).toMatchObject({ batch: 32, window: 64, windows: 490 });
  });

  it('refuse shapes and windows that cannot be', () => {
    const ids = new Uint8Array(100);
    expect(() => new Columns(ids, 0, 8)).toThrow('batch is 0');
    expect(() => new Columns(ids, 1, 2.5)).toThrow('window is 2.5');
    expect(() => new Columns(new Uint8Array(1), 1, 1)).toThrow('no targets');
    const columns = new Columns(ids, 1, 8);
    expect(() => columns.fill(12, columns.createBatch())).toThrow('Window 12 is outside 0 to 11');
    expect(() => columns.fill(0, createBatch(3, 2))).toThrow('batch of 3 x 2');
  });
});
