import type { NetworkConfig } from '../../../shared/config.ts';
import type { Stepper, StepperOptions } from '../../lm/nn/stepper.ts';
import { elements, weightSpecs, type Weights } from '../../lm/nn/weights.ts';
import type { Addon, StepperHandle } from './addon.ts';

/** A stepper on the addon: see stepper.h. */
export class NativeStepper implements Stepper {
  readonly streams: number;
  readonly vocabulary: number;
  readonly #addon: Addon;
  readonly #stateSize: number;
  readonly #logits: Float32Array;
  readonly #last: Float32Array;
  #handle: StepperHandle | null;

  constructor(addon: Addon, network: NetworkConfig, weights: Weights, options: StepperOptions) {
    if (!Number.isInteger(options.streams) || options.streams < 1) {
      throw new RangeError(`A stepper has 1 or more streams, not ${options.streams}`);
    }
    for (const { name, shape } of weightSpecs(network)) {
      if (weights.get(name)?.length !== elements(shape)) {
        throw new RangeError(`Weight ${name} does not have shape [${shape.join(',')}]`);
      }
    }
    const get = (name: string): Float32Array | null => weights.get(name) ?? null;
    this.#addon = addon;
    this.streams = options.streams;
    this.vocabulary = network.vocabulary;
    const states = network.cell === 'gru' ? 1 : 2;
    this.#stateSize = states * network.layers.reduce((n, hidden) => n + hidden, 0);
    this.#logits = new Float32Array(options.streams * network.vocabulary);
    this.#last = new Float32Array(network.vocabulary);
    this.#handle = addon.createStepper(
      options.streams,
      network.cell === 'gru',
      options.precision === 'int8',
      network.vocabulary,
      network.embedding,
      network.projection,
      network.layers,
      [
        get('embed.weight'),
        ...network.layers.flatMap((_, l) =>
          [`weight_ih_l${l}`, `weight_hh_l${l}`, `bias_ih_l${l}`, `bias_hh_l${l}`].map((name) =>
            get(`rnn.${name}`),
          ),
        ),
        get('project.weight'),
        get('project.bias'),
        get(network.tied ? 'embed.weight' : 'out.weight'),
        get('out.bias'),
      ],
    );
  }

  get #live(): StepperHandle {
    if (!this.#handle) throw new TypeError('The stepper is disposed');
    return this.#handle;
  }

  step(ids: Int32Array): Float32Array {
    this.#addon.step(this.#live, ids, this.#logits);
    return this.#logits;
  }

  read(stream: number, ids: Int32Array): Float32Array {
    if (ids.length === 0) throw new RangeError('read() needs at least one token');
    this.#addon.read(this.#live, stream, ids.length, ids, this.#last);
    return this.#last;
  }

  score(stream: number, ids: Int32Array, targets: Int32Array, temperature = 1): number {
    if (ids.length !== targets.length) {
      throw new RangeError(`${ids.length} tokens but ${targets.length} targets`);
    }
    if (ids.length === 0) return 0;
    return this.#addon.score(this.#live, stream, ids.length, ids, targets, temperature);
  }

  copy(from: number, to: number): void {
    this.restore(to, this.save(from));
  }

  save(stream: number): Float32Array {
    const state = new Float32Array(this.#stateSize);
    this.#addon.saveState(this.#live, stream, state);
    return state;
  }

  restore(stream: number, state: Float32Array): void {
    this.#addon.restoreState(this.#live, stream, state);
  }

  reset(stream: number): void {
    this.restore(stream, new Float32Array(this.#stateSize));
  }

  dispose(): void {
    this.#handle = null;
  }
}
