/**
 * A stand-in for TensorFlow's cuDNN ops, which have no kernels for the processor: it refuses a call that
 * their definitions would not take, and computes what cuDNN documents. All other ops are TensorFlow's.
 *
 *   CudnnRNN          input [T,B,I], input_h [1,B,H], input_c [1,B,H] (GRU: a scalar), params [P]
 *                     -> output [T,B,H], output_h, output_c (GRU: a scalar), reserve_space [R]
 *   CudnnRNNBackprop  input, input_h, input_c, params, output, output_h, output_c, output_backprop,
 *                     output_h_backprop, output_c_backprop, reserve_space
 *                     -> input_backprop, input_h_backprop, input_c_backprop, params_backprop
 *   params            the input matrices of all gates, the recurrent ones, the input biases, the recurrent
 *                     ones; gates i,f,g,o (LSTM) or r,z,n (GRU), rows of H
 */
import { deepStrictEqual, ok } from 'node:assert/strict';
import type { Attribute, Binding, Handle } from '../../src/main/backends/tensorflow/binding.ts';
import { elementsOf } from '../../src/main/backends/tensorflow/binding.ts';
import { composedGru } from '../../src/main/backends/tensorflow/gru.ts';
import type { CellTensors } from '../../src/main/backends/tensorflow/layer.ts';
import { composedLstm } from '../../src/main/backends/tensorflow/lstm.ts';
import { Constants, Ops } from '../../src/main/backends/tensorflow/ops.ts';

/** A call of a cuDNN op, as TensorFlow would have seen it. */
export interface Recorded {
  readonly name: string;
  readonly attributes: readonly Attribute[];
  readonly inputs: readonly number[];
  readonly shapes: readonly (readonly number[])[];
  readonly outputs: number;
}

/** cuDNN's reserve is opaque: here it ends in numbers of no use. */
const PADDING = 7;

function expectAttributes(
  ops: Ops,
  name: string,
  attributes: readonly Attribute[],
): 'lstm' | 'gru' {
  const mode = attributes.find((attribute) => attribute.name === 'rnn_mode')?.value;
  ok(mode === 'lstm' || mode === 'gru', `rnn_mode is ${String(mode)}`);
  const expected = [
    ops.floats,
    ops.text('rnn_mode', mode),
    ops.text('input_mode', 'linear_input'),
    ops.text('direction', 'unidirectional'),
    ops.real('dropout', 0),
    ops.count('seed', 0),
    ops.count('seed2', 0),
    ...(name === 'CudnnRNN' ? [ops.flag('is_training', true)] : []),
  ];
  const byName = (list: readonly Attribute[]): Attribute[] =>
    list.toSorted((a, b) => a.name.localeCompare(b.name));
  deepStrictEqual(byName(attributes), byName(expected));
  return mode;
}

/** The same binding with a GPU that knows cuDNN. */
export function withCudnn(binding: Binding, record: (call: Recorded) => void): Binding {
  const constants = new Constants(binding);

  /** float32 inputs with their shapes, which TensorFlow tells. */
  const handlesOf = (ops: Ops, ids: readonly number[]): Handle[] =>
    ids.map((id) => {
      const unknown = { id, shape: [], dtype: binding.TF_FLOAT };
      const shape = ops.one('Shape', [ops.floats, ops.int32('out_type')], [unknown]);
      return { ...unknown, shape: [...binding.tensorDataSync(shape.id)] };
    });

  function run(
    ops: Ops,
    name: string,
    attributes: readonly Attribute[],
    ids: readonly number[],
  ): Handle[] {
    const mode = expectAttributes(ops, name, attributes);
    const lstm = mode === 'lstm';
    const layer = lstm ? composedLstm : composedGru;
    const inputs = handlesOf(ops, ids);
    record({ name, attributes, inputs: ids, shapes: inputs.map(({ shape }) => shape), outputs: 4 });
    deepStrictEqual(inputs.length, name === 'CudnnRNN' ? 4 : 11);
    const [x, h0, c0, parameters] = inputs as [Handle, Handle, Handle, Handle];
    const [T = 0, B = 0, I = 0] = x.shape;
    const H = h0.shape[2] ?? 0;
    const state = [1, B, H];
    const cell = lstm ? state : [];
    const G = (lstm ? 4 : 3) * H;
    deepStrictEqual(x.shape, [T, B, I]);
    deepStrictEqual(h0.shape, state);
    deepStrictEqual(c0.shape, cell);
    const sizes = [G * I, G * H, G, G];
    deepStrictEqual(parameters.shape, [sizes.reduce((a, b) => a + b)]);
    const [wih, whh, bih, bhh] = ops.split(parameters, sizes, 0) as [
      Handle,
      Handle,
      Handle,
      Handle,
    ];
    const weights: CellTensors = [ops.reshape(wih, [G, I]), ops.reshape(whh, [G, H]), bih, bhh];
    const packed = layer.pack(ops, weights);
    const input = { x, h: ops.reshape(h0, [B, H]), c: lstm ? ops.reshape(c0, [B, H]) : c0 };
    const keptShapes = Array.from({ length: layer.keeps }, () => [T, B, H]);

    if (name === 'CudnnRNN') {
      const passed = layer.forward(ops, packed, input);
      deepStrictEqual(
        passed.kept.map(({ shape }) => shape),
        keptShapes,
      );
      const padding = ops.tensor(new Float32Array(PADDING).fill(NaN), [PADDING]);
      const reserve = ops.concat(
        [...passed.kept.map((kept) => ops.reshape(kept, [-1])), padding],
        0,
      );
      const c = passed.c ? ops.reshape(passed.c, cell) : ops.scalar(0);
      return [passed.y, ops.reshape(passed.h, state), c, reserve];
    }
    const [y, hn, cn, dy, dhn, dcn, reserve] = inputs.slice(4) as [
      Handle,
      Handle,
      Handle,
      Handle,
      Handle,
      Handle,
      Handle,
    ];
    for (const output of [y, dy]) deepStrictEqual(output.shape, [T, B, H]);
    for (const last of [hn, dhn]) deepStrictEqual(last.shape, state);
    for (const last of [cn, dcn]) deepStrictEqual(last.shape, cell);
    // It must be the call before that is undone, with all that it was given and gave.
    const again = layer.forward(ops, packed, input);
    const values = (handle: Handle): number[] => [...binding.tensorDataSync(handle.id)];
    deepStrictEqual(values(y), values(again.y));
    deepStrictEqual(values(hn), values(again.h));
    if (again.c) deepStrictEqual(values(cn), values(again.c));
    const keptSizes = keptShapes.map(elementsOf);
    const kept = ops
      .split(reserve, [...keptSizes, PADDING], 0)
      .slice(0, -1)
      .map((part) => ops.reshape(part, [T, B, H]));
    const found = layer.backward(ops, packed, input, {
      ...{ y, kept, dy, dh: ops.reshape(dhn, [B, H]) },
      dc: lstm ? ops.reshape(dcn, [B, H]) : null,
    });
    return [
      found.dx,
      ops.reshape(found.dh, state),
      found.dc ? ops.reshape(found.dc, cell) : ops.scalar(0),
      ops.concat(
        found.weights.map((gradient) => ops.reshape(gradient, [-1])),
        0,
      ),
    ];
  }

  const ours: Pick<Binding, 'isUsingGpuDevice' | 'executeOp'> = {
    isUsingGpuDevice: () => true,
    executeOp(name, attributes, ids, outputs) {
      if (!name.startsWith('CudnnRNN')) return binding.executeOp(name, attributes, ids, outputs);
      const ops = new Ops(binding, constants);
      try {
        return run(ops, name, attributes, ids).map((handle) => ops.keep(handle));
      } finally {
        ops.close();
      }
    },
  };
  // The binding's properties cannot be listed nor written, only inherited.
  return Object.create(binding, {
    isUsingGpuDevice: { value: ours.isUsingGpuDevice },
    executeOp: { value: ours.executeOp },
  }) as Binding;
}
