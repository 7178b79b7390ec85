import type { Handle } from './binding.ts';
import type { LayerOps } from './layer.ts';
import type { Ops } from './ops.ts';

const handle = (found: Handle | undefined): Handle => {
  if (!found) throw new TypeError('CudnnRNN gave too few outputs');
  return found;
};

const attributes = (ops: Ops, mode: 'lstm' | 'gru') => [
  ops.floats,
  ops.text('rnn_mode', mode),
  ops.text('input_mode', 'linear_input'),
  ops.text('direction', 'unidirectional'),
  // Masks between layers are ours, and held for a window; cuDNN's own change from step to step.
  ops.real('dropout', 0),
  ops.count('seed', 0),
  ops.count('seed2', 0),
];

/** [B,H] as a state of one layer, and back. */
const layered = (ops: Ops, state: Handle): Handle => ops.reshape(state, [1, ...state.shape]);
const flat = (ops: Ops, state: Handle): Handle => ops.reshape(state, state.shape.slice(1));

/**
 * A layer by cuDNN. Its parameters are one vector: all matrices, then all biases, each in rows of the
 * gates i,f,g,o or r,z,n, input before recurrent: PyTorch's four tensors one after the other (as Keras
 * makes it, too). The first version of the op is enough: the later ones add sequence lengths and an
 * int8 output that tfjs-node does not take.
 */
export const cudnn = (mode: 'lstm' | 'gru'): LayerOps => ({
  keeps: 3,

  pack: (ops, weights) => [
    ops.concat(
      weights.map((w) => ops.reshape(w, [-1])),
      0,
    ),
  ],

  forward(ops, [parameters], { x, h, c }) {
    const [y, hn, cn, reserve] = ops.run(
      'CudnnRNN',
      [...attributes(ops, mode), ops.flag('is_training', true)],
      [...[x, layered(ops, h), mode === 'lstm' ? layered(ops, c) : c], handle(parameters)],
      4,
    );
    return {
      y: handle(y),
      h: flat(ops, handle(hn)),
      c: mode === 'lstm' ? flat(ops, handle(cn)) : null,
      kept: [handle(reserve), handle(hn), handle(cn)],
    };
  },

  backward(ops, [parameters], { x, h, c }, { y, kept, dy, dh, dc }) {
    const [reserve, hn, cn] = kept;
    const [, B = 0, H = 0] = y.shape;
    const state = (gradient: Handle | null): Handle =>
      gradient ? layered(ops, gradient) : ops.zeros([1, B, H]);
    const lstm = mode === 'lstm';
    const [dx, dhBefore, dcBefore, dParameters] = ops.run(
      'CudnnRNNBackprop',
      attributes(ops, mode),
      [
        ...[x, layered(ops, h), lstm ? layered(ops, c) : c, handle(parameters)],
        ...[y, handle(hn), handle(cn)],
        ...[dy, state(dh), lstm ? state(dc) : ops.scalar(0), handle(reserve)],
      ],
      4,
    );
    return {
      dx: handle(dx),
      dh: flat(ops, handle(dhBefore)),
      dc: lstm ? flat(ops, handle(dcBefore)) : null,
      weights: [handle(dParameters)],
    };
  },

  unpack(ops, [parameters], { I, H }) {
    const G = (mode === 'lstm' ? 4 : 3) * H;
    const parts = ops.split(handle(parameters), [G * I, G * H, G, G], 0);
    const [dwih, dwhh, dbih, dbhh] = parts.map(handle) as [Handle, Handle, Handle, Handle];
    return [ops.reshape(dwih, [G, I]), ops.reshape(dwhh, [G, H]), dbih, dbhh];
  },
});
