import { evaluateStep } from '../nn/step.ts';
import { disposeState, zeroState, type Network } from '../nn/network.ts';
import { createBatch } from '../text/batches.ts';
import type { TokenArray } from '../text/tokens.ts';
import { BOUNDARY } from '../text/units.ts';

export interface EvaluationOptions {
  /** Columns read side by side; 1 reads the stream as one, exactly. Default: up to 16. */
  readonly columns?: number;
  /** The logits are divided by this. */
  readonly temperature?: number;
  /** Most tokens that are scored, from the beginning of every column: so they lie all over the stream. */
  readonly limit?: number;
  readonly signal?: AbortSignal;
  /** Lets other work run; called after each window. */
  readonly yieldNow: () => Promise<void>;
}

const WINDOW = 64;
const COLUMNS = 16;
/** Fewest tokens of a column: below that, fewer columns. */
const SHORTEST = 4 * WINDOW;

/**
 * Mean nats per token of a stream, read statefully. Columns side by side are many times as fast as one;
 * each first reads the 64 tokens before its own unscored, so that it starts warm: the difference to one
 * column is far below what separates two models (tested: under 1 %). Of n columns, the last n-1 tokens
 * at most are not scored.
 *
 * @returns null when the signal stopped it
 * @throws RangeError for a stream without targets
 */
export async function heldBackLoss(
  network: Network,
  ids: TokenArray,
  options: EvaluationOptions,
): Promise<number | null> {
  const targets = ids.length - 1;
  if (targets < 1) throw new RangeError(`A stream of ${ids.length} tokens has no targets`);
  const columns = Math.max(1, Math.min(options.columns ?? COLUMNS, Math.floor(targets / SHORTEST)));
  const length = Math.floor(targets / columns);
  const scoredLength = Math.min(length, Math.ceil((options.limit ?? targets) / columns));
  let state = zeroState(network.config, columns);
  let nats = 0;
  let scored = 0;
  try {
    for (let from = columns > 1 ? -WINDOW : 0; from < scoredLength; from += WINDOW) {
      if (options.signal?.aborted) return null;
      const T = Math.min(WINDOW, scoredLength - from);
      const batch = createBatch(T, columns);
      for (let b = 0; b < columns; b++) {
        for (let t = 0; t < T; t++) {
          // What would stand before the first document is more boundaries: they keep the state at zero.
          const at = b * length + from + t;
          const id = at < 0 ? BOUNDARY : (ids[at] ?? BOUNDARY);
          batch.ids[t * columns + b] = id;
          batch.targets[t * columns + b] = ids[Math.max(0, at + 1)] ?? BOUNDARY;
          batch.starts[t * columns + b] = id === BOUNDARY ? 1 : 0;
        }
      }
      const result = evaluateStep(network, batch, state, options.temperature ?? 1);
      state = result.state;
      if (from >= 0) {
        nats += result.nats * T * columns;
        scored += T * columns;
      }
      await options.yieldNow();
    }
  } finally {
    disposeState(state);
  }
  return nats / scored;
}

/** Tokens that the temperature is fitted on: bounded, since it takes several readings. */
const FITTED = 4096;
/** Tokens that one fit reads at most, in all its readings. */
export const FITTING = 6 * FITTED;
/** ln of the lowest and highest temperature that is given. */
const BOUND = Math.log(1.6);

/**
 * The temperature, between 0.63 and 1.6, at which held-back text is most likely (Guo et al. 2017), on a
 * bounded part of it. The loss is nearly a parabola in ln T: its vertex through three readings, and again
 * closer by when it lies off the middle. 1 when the signal stopped it.
 */
export async function fitTemperature(
  network: Network,
  ids: TokenArray,
  options: Pick<EvaluationOptions, 'signal' | 'yieldNow'>,
): Promise<number> {
  let centre = 0;
  for (const reach of [0.25, 0.1]) {
    const losses: number[] = [];
    for (const x of [centre - reach, centre, centre + reach]) {
      const temperature = Math.exp(x);
      const loss = await heldBackLoss(network, ids, { ...options, temperature, limit: FITTED });
      if (loss === null) return 1;
      losses.push(loss);
    }
    const [below = 0, middle = 0, above = 0] = losses;
    const curvature = below - 2 * middle + above;
    const slope = (below - above) / 2;
    // Far from the minimum the parabola may open downwards: then only the direction counts.
    const move = curvature > 0 ? (reach * slope) / curvature : 2 * reach * Math.sign(slope);
    centre = Math.max(-BOUND, Math.min(BOUND, centre + move));
    if (Math.abs(move) < reach / 2) break;
  }
  return Math.exp(centre);
}
