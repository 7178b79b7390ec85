/**
 * The hot operations of the network as custom TensorFlow.js kernels: one gradient here, one
 * implementation for each backend. Names, inputs, attributes and outputs are the contract.
 *
 *   Embedding       {table [V,E], ids [T,B] int32} -> y [T,B,E]
 *   EmbeddingGrad   {dy [T,B,E], ids} {vocabulary} -> dtable [V,E]
 *   Recurrent       {x [T,B,I], h0 [B,H], c0 [B,H], wih [G*H,I], whh [G*H,H], bih [G*H], bhh [G*H],
 *                    starts [T,B] int32 (1: the state is zero before this step)} {cell}
 *                   -> y [T,B,H], hT [B,H], cT [B,H], gates [T,B,G*H] (activated), cells [T,B,H]
 *                   LSTM gates are i,f,g,o. GRU gates are r,z,n with reset after the product
 *                   (n = tanh(Wx + bih + r * (Uh + bhh))); `cells` then holds Uh + bhh of n, and c0
 *                   passes through to cT. What comes after cT is for RecurrentGrad alone: a backend
 *                   may keep other things in these places, and more of them.
 *   RecurrentGrad   {dy, x, h0, c0, wih, whh, bih, bhh, starts, y, gates, cells, kept2...} {cell}
 *                   -> dx, dwih, dwhh, dbih, dbhh; none for the state, which is detached
 *   SoftmaxLoss     {h [...,H], w [V,H], b [V], targets [...] int32} {gradients, temperature}
 *                   -> loss [] (mean, nats), dh [...,H], dw [V,H], db [V] (empty without gradients)
 *   Dropout         {x} {rate, seed, period} -> element i is kept when keep(seed, i % period), and
 *                   scaled by 1/(1-rate): variational when period is smaller than x. Its own gradient.
 *   Linear          {x [...,I], w [O,I], b [O]} -> x w' + b [...,O]
 *   LinearGrad      {dy [...,O], x, w} -> dx, dw, db
 *   AdamW           see optimiser.ts
 */
import {
  clone,
  customGrad,
  engine,
  keep,
  mul,
  type NamedAttrMap,
  type NamedTensorMap,
  type Scalar,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import type { CellKind } from '../../../shared/config.ts';

const run = (name: string, inputs: NamedTensorMap, attributes: NamedAttrMap = {}): Tensor[] => {
  const outputs: unknown = engine().runKernel(name, inputs, attributes);
  return (Array.isArray(outputs) ? outputs : [outputs]) as Tensor[];
};

const only = (tensors: readonly Tensor[]): Tensor => {
  const [tensor] = tensors;
  if (!tensor) throw new TypeError('A kernel gave no output');
  return tensor;
};

/** The name under which RecurrentGrad finds the i-th of what Recurrent kept for it. */
export const keptName = (i: number): string => ['gates', 'cells'][i] ?? `kept${i}`;

/** `customGrad` with the types its documentation describes: inputs, and a way to save for backward. */
const differentiable = (
  inputs: Tensor[],
  forward: (save: (tensors: Tensor[]) => void) => Tensor,
  backward: (dy: Tensor, saved: Tensor[]) => Tensor[],
): Tensor =>
  customGrad((...args) => {
    const save = args.at(-1) as (tensors: Tensor[]) => void;
    return { value: forward(save), gradFunc: backward };
  })(...inputs);

/** Rows of `table` [V,E] for `ids` [T,B]: [T,B,E]. */
export const embedding = (table: Tensor, ids: Tensor): Tensor3D =>
  differentiable(
    [table],
    (save) => {
      save([ids]);
      return only(run('Embedding', { table, ids }));
    },
    (dy, [saved]) =>
      run('EmbeddingGrad', { dy, ids: saved as Tensor }, { vocabulary: table.shape[0] ?? 0 }),
  ) as Tensor3D;

export interface CellWeights {
  readonly wih: Tensor;
  readonly whh: Tensor;
  readonly bih: Tensor;
  readonly bhh: Tensor;
}

/**
 * One layer over the whole window: y [T,B,H] and the last state h, c [B,H]. The state is kept and
 * belongs to the caller; no gradient flows through it (truncated back-propagation through time).
 */
export function recurrent(
  cell: CellKind,
  x: Tensor,
  h0: Tensor,
  c0: Tensor,
  { wih, whh, bih, bhh }: CellWeights,
  starts: Tensor,
): { y: Tensor3D; h: Tensor2D; c: Tensor2D } {
  const inputs = { x, h0, c0, wih, whh, bih, bhh, starts };
  let state: Tensor[] = [];
  const y = differentiable(
    [x, wih, whh, bih, bhh],
    (save) => {
      const [out, h, c, ...kept] = run('Recurrent', inputs, { cell }) as [
        Tensor,
        Tensor,
        Tensor,
        ...Tensor[],
      ];
      state = [keep(h), keep(c)];
      // What the forward pass made is gone by the backward pass unless it is saved.
      save([x, whh, starts, out, ...kept]);
      return out;
    },
    (dy, saved) => {
      const [x, whh, starts, y, ...kept] = saved as [Tensor, Tensor, Tensor, Tensor, ...Tensor[]];
      const named = Object.fromEntries(kept.map((tensor, i) => [keptName(i), tensor]));
      return run('RecurrentGrad', { ...inputs, dy, x, whh, starts, y, ...named }, { cell });
    },
  );
  const [h, c] = state as [Tensor2D, Tensor2D];
  return { y: y as Tensor3D, h, c };
}

/** Mean cross-entropy in nats of softmax((h w' + b) / temperature) against `targets`. */
export const softmaxLoss = (
  h: Tensor,
  w: Tensor,
  b: Tensor,
  targets: Tensor,
  options: { gradients: boolean; temperature?: number },
): Scalar =>
  differentiable(
    [h, w, b],
    (save) => {
      const [loss, ...gradients] = run(
        'SoftmaxLoss',
        { h, w, b, targets },
        { gradients: options.gradients, temperature: options.temperature ?? 1 },
      );
      save(gradients);
      return loss as Tensor;
    },
    // Computed in the forward pass for an upstream gradient of 1, which a loss nearly always has.
    (dy, saved) => {
      const upstream = dy.dataSync()[0] ?? 1;
      // Saved tensors are disposed with the tape, so even unscaled they need a handle of their own.
      return saved.map((gradient) => (upstream === 1 ? clone(gradient) : mul(gradient, upstream)));
    },
  ) as Scalar;

/** Inverted dropout (variational, Gal & Ghahramani 2016, when the mask has a period). */
export function dropout(x: Tensor, rate: number, seed: number, period: number): Tensor {
  if (rate === 0) return x;
  const mask = (t: Tensor): Tensor[] => run('Dropout', { x: t }, { rate, seed, period });
  return differentiable([x], () => only(mask(x)), mask);
}

/** x [...,I] -> x w' + b [...,O]. */
export const linear = (x: Tensor, w: Tensor, b: Tensor): Tensor =>
  differentiable(
    [x, w, b],
    (save) => {
      save([x]);
      return only(run('Linear', { x, w, b }));
    },
    (dy, [saved]) => run('LinearGrad', { dy, x: saved as Tensor, w }),
  );
