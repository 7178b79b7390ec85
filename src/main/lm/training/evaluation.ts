import { evaluateStepAt } from '../nn/step.ts';
import { disposeState, zeroState, type Network } from '../nn/network.ts';
import { createBatch } from '../text/batches.ts';
import type { TokenArray } from '../text/tokens.ts';
import { BOUNDARY } from '../text/units.ts';

export interface EvaluationOptions {
  /** Columns read side by side; 1 reads the stream as one, exactly. Default: up to 16. */
  readonly columns?: number;
  /** Most tokens that are scored, from the beginning of every column: so they lie all over the stream. */
  readonly limit?: number;
  readonly signal?: AbortSignal;
  /** Lets other work run; called after each window. */
  readonly yieldNow: () => Promise<void>;
}

/** What held-back text says of a network. */
export interface Reading {
  /** Mean nats per token. */
  readonly loss: number;
  /** Between 0.63 and 1.6: the one at which the text is most likely (Guo et al. 2017). */
  readonly temperature: number;
}

export const WINDOW = 64;
export const COLUMNS = 16;
/** Fewest tokens of a column: below that, fewer columns. */
const SHORTEST = 4 * WINDOW;
/** Tokens that are read at most without being scored. */
export const WARMING = COLUMNS * WINDOW;

/** Of `tokens` that are scored, so many fit the temperature: each costs the output several times over. */
export const fitting = (tokens: number): number =>
  Math.min(4096, Math.max(512, Math.ceil(tokens / 4)));

/** ln of the highest temperature that is given, and of 1 over the lowest. */
const BOUND = Math.log(1.6);
/** From one temperature to the next, in ln T; 1 is in the middle. */
const STRIDE = BOUND / 2;
const MIDDLE = 2;
export const TEMPERATURES = [-2, -1, 0, 1, 2].map((i) => Math.exp(i * STRIDE));

/**
 * Reads a stream statefully. Columns side by side are many times as fast as one; each first reads the 64
 * tokens before its own unscored, so that it starts warm: the difference to one column is far below what
 * separates two models (tested: under 1 %). Of n columns, the last n-1 tokens at most are not scored.
 *
 * @returns null when the signal stopped it
 * @throws RangeError for a stream without targets
 */
export async function readHeldBack(
  network: Network,
  ids: TokenArray,
  options: EvaluationOptions,
): Promise<Reading | null> {
  const targets = ids.length - 1;
  if (targets < 1) throw new RangeError(`A stream of ${ids.length} tokens has no targets`);
  const columns = Math.max(1, Math.min(options.columns ?? COLUMNS, Math.floor(targets / SHORTEST)));
  const length = Math.floor(targets / columns);
  const scoredLength = Math.min(length, Math.ceil((options.limit ?? targets) / columns));
  const fitted = fitting(scoredLength * columns);
  let state = zeroState(network.config, columns);
  let nats = 0;
  let scored = 0;
  const fits = TEMPERATURES.map(() => 0);
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
      const alsoFits = from >= 0 && scored < fitted;
      const result = await evaluateStepAt(network, batch, state, alsoFits ? TEMPERATURES : [1]);
      state = result.state;
      if (from >= 0) {
        nats += (result.nats[alsoFits ? MIDDLE : 0] ?? NaN) * T * columns;
        scored += T * columns;
        if (alsoFits) result.nats.forEach((loss, i) => (fits[i]! += loss * T * columns));
      }
      await options.yieldNow();
    }
  } finally {
    disposeState(state);
  }
  return { loss: nats / scored, temperature: Math.exp(STRIDE * (lowest(fits) - MIDDLE)) };
}

/**
 * Where in a row of values, of which the ends bound it, a smooth function through them is lowest: the
 * vertex of the parabola through the lowest and its neighbours. The loss is nearly one in ln T.
 */
export function lowest(values: readonly number[]): number {
  const last = values.length - 1;
  let at = 1;
  for (let i = 2; i < last; i++) if (values[i]! < values[at]!) at = i;
  const [below, middle, above] = [values[at - 1]!, values[at]!, values[at + 1]!];
  const curvature = below - 2 * middle + above;
  // Far from the minimum the parabola may open downwards: then only the direction counts.
  const move = curvature > 0 ? (below - above) / (2 * curvature) : Math.sign(below - above);
  return Math.max(0, Math.min(last, at + move));
}
