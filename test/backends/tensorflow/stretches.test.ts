import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stretchesOf } from '../../../src/main/backends/tensorflow/stretches.ts';

const starts = (...rows: number[][]): Int32Array => Int32Array.from(rows.flat());

test('a window without a reset is one stretch', () => {
  expect(stretchesOf(starts([0, 0], [0, 0], [0, 0]), 3, 2)).toEqual([
    { from: 0, to: 3, goesOn: null },
  ]);
});

test('a reset in the first step cuts nothing off, and says which columns begin anew', () => {
  expect(stretchesOf(starts([1, 0], [0, 0]), 2, 2)).toEqual([
    { from: 0, to: 2, goesOn: Float32Array.of(0, 1) },
  ]);
});

test('a reset in the last step leaves a stretch of one', () => {
  expect(stretchesOf(starts([0, 0], [0, 0], [1, 1]), 3, 2)).toEqual([
    { from: 0, to: 2, goesOn: null },
    { from: 2, to: 3, goesOn: Float32Array.of(0, 0) },
  ]);
});

test('stretches are the window, cut exactly where a column begins anew', () => {
  const windows = fc
    .tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 4 }))
    .chain(([T, B]) =>
      fc.tuple(
        fc.constant(T),
        fc.constant(B),
        fc.array(fc.integer({ min: 0, max: 1 }), { minLength: T * B, maxLength: T * B }),
      ),
    );
  fc.assert(
    fc.property(windows, ([T, B, list]) => {
      const marks = Int32Array.from(list);
      const found = stretchesOf(marks, T, B);
      const rebuilt = new Int32Array(T * B);
      let at = 0;
      for (const { from, to, goesOn } of found) {
        expect(from).toBe(at);
        expect(to).toBeGreaterThan(from);
        goesOn?.forEach((on, b) => (rebuilt[from * B + b] = on === 1 ? 0 : 1));
        at = to;
      }
      expect(at).toBe(T);
      expect(rebuilt).toEqual(marks);
    }),
  );
});
