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

/** Forward, backward, clip, AdamW on one window of truncated back-propagation through time. */
export function trainStep(
  network: Network,
  optimiser: AdamW,
  batch: Batch,
  state: State,
  options: { rate: number; clip: number; dropout: DropoutPlan },
): StepResult {
  let after = state;
  const variables: Variable[] = [...network.parameters.values()];
  const result = tidy(() => {
    const { value, grads } = variableGrads(() => {
      const output = forward(network, batch, state, options.dropout);
      after = output.state;
      return output.loss;
    }, variables);
    const loss = value.dataSync()[0] ?? NaN;
    const norm = Number.isFinite(loss) ? optimiser.update(grads, options.rate, options.clip) : NaN;
    return { loss, norm };
  });
  disposeState(state);
  return { ...result, state: after };
}

/**
 * Mean nats per token of a window at several temperatures, read once, without masks or gradients. The
 * state before is disposed.
 */
export function evaluateStepAt(
  network: Network,
  batch: Batch,
  state: State,
  temperatures: readonly number[],
): { nats: number[]; state: State } {
  let after = state;
  const losses = tidy((): Scalar[] => {
    const output = read(network, batch, state, null);
    after = output.state;
    return temperatures.map((temperature) =>
      lossOf(network, output.top, batch, { gradients: false, temperature }),
    );
  });
  const nats = losses.map((loss) => loss.dataSync()[0] ?? NaN);
  for (const loss of losses) loss.dispose();
  disposeState(state);
  return { nats, state: after };
}

/** The same at one temperature. */
export function evaluateStep(
  network: Network,
  batch: Batch,
  state: State,
  temperature = 1,
): { nats: number; state: State } {
  const { nats, state: after } = evaluateStepAt(network, batch, state, [temperature]);
  return { nats: nats[0] ?? NaN, state: after };
}
