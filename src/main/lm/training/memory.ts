import { gates, parameterCount } from '../nn/weights.ts';
import type { NetworkConfig } from '../../../shared/config.ts';

/** What Node, TensorFlow.js and the program itself take before anything is trained, in bytes. */
const PROGRAM = 120e6;

/**
 * Peak memory of a training run in bytes, as it should be: weights, gradients, two moments, a packed copy
 * for the kernels, the best weights, and two snapshots of weights and moments (the last good one, and the
 * next while it is made); activations and their gradients of one window; the tokens.
 *
 * @param tokens bytes of both streams
 */
export function estimateMemory(
  network: NetworkConfig,
  { batch, window }: { batch: number; window: number },
  tokens: number,
): { program: number; training: number; total: number } {
  const weights = 4 * parameterCount(network);
  const positions = batch * window;
  const layers = network.layers.reduce(
    // Gates, cells, output and its mask, forward and backward.
    (floats, hidden) => floats + 2 * (gates(network.cell) + 3) * hidden,
    0,
  );
  const ends = 4 * network.embedding + 4 * network.projection;
  // The loss is taken in slices of rows, never all logits at once.
  const logits = Math.min(positions, 256) * network.vocabulary;
  const training = 12 * weights + 4 * (positions * (layers + ends) + 2 * logits);
  const program = PROGRAM + tokens;
  return { program, training, total: program + training };
}
