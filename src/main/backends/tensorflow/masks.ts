import { hash } from '../reference/kernels.ts';
import { elementsOf, type Handle } from './binding.ts';
import type { Ops } from './ops.ts';

/** The attributes of the Dropout kernel. */
export interface Masking {
  readonly rate: number;
  readonly seed: number;
  readonly period: number;
}

/** Elements from which a mask is made by TensorFlow: some twenty ops against one loop. */
const LARGE = 2 ** 16;

const scaleOf = (rate: number): number => Math.fround(1 / (1 - rate));
const thresholdOf = (rate: number): number => Math.floor(rate * 2 ** 32);

/** The trailing dimensions that the period spans, or all where it spans no whole ones. */
function spanned(shape: readonly number[], period: number): { shape: number[]; whole: boolean } {
  let trailing = shape.length;
  let size = 1;
  while (trailing > 0 && size < period) size *= shape[--trailing] ?? 1;
  const whole = size <= period;
  return { shape: shape.slice(whole ? trailing : 0), whole };
}

/**
 * The mask of the Dropout kernel for an x of `shape`: 0, or 1/(1-rate) for what is kept; the same elements as
 * every other backend keeps. As small as the period allows, to be multiplied by broadcasting.
 */
export function dropoutMask(ops: Ops, of: readonly number[], masking: Masking): Handle {
  const { shape, whole } = spanned(of, masking.period);
  const isLarge = elementsOf(shape) >= LARGE;
  return isLarge && whole ? hashed(ops, shape, masking) : hashedHere(ops, shape, masking);
}

/** In a loop. */
function hashedHere(ops: Ops, shape: readonly number[], { rate, seed, period }: Masking): Handle {
  const [threshold, scale] = [thresholdOf(rate), scaleOf(rate)];
  const values = new Float32Array(elementsOf(shape));
  for (let i = 0; i < values.length; i++) {
    values[i] = hash(seed, i % period) >= threshold ? scale : 0;
  }
  return ops.tensor(values, shape);
}

/**
 * By TensorFlow: `hash` of reference/kernels.ts in int64, each product cut to its low 32 bits. A mask of
 * recurrent weights has millions of elements, for which the loop takes longer than a card for the whole step.
 */
function hashed(ops: Ops, shape: readonly number[], { rate, seed }: Masking): Handle {
  const size = elementsOf(shape);
  const columns = shape.at(-1) ?? 1;
  const counted = (count: number, by: number): number[] =>
    Array.from({ length: count }, (_, i) => i * by);
  const rows = ops.longs(counted(size / columns, columns), [size / columns, 1]);
  let h = ops.longBinary('AddV2', rows, ops.longs(counted(columns, 1), [1, columns]));
  /** In the place of h, which is freed at once: it may be large. */
  const becomes = (next: Handle): void => {
    ops.free(h);
    h = next;
  };
  const times = (factor: number): void => {
    becomes(ops.longBinary('Mul', h, ops.long(factor)));
    becomes(ops.longBinary('BitwiseAnd', h, ops.long(0xffffffff)));
  };
  const mixWithShifted = (bits: number): void => {
    const shifted = ops.longBinary('RightShift', h, ops.long(bits));
    becomes(ops.longBinary('BitwiseXor', h, shifted));
    ops.free(shifted);
  };
  becomes(ops.longBinary('BitwiseXor', h, ops.longs([seed >>> 0], [])));
  times(0x9e3779b1);
  mixWithShifted(16);
  times(0x85ebca6b);
  mixWithShifted(13);
  times(0xc2b2ae35);
  mixWithShifted(16);
  becomes(ops.longBinary('GreaterEqual', h, ops.longs([thresholdOf(rate)], [])));
  becomes(ops.toFloats(h));
  return ops.reshape(ops.mul(h, ops.scalar(scaleOf(rate))), shape);
}
