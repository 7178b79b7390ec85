import type { Handle } from './binding.ts';
import { adamw } from './adamw.ts';
import type { DeviceKernel } from './call.ts';
import { dropoutMask } from './masks.ts';
import { recurrentKernels, type Layers } from './recurrent.ts';

/** Logits are held for so many numbers at a time: 64 MB. */
const LOGITS = 2 ** 24;

const embedding: DeviceKernel = (call) => {
  const { ops } = call;
  const [V] = call.shape('table', 2) as [number, number];
  call.shape('ids', 2);
  return ops.one(
    'GatherV2',
    [
      ops.type('Tparams', ops.binding.TF_FLOAT),
      ops.int32('Tindices'),
      ops.int32('Taxis'),
      ops.count('batch_dims', 0),
    ],
    [call.handle('table'), call.tokens('ids', V), ops.int(0)],
  );
};

const embeddingGrad: DeviceKernel = (call) => {
  const { ops } = call;
  const [T, B] = call.shape('dy', 3) as [number, number, number];
  const V = call.number('vocabulary');
  call.info('ids', [T, B]);
  return ops.one(
    'UnsortedSegmentSum',
    [ops.floats, ops.int32('Tindices'), ops.int32('Tnumsegments')],
    [call.handle('dy'), call.tokens('ids', V), ops.int(V)],
  );
};

const softmaxLoss: DeviceKernel = (call) => {
  const { ops } = call;
  const [N, H] = call.matrix('h');
  const [V] = call.shape('b', 1) as [number];
  const h = ops.matrix(call.handle('h'));
  const w = call.handle('w', [V, H]);
  const b = call.handle('b');
  const temperature = call.number('temperature');
  const wanted = call.attribute('gradients') === true;
  const targets = ops.one(
    'Reshape',
    [ops.int32('T'), ops.int32('Tshape')],
    [...[call.tokens('targets', V), ops.ints([-1])]],
  );
  if (targets.shape[0] !== N) {
    throw new RangeError(`h has ${N} rows, targets has ${targets.shape[0]}`);
  }
  const rows = Math.max(1, Math.floor(LOGITS / V));
  const losses: Handle[] = [];
  const [dh, dw, db]: [Handle[], Handle[], Handle[]] = [[], [], []];
  for (let from = 0; from < N; from += rows) {
    const to = Math.min(from + rows, N);
    const part = ops.rows(h, from, to);
    let logits = ops.bias(ops.matMul(part, w, false, true), b);
    if (temperature !== 1) logits = ops.mul(logits, ops.scalar(1 / temperature));
    const labels =
      to - from === N
        ? targets
        : ops.one(
            'Slice',
            [ops.int32('T'), ops.int32('Index')],
            [...[targets, ops.ints([from]), ops.ints([to - from])]],
          );
    const [loss, difference] = ops.run(
      'SparseSoftmaxCrossEntropyWithLogits',
      [ops.floats, ops.int32('Tlabels')],
      [logits, labels],
      2,
    ) as [Handle, Handle];
    losses.push(ops.sum(loss));
    if (!wanted) continue;
    const d = ops.mul(difference, ops.scalar(1 / (N * temperature)));
    dh.push(ops.matMul(d, w));
    dw.push(ops.matMul(d, part, true));
    db.push(ops.biasGradient(d));
  }
  const total = (parts: Handle[]): Handle =>
    parts.length === 1 ? (parts[0] as Handle) : ops.addAll(parts);
  const loss = ops.mul(total(losses), ops.scalar(1 / N));
  if (!wanted) return loss;
  return [loss, ops.reshape(ops.concat(dh, 0), call.info('h').shape), total(dw), total(db)];
};

const dropout: DeviceKernel = (call) => {
  const { ops } = call;
  const x = call.handle('x');
  const [rate, seed, period] = [call.number('rate'), call.number('seed'), call.number('period')];
  return ops.mul(x, dropoutMask(ops, x.shape, { rate, seed, period }));
};

const linear: DeviceKernel = (call) => {
  const { ops } = call;
  const [, I] = call.matrix('x');
  const [O] = call.shape('b', 1) as [number];
  const x = ops.matrix(call.handle('x'));
  const y = ops.bias(ops.matMul(x, call.handle('w', [O, I]), false, true), call.handle('b'));
  return ops.reshape(y, [...call.info('x').shape.slice(0, -1), O]);
};

const linearGrad: DeviceKernel = (call) => {
  const { ops } = call;
  const { I, O } = call.linearGradient();
  const dy = ops.matrix(call.handle('dy'));
  const x = ops.matrix(call.handle('x'));
  const dx = ops.matMul(dy, call.handle('w', [O, I]));
  return [ops.reshape(dx, call.info('x').shape), ops.matMul(dy, x, true), ops.biasGradient(dy)];
};

/** The kernels of lm/nn/ops.ts by ops of TensorFlow. */
export const tensorflowKernels = (layers: Layers): Record<string, DeviceKernel> => ({
  Embedding: embedding,
  EmbeddingGrad: embeddingGrad,
  ...recurrentKernels(layers),
  SoftmaxLoss: softmaxLoss,
  Dropout: dropout,
  Linear: linear,
  LinearGrad: linearGrad,
  AdamW: adamw,
});
