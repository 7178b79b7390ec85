import {
  tensor,
  tidy,
  variable,
  zeros,
  type Rank,
  type Scalar,
  type Tensor,
  type Tensor2D,
  type Variable,
} from '@tensorflow/tfjs-core';
import type { NetworkConfig } from '../../../shared/config.ts';
import type { Batch } from '../text/batches.ts';
import { dropout, embedding, linear, recurrent, softmaxLoss } from './ops.ts';
import { elements, weightSpecs, type Weights } from './weights.ts';

/** Rates of the masks of one window, and the seed they are drawn from. */
export interface DropoutPlan {
  readonly in: number;
  readonly between: number;
  readonly out: number;
  /** DropConnect on the recurrent weights (Merity et al. 2018). */
  readonly weightDrop: number;
  readonly seed: number;
}

/** h and c of every layer, [B,H] each, detached between windows. */
export interface State {
  readonly layers: readonly { readonly h: Tensor2D; readonly c: Tensor2D }[];
}

/** The network's parameters as TensorFlow.js variables under PyTorch's names. */
export interface Network {
  readonly config: NetworkConfig;
  readonly parameters: ReadonlyMap<string, Variable>;
  /** Copies of all weights. */
  weights(): Promise<Weights>;
  /** Overwrites all weights. Throws RangeError when names or sizes differ. */
  load(weights: Weights): void;
  dispose(): void;
}

/**
 * Weights to start from. Where the embedding has its own rows it is N(0, 1), and what comes into the gates
 * has about unit variance (LeCun et al. 1998): input weights are uniform +-2/sqrt(I) in the first layer
 * and +-4/sqrt(I) in those above, whose inputs are outputs of gates and smaller. Tied rows are output
 * weights too and begin at N(0, 0.1), so that logits start near zero. Recurrent and linear weights are
 * PyTorch's uniform +-1/sqrt of the number of their inputs; biases are zero, and 1 at the forget gate
 * (Jozefowicz et al. 2015).
 */
export function initialWeights(config: NetworkConfig, random: { next(): number }): Weights {
  const weights = new Map<string, Float32Array>();
  for (const { name, shape } of weightSpecs(config)) {
    const values = new Float32Array(elements(shape));
    const uniform = (bound: number): void => {
      for (let i = 0; i < values.length; i++) values[i] = bound * (2 * random.next() - 1);
    };
    const [rows = 1, columns = 1] = shape;
    if (name === 'embed.weight') {
      const deviation = config.tied ? 0.1 : 1;
      for (let i = 0; i < values.length; i++) values[i] = deviation * normal(random);
    } else if (name.startsWith('rnn.weight_ih')) {
      uniform((name.endsWith('l0') ? 2 : 4) / Math.sqrt(columns));
    } else if (name.endsWith('.weight') || name.startsWith('rnn.weight_hh')) {
      uniform(1 / Math.sqrt(columns));
    } else if (config.cell === 'lstm' && name.includes('bias_ih')) {
      values.fill(1, rows / 4, rows / 2);
    }
    weights.set(name, values);
  }
  return weights;
}

/** Box & Muller 1958. */
const normal = (random: { next(): number }): number =>
  Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());

export function createNetwork(config: NetworkConfig, weights: Weights): Network {
  const specs = weightSpecs(config);
  const parameters = new Map<string, Variable>();
  const load = (from: Weights): void => {
    for (const { name, shape } of specs) {
      const values = from.get(name);
      if (values?.length !== elements(shape)) {
        throw new RangeError(
          `Weight ${name} has ${values?.length ?? 0} values, expected ${elements(shape)}`,
        );
      }
      tidy(() => {
        const fresh = tensor(values.slice(), [...shape], 'float32');
        const existing = parameters.get(name);
        if (existing) existing.assign(fresh);
        else parameters.set(name, variable(fresh, true));
      });
    }
  };
  load(weights);
  return {
    config,
    parameters,
    load,
    async weights() {
      const copies = new Map<string, Float32Array>();
      for (const [name, parameter] of parameters) {
        copies.set(name, (await parameter.data<'float32'>()).slice());
      }
      return copies;
    },
    dispose() {
      for (const parameter of parameters.values()) parameter.dispose();
    },
  };
}

/** The zero state for `batch` columns. */
export const zeroState = (config: NetworkConfig, batch: number): State => ({
  layers: config.layers.map((hidden) => ({
    h: zeros<Rank.R2>([batch, hidden]),
    c: zeros<Rank.R2>([batch, hidden]),
  })),
});

export function disposeState(state: State): void {
  for (const { h, c } of state.layers) {
    h.dispose();
    c.dispose();
  }
}

/**
 * What the output is made of, [T,B,P] or [T,B,H], and the state after the window, which belongs to the
 * caller.
 *
 * @param dropoutPlan null to evaluate: no masks.
 */
export function read(
  network: Network,
  batch: Batch,
  state: State,
  dropoutPlan: DropoutPlan | null,
): { top: Tensor; state: State } {
  const { config } = network;
  const { T, B } = batch;
  const seed = (offset: number): number =>
    (Math.imul((dropoutPlan?.seed ?? 0) + offset, 0x9e3779b1) ^ offset) >>> 0;
  const mask = (x: Tensor, rate: number, offset: number, size: number): Tensor =>
    dropout(x, dropoutPlan ? rate : 0, seed(offset), B * size);

  const starts = tensor(batch.starts, [T, B], 'int32');
  const ids = tensor(batch.ids, [T, B], 'int32');
  let x: Tensor = embedding(parameterOf(network, 'embed.weight'), ids);
  x = mask(x, dropoutPlan?.in ?? 0, 1, config.embedding);
  const layers = config.layers.map((hidden, layer) => {
    const before = state.layers[layer];
    if (!before) throw new RangeError(`The state has no layer ${layer}`);
    const recurrentWeights = parameterOf(network, `rnn.weight_hh_l${layer}`);
    const { y, h, c } = recurrent(
      config.cell,
      x,
      before.h,
      before.c,
      {
        wih: parameterOf(network, `rnn.weight_ih_l${layer}`),
        whh: dropout(
          recurrentWeights,
          dropoutPlan?.weightDrop ?? 0,
          seed(100 + layer),
          recurrentWeights.size,
        ),
        bih: parameterOf(network, `rnn.bias_ih_l${layer}`),
        bhh: parameterOf(network, `rnn.bias_hh_l${layer}`),
      },
      starts,
    );
    const last = layer === config.layers.length - 1;
    const rate = last ? dropoutPlan?.out : dropoutPlan?.between;
    x = mask(y, rate ?? 0, 2 + layer, hidden);
    return { h, c };
  });
  if (config.projection > 0) {
    x = linear(x, parameterOf(network, 'project.weight'), parameterOf(network, 'project.bias'));
  }
  return { top: x, state: { layers } };
}

/** Mean loss in nats per token of what `read` gave for a window. */
export const lossOf = (
  network: Network,
  top: Tensor,
  { T, B, targets }: Batch,
  options: { gradients: boolean; temperature?: number },
): Scalar =>
  softmaxLoss(
    top,
    parameterOf(network, network.config.tied ? 'embed.weight' : 'out.weight'),
    parameterOf(network, 'out.bias'),
    tensor(targets, [T, B], 'int32'),
    options,
  );

/**
 * Mean loss of a window in nats per token, and the state after it, which belongs to the caller.
 *
 * @param dropoutPlan null to evaluate: no masks, no gradients.
 */
export function forward(
  network: Network,
  batch: Batch,
  state: State,
  dropoutPlan: DropoutPlan | null,
): { loss: Scalar; state: State } {
  const { top, state: after } = read(network, batch, state, dropoutPlan);
  const loss = lossOf(network, top, batch, { gradients: dropoutPlan !== null });
  return { loss, state: after };
}

function parameterOf(network: Network, name: string): Tensor {
  const found = network.parameters.get(name);
  if (!found) throw new RangeError(`The network has no weight ${name}`);
  return found;
}
