import { tensor } from '@tensorflow/tfjs-core';
import type { NetworkConfig } from '../../../shared/config.ts';
import { disposeState, type State } from '../nn/network.ts';

/** Copies of h and c, layer by layer, [B,H] each. */
export async function saveState(state: State): Promise<Float32Array[]> {
  const copies: Float32Array[] = [];
  for (const { h, c } of state.layers) {
    for (const part of [h, c]) copies.push((await part.data<'float32'>()).slice());
  }
  return copies;
}

/** The state that `saveState` copied; `before` is disposed. */
export function restoreState(
  config: NetworkConfig,
  batch: number,
  before: State,
  copies: readonly Float32Array[],
): State {
  const restored = config.layers.map((hidden, layer) => {
    const [h, c] = copies.slice(2 * layer, 2 * layer + 2);
    if (h?.length !== batch * hidden || c?.length !== batch * hidden) {
      throw new RangeError(`The saved state of layer ${layer} does not have shape [${batch},${hidden}]`);
    }
    return {
      h: tensor(h.slice(), [batch, hidden], 'float32') as State['layers'][number]['h'],
      c: tensor(c.slice(), [batch, hidden], 'float32') as State['layers'][number]['c'],
    };
  });
  disposeState(before);
  return { layers: restored };
}
