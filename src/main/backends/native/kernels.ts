import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Call, Kernel } from '../kernel.ts';
import type { Addon } from './addon.ts';

const sizes = (
  call: Call,
): { gru: boolean; T: number; B: number; I: number; H: number; G: number } => {
  const [T, B, I] = call.shape('x', 3) as [number, number, number];
  const [, H] = call.shape('h0', 2) as [number, number];
  const gru = call.attribute('cell') === 'gru';
  return { gru, T, B, I, H, G: (gru ? 3 : 4) * H };
};

type Sizes = ReturnType<typeof sizes>;

const recurrentInputs = (call: Call, { T, B, I, H, G }: Sizes) =>
  [
    call.floats('x', [T, B, I]),
    call.floats('h0', [B, H]),
    call.floats('c0', [B, H]),
    call.floats('wih', [G, I]),
    call.floats('whh', [G, H]),
    call.floats('bih', [G]),
    call.floats('bhh', [G]),
    call.integers('starts', [T, B]),
  ] as const;

/** The kernels of lm/nn/ops.ts on the addon. Shapes are checked here, before any memory is touched. */
export function nativeKernels(addon: Addon): Record<string, Kernel> {
  const scalar = (call: Call, value: number): TensorInfo => {
    const { info, values } = call.output([]);
    values[0] = value;
    return info;
  };
  const zeros = new Map<number, Float32Array>();
  const zero = (count: number): Float32Array => {
    let array = zeros.get(count);
    if (!array) zeros.set(count, (array = new Float32Array(count)));
    return array;
  };

  return {
    Embedding(call) {
      const [V, E] = call.shape('table', 2) as [number, number];
      const [T, B] = call.shape('ids', 2) as [number, number];
      const y = call.output([T, B, E]);
      addon.embedding(T * B, V, E, call.floats('table'), call.integers('ids'), y.values);
      return y.info;
    },
    EmbeddingGrad(call) {
      const [T, B, E] = call.shape('dy', 3) as [number, number, number];
      const V = call.number('vocabulary');
      const d = call.output([V, E]);
      addon.embeddingGradient(
        T * B,
        V,
        E,
        call.floats('dy'),
        call.integers('ids', [T, B]),
        d.values,
      );
      return d.info;
    },
    Recurrent(call) {
      const s = sizes(call);
      const { gru, T, B, I, H, G } = s;
      const outputs = [
        [T, B, H],
        [B, H],
        [B, H],
        [T, B, G],
        [T, B, H],
      ].map((d) => call.output(d));
      const [y, h, c, gates, cells] = outputs.map((o) => o.values) as [
        Float32Array,
        Float32Array,
        Float32Array,
        Float32Array,
        Float32Array,
      ];
      addon.recurrent(gru, T, B, I, H, ...recurrentInputs(call, s), y, h, c, gates, cells);
      return outputs.map((o) => o.info);
    },
    RecurrentGrad(call) {
      const s = sizes(call);
      const { gru, T, B, I, H, G } = s;
      const dx = call.output([T, B, I]);
      const dwih = call.output([G, I]);
      const dwhh = call.output([G, H]);
      const dbih = call.output([G]);
      const dbhh = call.output([G]);
      const unused = new Float32Array(B * H);
      addon.recurrentGradient(
        gru,
        T,
        B,
        I,
        H,
        ...recurrentInputs(call, s),
        call.floats('y', [T, B, H]),
        unused,
        unused,
        call.floats('gates', [T, B, G]),
        call.floats('cells', [T, B, H]),
        call.floats('dy', [T, B, H]),
        zero(B * H),
        zero(B * H),
        dx.values,
        unused,
        unused,
        dwih.values,
        dwhh.values,
        dbih.values,
        dbhh.values,
      );
      return [dx.info, dwih.info, dwhh.info, dbih.info, dbhh.info];
    },
    SoftmaxLoss(call) {
      const [N, H] = call.matrix('h');
      const [V] = call.shape('b', 1) as [number];
      const wanted = call.attribute('gradients') === true;
      const d = wanted
        ? [call.info('h').shape, [V, H], [V]].map((shape) => call.output(shape))
        : [];
      const [dh = null, dw = null, db = null] = d.map((o) => o.values);
      const loss = addon.softmaxLoss(
        N,
        H,
        V,
        call.floats('h'),
        call.floats('w', [V, H]),
        call.floats('b'),
        call.integers('targets'),
        call.number('temperature'),
        dh,
        dw,
        db,
      );
      return [scalar(call, loss), ...d.map((o) => o.info)];
    },
    Dropout(call) {
      const x = call.floats('x');
      const y = call.output(call.info('x').shape);
      const rate = call.number('rate');
      const threshold = Math.floor(rate * 2 ** 32);
      const scale = Math.fround(1 / (1 - rate));
      addon.dropout(
        x.length,
        call.number('period'),
        x,
        y.values,
        call.number('seed'),
        threshold,
        scale,
      );
      return y.info;
    },
    Linear(call) {
      const [N, I] = call.matrix('x');
      const [O] = call.shape('b', 1) as [number];
      const y = call.output([...call.info('x').shape.slice(0, -1), O]);
      const w = call.floats('w', [O, I]);
      addon.matMul(N, O, I, call.floats('x'), false, w, true, call.floats('b'), y.values);
      return y.info;
    },
    LinearGrad(call) {
      const { N, I, O } = call.linearGradient();
      const dx = call.output(call.info('x').shape);
      const dw = call.output([O, I]);
      const db = call.output([O]);
      addon.linearGradient(
        N,
        I,
        O,
        call.floats('dy'),
        call.floats('x'),
        call.floats('w', [O, I]),
        dx.values,
        dw.values,
        db.values,
      );
      return [dx.info, dw.info, db.info];
    },
    AdamW(call) {
      const list = (prefix: string): Float32Array[] =>
        Array.from({ length: call.number('count') }, (_, i) => call.floats(`${prefix}${i}`));
      const [loss = NaN] = call.floats('loss', []);
      const output = call.output([2]);
      output.values.set([loss, NaN]);
      if (!Number.isFinite(loss)) return output.info;
      output.values[1] = addon.adamw(
        list('p'),
        list('g'),
        list('m'),
        list('v'),
        call.attribute('decays') as number[],
        call.number('rate'),
        call.number('beta1'),
        call.number('beta2'),
        call.number('epsilon'),
        call.number('step'),
        call.number('clip'),
      );
      return output.info;
    },
  };
}
