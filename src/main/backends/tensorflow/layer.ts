import type { Handle } from './binding.ts';
import type { Ops } from './ops.ts';

/** PyTorch's four: wih [G*H,I], whh [G*H,H], bih [G*H], bhh [G*H]. */
export type CellTensors = readonly [wih: Handle, whh: Handle, bih: Handle, bhh: Handle];

/** What an op of TensorFlow makes of a stretch: y [T,B,H], the state after it, what its gradient needs. */
export interface Passed {
  readonly y: Handle;
  readonly h: Handle;
  /** Null for GRU. */
  readonly c: Handle | null;
  readonly kept: readonly Handle[];
}

export interface Stretched {
  /** [T,B,I] */
  readonly x: Handle;
  /** [B,H] before the stretch; c is a zero scalar for GRU. */
  readonly h: Handle;
  readonly c: Handle;
}

export interface Upstream {
  readonly y: Handle;
  readonly kept: readonly Handle[];
  /** [T,B,H] */
  readonly dy: Handle;
  /** Of the state after the stretch, [B,H]; null: zero, as after the window. */
  readonly dh: Handle | null;
  readonly dc: Handle | null;
}

/**
 * One recurrent layer by ops of TensorFlow, over stretches without a reset. Weights are brought into the
 * form of the ops once for a window.
 */
export interface LayerOps {
  pack(ops: Ops, weights: CellTensors): Handle[];
  /** `kept` has always this length. */
  readonly keeps: number;
  forward(ops: Ops, packed: readonly Handle[], input: Stretched): Passed;
  /** Gradients of x, of the state before the stretch, and of the packed weights. */
  backward(
    ops: Ops,
    packed: readonly Handle[],
    input: Stretched,
    upstream: Upstream,
  ): { dx: Handle; dh: Handle; dc: Handle | null; weights: Handle[] };
  /** Gradients of the packed weights as gradients of PyTorch's. */
  unpack(ops: Ops, gradients: readonly Handle[], sizes: { I: number; H: number }): CellTensors;
}
