import {
  engine,
  keep,
  tensor,
  zeros,
  type NamedTensorMap,
  type Scalar,
  type Tensor,
} from '@tensorflow/tfjs-core';
import type { Network } from './network.ts';

export interface AdamWOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
}

/**
 * AdamW (Loshchilov & Hutter 2019) with the clip of the global norm in the same pass, in place.
 *
 * Kernel `AdamW`: inputs loss [], p0,g0,m0,v0,p1,...; attributes count, rate, beta1, beta2, epsilon, step
 * (from 1), clip, decays[]; gives [loss, global norm before the clip], [2]. Nothing changes when one of the
 * two is not finite.
 */
export class AdamW {
  readonly #network: Network;
  readonly #options: AdamWOptions;
  readonly #moments = new Map<string, { m: Tensor; v: Tensor }>();
  #step = 0;

  constructor(network: Network, options: AdamWOptions) {
    this.#network = network;
    this.#options = options;
    for (const [name, parameter] of network.parameters) {
      this.#moments.set(name, { m: zeros(parameter.shape), v: zeros(parameter.shape) });
    }
  }

  /** Steps taken. */
  get step(): number {
    return this.#step;
  }

  /**
   * One update, unless it would not be finite. Gives loss [] and global norm of the gradients, the one
   * thing of a step that is read back. Loss and gradients may be disposed before it has come.
   */
  async update(
    loss: Scalar,
    gradients: NamedTensorMap,
    { rate, clip }: { rate: number; clip: number },
  ): Promise<{ loss: number; norm: number }> {
    const inputs: NamedTensorMap = { loss };
    const decays: number[] = [];
    for (const [name, parameter] of this.#network.parameters) {
      const gradient = gradients[parameter.name];
      const moments = this.#moments.get(name);
      if (!gradient || !moments) throw new RangeError(`No gradient for ${name}`);
      const i = decays.length;
      inputs[`p${i}`] = parameter;
      inputs[`g${i}`] = gradient;
      inputs[`m${i}`] = moments.m;
      inputs[`v${i}`] = moments.v;
      const decayed = parameter.shape.length > 1 && name !== 'embed.weight';
      decays.push(decayed ? this.#options.weightDecay : 0);
    }
    const { beta1, beta2, epsilon } = this.#options;
    const result: unknown = engine().runKernel('AdamW', inputs, {
      count: decays.length,
      rate,
      beta1,
      beta2,
      epsilon,
      step: this.#step + 1,
      clip,
      decays,
    });
    const output = keep(result as Tensor);
    try {
      const [nats = NaN, norm = NaN] = await output.data<'float32'>();
      if (Number.isFinite(nats) && Number.isFinite(norm)) this.#step++;
      return { loss: nats, norm };
    } finally {
      output.dispose();
    }
  }

  /** Copies of the moments, `m.NAME` and `v.NAME`. */
  async state(): Promise<Map<string, Float32Array>> {
    const copies = new Map<string, Float32Array>();
    for (const [name, { m, v }] of this.#moments) {
      copies.set(`m.${name}`, (await m.data<'float32'>()).slice());
      copies.set(`v.${name}`, (await v.data<'float32'>()).slice());
    }
    return copies;
  }

  restore(state: ReadonlyMap<string, Float32Array>, step: number): void {
    for (const [name, moments] of this.#moments) {
      const m = state.get(`m.${name}`);
      const v = state.get(`v.${name}`);
      if (m?.length !== moments.m.size || v?.length !== moments.v.size) {
        throw new RangeError(`The optimiser's state of ${name} does not fit the network`);
      }
      const { shape } = moments.m;
      moments.m.dispose();
      moments.v.dispose();
      moments.m = tensor(m.slice(), shape, 'float32');
      moments.v = tensor(v.slice(), shape, 'float32');
    }
    this.#step = step;
  }

  dispose(): void {
    for (const { m, v } of this.#moments.values()) {
      m.dispose();
      v.dispose();
    }
  }
}
