import type { NetworkConfig } from '../../../shared/config.ts';
import type { Weights } from './weights.ts';

/** Precision of the weights a stepper holds; `int8` is one scale a row, for speed at large sizes. */
export type Precision = 'float32' | 'int8';

export interface StepperOptions {
  readonly streams: number;
  readonly precision: Precision;
}

/**
 * Runs the network one token at a time for n streams at once: what sampling needs, without tensors.
 * All streams start from the zero state.
 */
export interface Stepper {
  readonly streams: number;
  /** V. */
  readonly vocabulary: number;
  /**
   * Reads `ids` (one token for each stream) and returns the logits of the next token, [streams, V],
   * row by row. The array is reused by the next call.
   */
  step(ids: Int32Array): Float32Array;
  /** Reads many tokens on one stream, fast; returns the logits after the last, [V] (reused). */
  read(stream: number, ids: Int32Array): Float32Array;
  /**
   * Reads `ids` on one stream and returns the sum of -ln p(targets[i] | ids[0..i]) in nats, with the
   * logits divided by `temperature`. [N], [N] -> scalar.
   */
  score(stream: number, ids: Int32Array, targets: Int32Array, temperature?: number): number;
  /** Copies the state of stream `from` to stream `to`. */
  copy(from: number, to: number): void;
  /** The state of one stream, all layers, h then c: a copy. */
  save(stream: number): Float32Array;
  restore(stream: number, state: Float32Array): void;
  /** Back to the zero state. */
  reset(stream: number): void;
  dispose(): void;
}

export type StepperFactory = (
  network: NetworkConfig,
  weights: Weights,
  options: StepperOptions,
) => Stepper;
