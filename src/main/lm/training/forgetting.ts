import { createRandom } from '../random.ts';
import type { Batch } from '../text/batches.ts';

/** Chance of a column to begin a window with the zero state: at 64 tokens a window, once in 6,400 tokens. */
const CHANCE = 0.01;

/**
 * Lets single columns forget what came before their window. A state that is carried through a whole epoch
 * drifts, and the network comes to rely on that drift as on a bias: it then predicts badly from a fresh
 * state, which is how it is evaluated and how it writes. (Seen: 7.2 nats per character from zero, 1.95
 * carried.) A network that must often start anew cannot. The same seed and step forget the same columns.
 */
export function forgetSome({ starts, B }: Batch, seed: number, step: number): void {
  const random = createRandom(seed).fork(step);
  for (let column = 0; column < B; column++) if (random.next() < CHANCE) starts[column] = 1;
}
