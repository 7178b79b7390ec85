import { createRandom, type Random } from '../../src/main/lm/random.ts';
import type { Batch } from '../../src/main/lm/text/batches.ts';
import { elements, weightSpecs } from '../../src/main/lm/nn/weights.ts';
import type { NetworkConfig } from '../../src/shared/config.ts';

/** Uniform numbers in +-scale. */
export const uniform = (random: Random, count: number, scale = 1): Float32Array =>
  Float32Array.from({ length: count }, () => scale * (2 * random.next() - 1));

/** Weights with no zeros and no symmetry, so that a mistake in any of them shows. */
export function randomWeights(network: NetworkConfig, seed: number): Map<string, Float32Array> {
  const random = createRandom(seed);
  return new Map(
    weightSpecs(network).map(({ name, shape }) => [
      name,
      uniform(random, elements(shape), 1.5 / Math.sqrt(shape.at(-1) ?? 1)),
    ]),
  );
}

/** Random tokens; about one in six is the boundary, which starts a document. */
export function randomBatch(vocabulary: number, T: number, B: number, seed: number): Batch {
  const random = createRandom(seed);
  const token = (): number => 1 + Math.floor(random.next() * (vocabulary - 1));
  const ids = Int32Array.from({ length: T * B }, () => (random.next() < 1 / 6 ? 0 : token()));
  return {
    T,
    B,
    ids,
    targets: Int32Array.from({ length: T * B }, token),
    starts: ids.map((id) => (id === 0 ? 1 : 0)),
  };
}
