import { tidy, variableGrads, type Scalar, type Variable } from '@tensorflow/tfjs-core';
import type { Batch } from '../text/batches.ts';
import {
  disposeState,
  forward,
  lossOf,
  read,
  type DropoutPlan,
  type Network,
  type State,
} from './network.ts';
import type { AdamW } from './optimiser.ts';

/** What one step came to. */
export interface StepResult {
  /** Mean nats per token of the window, before the update. */
  readonly loss: number;
  /** Global norm of the gradients before the clip. */
  readonly norm: number;
  /** The state after the window; the one before is disposed. */
  readonly state: State;
}

/**
 * Forward, backward, clip, AdamW on one window of truncated back-propagation through time. All of it is
 * begun at once; what is awaited are loss and norm, which a GPU gives only so.
 */
export async function trainStep(
  network: Network,
  optimiser: AdamW,
  batch: Batch,
  state: State,
  options: { rate: number; clip: number; dropout: DropoutPlan },
): Promise<StepResult> {
  let after = state;
  let update = Promise.resolve({ loss: NaN, norm: NaN });
  const variables: Variable[] = [...network.parameters.values()];
  tidy(() => {
    const { value, grads } = variableGrads(() => {
      const output = forward(network, batch, state, options.dropout);
      after = output.state;
      return output.loss;
    }, variables);
    update = optimiser.update(value, grads, options);
  });
  disposeState(state);
  try {
    return { ...(await update), state: after };
  } catch (error) {
    disposeState(after);
    throw error;
  }
}

/**
 * Mean nats per token of a window at several temperatures, read once, without masks or gradients. The
 * state before is disposed.
 */
export async function evaluateStepAt(
  network: Network,
  batch: Batch,
  state: State,
  temperatures: readonly number[],
): Promise<{ nats: number[]; state: State }> {
  let after = state;
  const losses = tidy((): Scalar[] => {
    const output = read(network, batch, state, null);
    after = output.state;
    return temperatures.map((temperature) =>
      lossOf(network, output.top, batch, { gradients: false, temperature }),
    );
  });
  disposeState(state);
  try {
    const nats = await Promise.all(losses.map(async (loss) => (await loss.data())[0] ?? NaN));
    return { nats, state: after };
  } catch (error) {
    disposeState(after);
    throw error;
  } finally {
    for (const loss of losses) loss.dispose();
  }
}

/** The same at one temperature. */
export async function evaluateStep(
  network: Network,
  batch: Batch,
  state: State,
  temperature = 1,
): Promise<{ nats: number; state: State }> {
  const { nats, state: after } = await evaluateStepAt(network, batch, state, [temperature]);
  return { nats: nats[0] ?? NaN, state: after };
}
