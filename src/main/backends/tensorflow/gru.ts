import type { Handle } from './binding.ts';
import type { LayerOps } from './layer.ts';
import type { Ops } from './ops.ts';

export const at = (handles: readonly Handle[], i: number): Handle => {
  const found = handles[i];
  if (!found) throw new RangeError(`There is no step ${i}`);
  return found;
};

/** y one step back: the state before the stretch, then all steps but the last. */
export function before(ops: Ops, h: Handle, y: Handle): Handle {
  const [T = 0, ...row] = y.shape;
  const first = ops.reshape(h, [1, ...row]);
  return T === 1 ? first : ops.concat([first, ops.rows(y, 0, T - 1)], 0);
}

/**
 * GRU of simple ops, for the processor: GRUBlockCell resets before the product, PyTorch and cuDNN after it.
 * What does not depend on the step before is one op for all steps.
 */
export const composedGru: LayerOps = {
  keeps: 4,

  pack: (_ops, weights) => [...weights],

  forward(ops, packed, { x, h: first }) {
    const [T = 0, B = 0] = x.shape;
    const [wih, whh, bih, bhh] = [0, 1, 2, 3].map((i) => at(packed, i)) as [
      Handle,
      Handle,
      Handle,
      Handle,
    ];
    const H = whh.shape[1] ?? 0;
    const input = ops.bias(ops.matMul(ops.matrix(x), wih, false, true), bih);
    const [inputRz, inputN] = ops.split(ops.reshape(input, [T, B, 3 * H]), [2 * H, H], 2);
    const [xRz, xN] = [inputRz, inputN].map((all) => ops.unstack(all as Handle)) as [
      Handle[],
      Handle[],
    ];
    const steps: [r: Handle, z: Handle, n: Handle, un: Handle, h: Handle][] = [];
    let h = first;
    for (let t = 0; t < T; t++) {
      const inner = ops.split(ops.bias(ops.matMul(h, whh, false, true), bhh), [2 * H, H], 1);
      const [rz, un] = [at(inner, 0), at(inner, 1)];
      const gates = ops.split(ops.unary('Sigmoid', ops.add(at(xRz, t), rz)), [H, H], 1);
      const [r, z] = [at(gates, 0), at(gates, 1)];
      const n = ops.unary('Tanh', ops.add(at(xN, t), ops.mul(r, un)));
      h = ops.add(n, ops.mul(z, ops.sub(h, n)));
      steps.push([r, z, n, un, h]);
    }
    const all = (part: number): Handle => ops.stack(steps.map((step) => step[part] as Handle));
    const y = all(4);
    return { y, h, c: null, kept: [all(0), all(1), all(2), all(3)] };
  },

  backward(ops, packed, { x, h }, { y, kept, dy, dh: after }) {
    const [T = 0, B = 0, H = 0] = y.shape;
    const [wih, whh] = [at(packed, 0), at(packed, 1)];
    const [r, z, n, un] = [0, 1, 2, 3].map((i) => at(kept, i)) as [Handle, Handle, Handle, Handle];
    const one = ops.scalar(1);
    const hBefore = before(ops, h, y);
    // What d(h) of a step is multiplied with to be the gradient before each gate, at all steps.
    const toN = ops.mul(ops.sub(one, z), ops.sub(one, ops.unary('Square', n)));
    const toZ = ops.mul(ops.sub(hBefore, n), ops.mul(z, ops.sub(one, z)));
    const toR = ops.mul(ops.mul(toN, un), ops.mul(r, ops.sub(one, r)));
    const toInner = ops.unstack(ops.concat([toR, toZ, ops.mul(toN, r)], 2));
    const [dys, zs] = [ops.unstack(dy), ops.unstack(z)];
    const ds: Handle[] = [];
    const inner: Handle[] = [];
    let dh = after;
    for (let t = T - 1; t >= 0; t--) {
      const d = dh ? ops.add(at(dys, t), dh) : at(dys, t);
      const dInner = ops.mul(ops.concat([d, d, d], 1), at(toInner, t));
      ds.unshift(d);
      inner.unshift(dInner);
      dh = ops.add(ops.mul(d, at(zs, t)), ops.matMul(dInner, whh));
    }
    const dInner = ops.matrix(ops.stack(inner));
    const [dRz] = ops.split(dInner, [2 * H, H], 1);
    const dN = ops.matrix(ops.mul(ops.stack(ds), toN));
    const dInput = ops.concat([dRz as Handle, dN], 1);
    return {
      dx: ops.reshape(ops.matMul(dInput, wih), [T, B, wih.shape[1] ?? 0]),
      dh: dh as Handle,
      dc: null,
      weights: [
        ops.matMul(dInput, ops.matrix(x), true),
        ops.matMul(dInner, ops.matrix(hBefore), true),
        ops.biasGradient(dInput),
        ops.biasGradient(dInner),
      ],
    };
  },

  unpack: (_ops, gradients) =>
    [0, 1, 2, 3].map((i) => at(gradients, i)) as [Handle, Handle, Handle, Handle],
};
