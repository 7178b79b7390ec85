import type { NetworkConfig } from '../../../shared/config.ts';

/** Named float32 arrays in PyTorch's names and layout. */
export type Weights = ReadonlyMap<string, Float32Array>;

export interface WeightSpec {
  readonly name: string;
  readonly shape: readonly number[];
}

/** Number of gates: LSTM i, f, g, o; GRU r, z, n. */
export const gates = (cell: NetworkConfig['cell']): number => (cell === 'lstm' ? 4 : 3);

/** Size of what the output layer sees: the projection, or the last layer. */
export const outputSize = (network: NetworkConfig): number =>
  network.projection || (network.layers.at(-1) ?? 0);

/**
 * Names and shapes of all weights, in file order. Each layer is an `nn.LSTM`/`nn.GRU` cell
 * (`rnn.weight_ih_l0` [G*H, I]); sizes may differ from layer to layer. Tied output weights are not listed.
 */
export function weightSpecs(network: NetworkConfig): WeightSpec[] {
  const specs: WeightSpec[] = [
    { name: 'embed.weight', shape: [network.vocabulary, network.embedding] },
  ];
  let input = network.embedding;
  network.layers.forEach((hidden, layer) => {
    const rows = gates(network.cell) * hidden;
    specs.push(
      { name: `rnn.weight_ih_l${layer}`, shape: [rows, input] },
      { name: `rnn.weight_hh_l${layer}`, shape: [rows, hidden] },
      { name: `rnn.bias_ih_l${layer}`, shape: [rows] },
      { name: `rnn.bias_hh_l${layer}`, shape: [rows] },
    );
    input = hidden;
  });
  if (network.projection > 0) {
    specs.push(
      { name: 'project.weight', shape: [network.projection, input] },
      { name: 'project.bias', shape: [network.projection] },
    );
  }
  if (!network.tied) {
    specs.push({ name: 'out.weight', shape: [network.vocabulary, outputSize(network)] });
  }
  specs.push({ name: 'out.bias', shape: [network.vocabulary] });
  return specs;
}

export const elements = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);

/** Number of parameters. */
export const parameterCount = (network: NetworkConfig): number =>
  weightSpecs(network).reduce((n, spec) => n + elements(spec.shape), 0);
