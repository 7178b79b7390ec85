import type { Handle } from './binding.ts';
import { at, before } from './gru.ts';
import type { LayerOps, Passed, Stretched } from './layer.ts';
import type { Ops } from './ops.ts';

/** Units up to which BlockLSTMV2 is faster than single ops. */
const LARGEST_BLOCK = 256;

type Step = readonly [
  i: Handle,
  f: Handle,
  g: Handle,
  o: Handle,
  tanh: Handle,
  c: Handle,
  h: Handle,
];

/**
 * All steps in one op. Its gates are i,f,g,o, too, and what it gives is what is kept; its matrix is
 * [I+H,4H].
 */
export function byBlock(ops: Ops, packed: readonly Handle[], { x, h, c }: Stretched): Passed {
  const [T = 0, B = 0] = x.shape;
  const H = at(packed, 1).shape[1] ?? 0;
  const w = ops.transpose(ops.concat([at(packed, 0), at(packed, 1)], 1));
  const b = ops.add(at(packed, 2), at(packed, 3));
  // Peepholes, which are not used but asked for.
  const none = ops.zeros([H]);
  const [i, cells, f, o, g, tanh, y] = ops.run(
    'BlockLSTMV2',
    [ops.floats, ops.real('cell_clip', -1), ops.flag('use_peephole', false)],
    [ops.long(T), x, c, h, w, none, none, none, b],
    7,
  ) as [Handle, Handle, Handle, Handle, Handle, Handle, Handle];
  const last = (all: Handle): Handle => ops.reshape(ops.rows(all, T - 1, T), [B, H]);
  return { y, h: last(y), c: last(cells), kept: [i, f, g, o, tanh, cells] };
}

/** Each step some ten ops; the product with the input is one for all. */
export function bySteps(
  ops: Ops,
  packed: readonly Handle[],
  { x, h: first, c: firstCell }: Stretched,
): Passed {
  const [T = 0, B = 0] = x.shape;
  const [wih, whh] = [at(packed, 0), at(packed, 1)];
  const H = whh.shape[1] ?? 0;
  const b = ops.add(at(packed, 2), at(packed, 3));
  const input = ops.bias(ops.matMul(ops.matrix(x), wih, false, true), b);
  const inputs = ops.unstack(ops.reshape(input, [T, B, 4 * H]));
  const inner = ops.transpose(whh);
  const steps: Step[] = [];
  let [h, c] = [first, firstCell];
  for (let t = 0; t < T; t++) {
    const sums = ops.split(ops.add(at(inputs, t), ops.matMul(h, inner)), [2 * H, H, H], 1);
    const [i, f] = ops.split(ops.unary('Sigmoid', at(sums, 0)), [H, H], 1) as [Handle, Handle];
    const g = ops.unary('Tanh', at(sums, 1));
    const o = ops.unary('Sigmoid', at(sums, 2));
    c = ops.add(ops.mul(f, c), ops.mul(i, g));
    const tanh = ops.unary('Tanh', c);
    h = ops.mul(o, tanh);
    steps.push([i, f, g, o, tanh, c, h]);
  }
  const all = (part: number): Handle => ops.stack(steps.map((step) => step[part] as Handle));
  return { y: all(6), h, c, kept: [0, 1, 2, 3, 4, 5].map(all) };
}

/**
 * LSTM for the processor. Forwards TensorFlow's own op is faster for small layers, where an op costs more than
 * what it computes; its gradient is not, since it adds up the weights' gradient step by step, which here is
 * one product for all steps.
 */
export const composedLstm: LayerOps = {
  keeps: 6,

  pack: (_ops, weights) => [...weights],

  forward: (ops, packed, input) =>
    (at(packed, 1).shape[1] ?? 0) <= LARGEST_BLOCK
      ? byBlock(ops, packed, input)
      : bySteps(ops, packed, input),

  backward(ops, packed, { x, h, c }, { y, kept, dy, dh: after, dc: cellAfter }) {
    const [T = 0, B = 0] = y.shape;
    const [wih, whh] = [at(packed, 0), at(packed, 1)];
    const [i, f, g, o, tanh, cells] = [0, 1, 2, 3, 4, 5].map((k) => at(kept, k)) as [
      Handle,
      Handle,
      Handle,
      Handle,
      Handle,
      Handle,
    ];
    const one = ops.scalar(1);
    const slope = (sigmoid: Handle): Handle => ops.mul(sigmoid, ops.sub(one, sigmoid));
    const arch = (x: Handle): Handle => ops.sub(one, ops.unary('Square', x));
    const hBefore = before(ops, h, y);
    // What the gradient of a step's cell, and of its h, is multiplied with before each gate, at all steps.
    const toGates = ops.unstack(
      ops.concat(
        [
          ops.mul(g, slope(i)),
          ops.mul(before(ops, c, cells), slope(f)),
          ops.mul(i, arch(g)),
          ops.mul(tanh, slope(o)),
        ],
        2,
      ),
    );
    const toCell = ops.unstack(ops.mul(o, arch(tanh)));
    const [dys, fs] = [ops.unstack(dy), ops.unstack(f)];
    const sums: Handle[] = [];
    let [dh, dc] = [after, cellAfter];
    for (let t = T - 1; t >= 0; t--) {
      const d = dh ? ops.add(at(dys, t), dh) : at(dys, t);
      const through = ops.mul(d, at(toCell, t));
      const dCell = dc ? ops.add(through, dc) : through;
      const dSums = ops.mul(ops.concat([dCell, dCell, dCell, d], 1), at(toGates, t));
      sums.unshift(dSums);
      dh = ops.matMul(dSums, whh);
      dc = ops.mul(dCell, at(fs, t));
    }
    const dSums = ops.matrix(ops.stack(sums));
    const db = ops.biasGradient(dSums);
    return {
      dx: ops.reshape(ops.matMul(dSums, wih), [T, B, wih.shape[1] ?? 0]),
      dh: dh as Handle,
      dc,
      weights: [
        ops.matMul(dSums, ops.matrix(x), true),
        ops.matMul(dSums, ops.matrix(hBefore), true),
        db,
        ops.alias(db),
      ],
    };
  },

  unpack: (_ops, gradients) =>
    [0, 1, 2, 3].map((k) => at(gradients, k)) as [Handle, Handle, Handle, Handle],
};
