import { elements, groupsFor, type DeviceKernel } from './call.ts';
import { adamw } from './adamw.ts';
import type { Groups } from './gpu.ts';
import { multiply } from './product.ts';
import { recurrentKernels, sumOfColumns } from './recurrent.ts';
import * as elementwise from './shaders/elementwise.ts';
import { softmax } from './shaders/softmax.ts';
import { vectorSum } from './shaders/sums.ts';

/** Logits are held for so many numbers at a time: 64 MB. */
const LOGITS = 2 ** 24;

/** Workgroups for so many elements. */
const over = (count: number): Groups => groupsFor(Math.ceil(count / elementwise.ELEMENTS));

const embedding: DeviceKernel = (call) => {
  const [V, E] = call.shape('table', 2) as [number, number];
  const [T, B] = call.shape('ids', 2) as [number, number];
  call.tokens('ids', V);
  const { info, block } = call.output([T, B, E]);
  const blocks = { table: call.floats('table'), ids: call.integerBlock('ids'), rows: block };
  const count = T * B * E;
  call.run(elementwise.gather, blocks, { count, width: E }, over(count));
  return info;
};

/** For each of V tokens where it stands in `ids`: from offsets[v] to offsets[v + 1] of `places`. */
function placesOf(ids: Int32Array, V: number): { offsets: Int32Array; places: Int32Array } {
  const offsets = new Int32Array(V + 1);
  for (const id of ids) offsets[id + 1]!++;
  for (let v = 0; v < V; v++) offsets[v + 1]! += offsets[v]!;
  const next = offsets.slice();
  const places = new Int32Array(ids.length);
  ids.forEach((id, i) => (places[next[id]!++] = i));
  return { offsets, places };
}

const embeddingGrad: DeviceKernel = (call) => {
  const [T, B, E] = call.shape('dy', 3) as [number, number, number];
  const V = call.number('vocabulary');
  const { offsets, places } = placesOf(call.tokens('ids', V, [T, B]), V);
  const { info, block } = call.output([V, E]);
  const blocks = {
    dy: call.floats('dy'),
    offsets: call.uploaded(offsets),
    places: call.uploaded(places),
    table: block,
  };
  const count = V * E;
  call.run(elementwise.scatter, blocks, { count, width: E }, over(count));
  return info;
};

const softmaxPrograms = new Map<number, ReturnType<typeof softmax>>();
function softmaxFor(V: number): ReturnType<typeof softmax> {
  let program = softmaxPrograms.get(V);
  if (!program) softmaxPrograms.set(V, (program = softmax(V)));
  return program;
}

const softmaxLoss: DeviceKernel = (call) => {
  const [N, H] = call.matrix('h');
  const [V] = call.shape('b', 1) as [number];
  const h = call.floats('h');
  const w = call.floats('w', [V, H]);
  const b = call.floats('b');
  const temperature = call.number('temperature');
  const wanted = call.attribute('gradients') === true;
  const found = call.tokens('targets', V).length;
  if (found !== N) throw new RangeError(`h has ${N} rows, targets has ${found}`);
  const targets = call.integerBlock('targets');
  const made = wanted ? [call.info('h').shape, [V, H], [V]].map((s) => call.output(s)) : [];
  const [dh, dw, db] = made.map(({ block }) => block);
  const most = Math.min(N, Math.max(1, Math.floor(LOGITS / V)));
  const losses = call.scratch(N);
  const logits = call.scratch(most * V);
  for (let from = 0; from < N; from += most) {
    const rows = Math.min(most, N - from);
    const part = { block: h, from: from * H };
    multiply(call, [rows, H, V], part, { block: w, turned: true }, logits, {
      ...{ bias: b, scale: 1 / temperature },
    });
    const params = {
      ...{ rows, vocabulary: V, begin: from, gradients: Number(wanted) },
      scale: 1 / (N * temperature),
    };
    call.run(softmaxFor(V), { logits, targets, losses }, params, groupsFor(rows));
    if (!dh || !dw || !db) continue;
    const add = from > 0;
    multiply(call, [rows, V, H], { block: logits }, { block: w }, dh, { from: from * H });
    multiply(call, [V, rows, H], { block: logits, turned: true }, part, dw, { add });
    sumOfColumns(call, logits, [rows, V], db, add);
  }
  const loss = call.output([]);
  call.run(vectorSum, { vector: losses, sum: loss.block }, { count: N, factor: 1 / N }, [1]);
  return [loss.info, ...made.map(({ info }) => info)];
};

const dropout: DeviceKernel = (call) => {
  const x = call.floats('x');
  const { shape } = call.info('x');
  const { info, block } = call.output(shape);
  const rate = call.number('rate');
  const count = elements(shape);
  const params = {
    count,
    period: call.number('period'),
    seed: call.number('seed'),
    threshold: Math.floor(rate * 2 ** 32),
    scale: 1 / (1 - rate),
  };
  call.run(elementwise.dropout, { x, y: block }, params, over(count));
  return info;
};

const linear: DeviceKernel = (call) => {
  const [N, I] = call.matrix('x');
  const [O] = call.shape('b', 1) as [number];
  const x = call.floats('x');
  const w = call.floats('w', [O, I]);
  const { info, block } = call.output([...call.info('x').shape.slice(0, -1), O]);
  const bias = call.floats('b');
  multiply(call, [N, I, O], { block: x }, { block: w, turned: true }, block, { bias });
  return info;
};

const linearGrad: DeviceKernel = (call) => {
  const { N, I, O } = call.linearGradient();
  const dy = call.floats('dy');
  const x = call.floats('x');
  const w = call.floats('w', [O, I]);
  const made = [call.info('x').shape, [O, I], [O]].map((shape) => call.output(shape));
  const [dx, dw, db] = made.map(({ block }) => block);
  if (!dx || !dw || !db) throw new TypeError('There are three gradients');
  multiply(call, [N, O, I], { block: dy }, { block: w }, dx);
  multiply(call, [O, N, I], { block: dy, turned: true }, { block: x }, dw);
  sumOfColumns(call, dy, [N, O], db);
  return made.map(({ info }) => info);
};

/** TensorFlow.js adds gradients that come by two ways, as those of tied weights do. */
const add: DeviceKernel = (call) => {
  const { shape } = call.info('a');
  const { info, block } = call.output(shape);
  const blocks = { a: call.floats('a'), b: call.floats('b', shape), sum: block };
  const count = elements(shape);
  call.run(elementwise.add, blocks, { count }, over(count));
  return info;
};

/** Of one shape, or by a scalar. */
const multiplyKernel: DeviceKernel = (call) => {
  const [a, b] = [call.info('a'), call.info('b')];
  const [large, small] = b.shape.length === 0 ? ['a', 'b'] : ['b', 'a'];
  const scalar = call.info(small).shape.length === 0;
  const { shape } = scalar ? call.info(large) : a;
  const { info, block: product } = call.output(shape);
  const count = elements(shape);
  if (scalar) {
    const blocks = { a: call.floats(large), factor: call.floats(small), product };
    call.run(elementwise.scale, blocks, { count }, over(count));
  } else {
    const blocks = { a: call.floats('a'), b: call.floats('b', a.shape), product };
    call.run(elementwise.multiply, blocks, { count }, over(count));
  }
  return info;
};

/** The kernels of lm/nn/ops.ts in WGSL, and the few of TensorFlow.js's own that the network needs. */
export const webgpuKernels: Readonly<Record<string, DeviceKernel>> = {
  Embedding: embedding,
  EmbeddingGrad: embeddingGrad,
  ...recurrentKernels,
  SoftmaxLoss: softmaxLoss,
  Dropout: dropout,
  Linear: linear,
  LinearGrad: linearGrad,
  AdamW: adamw,
  Add: add,
  Multiply: multiplyKernel,
};
