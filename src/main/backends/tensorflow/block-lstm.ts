import type { Handle } from './binding.ts';
import type { LayerOps } from './layer.ts';
import type { Ops } from './ops.ts';

const handle = (found: Handle | undefined): Handle => {
  if (!found) throw new TypeError('BlockLSTMV2 gave too few outputs');
  return found;
};

/** [B,H] at the last of `steps` steps, zero before: [T,B,H]. */
function atLastStep(ops: Ops, x: Handle, steps: number): Handle {
  const row = ops.reshape(x, [1, ...x.shape]);
  if (steps === 1) return row;
  return ops.concat([ops.zeros([steps - 1, ...x.shape]), row], 0);
}

/**
 * LSTM by BlockLSTMV2 and its gradient, which have kernels for the processor. They take one matrix
 * [I+H,4H] whose gates are i,f,g,o, as PyTorch's rows, and one bias.
 */
export const blockLstm: LayerOps = {
  keeps: 6,

  pack(ops, [wih, whh, bih, bhh]) {
    const w = ops.transpose(ops.concat([wih, whh], 1));
    const [H = 0] = [whh.shape[1]];
    // Peepholes, which are not used but asked for.
    return [w, ops.add(bih, bhh), ops.zeros([H])];
  },

  forward(ops, [w, b, peephole], { x, h, c }) {
    const [T = 0, B = 0] = x.shape;
    const none = handle(peephole);
    const [i, cs, f, o, ci, co, y] = ops.run(
      'BlockLSTMV2',
      [ops.floats, ops.real('cell_clip', -1), ops.flag('use_peephole', false)],
      [ops.long(T), x, c, h, handle(w), none, none, none, handle(b)],
      7,
    ).map(handle) as [Handle, Handle, Handle, Handle, Handle, Handle, Handle];
    const last = (all: Handle): Handle =>
      ops.reshape(ops.rows(all, T - 1, T), [B, all.shape[2] ?? 0]);
    return { y, h: last(y), c: last(cs), kept: [i, cs, f, o, ci, co] };
  },

  backward(ops, [w, b, peephole], { x, h, c }, { y, kept, dy, dh, dc }) {
    const [T = 0] = x.shape;
    const none = handle(peephole);
    const hGradient = dh ? ops.add(dy, atLastStep(ops, dh, T)) : dy;
    const cGradient = dc ? atLastStep(ops, dc, T) : ops.zeros(y.shape);
    const [dx, dcBefore, dhBefore, dw, , , , db] = ops.run(
      'BlockLSTMGradV2',
      [ops.floats, ops.flag('use_peephole', false)],
      [
        ...[ops.long(T), x, c, h, handle(w), none, none, none, handle(b)],
        ...[...kept, y, cGradient, hGradient],
      ],
      8,
    );
    return {
      dx: handle(dx),
      dh: handle(dhBefore),
      dc: handle(dcBefore),
      weights: [handle(dw), handle(db)],
    };
  },

  unpack(ops, [dw, db], { I, H }) {
    const [dwih, dwhh] = ops.split(ops.transpose(handle(dw)), [I, H], 1);
    return [handle(dwih), handle(dwhh), ops.alias(handle(db)), ops.alias(handle(db))];
  },
};
