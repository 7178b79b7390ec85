import { hash } from '../reference/kernels.ts';
import { elementsOf } from './binding.ts';

/**
 * The mask of the Dropout kernel: 0, or 1/(1-rate) for what is kept; the same elements as every other
 * backend keeps. Its shape multiplies a tensor of `shape`, as small as the period allows.
 */
export function dropoutMask(
  shape: readonly number[],
  { rate, seed, period }: { rate: number; seed: number; period: number },
): { values: Float32Array; shape: number[] } {
  const threshold = Math.floor(rate * 2 ** 32);
  const scale = Math.fround(1 / (1 - rate));
  // The trailing dimensions that the period spans, if it spans whole ones.
  let trailing = shape.length;
  let size = 1;
  while (trailing > 0 && size < period) size *= shape[--trailing] ?? 1;
  const whole = size <= period;
  const values = new Float32Array(whole ? size : elementsOf(shape));
  for (let i = 0; i < values.length; i++) {
    values[i] = hash(seed, i % period) >= threshold ? scale : 0;
  }
  return { values, shape: whole ? shape.slice(trailing) : [...shape] };
}
