import { assertTokens, type Kernel } from '../kernel.ts';
import { dot, recurrentBackward, recurrentForward } from './recurrent.ts';

/** A 32-bit mix of the seed and the place; C++ computes the same bits (kernels_impl.h). */
export function hash(seed: number, i: number): number {
  let h = Math.imul(i ^ seed, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/**
 * -ln softmax(x / temperature)[target] of one row, and its probabilities.
 *
 * @throws RangeError when `target` is outside the vocabulary
 */
export function softmaxRow(
  logits: Float32Array,
  target: number,
  temperature: number,
): { nats: number; probabilities: Float64Array } {
  if (!(target >= 0 && target < logits.length)) {
    throw new RangeError(`token ${target} is outside 0 to ${logits.length - 1}`);
  }
  const scaled = Float64Array.from(logits, (logit) => logit / temperature);
  const top = scaled.reduce((a, b) => Math.max(a, b), -Infinity);
  const probabilities = scaled.map((value) => Math.exp(value - top));
  const total = probabilities.reduce((a, b) => a + b, 0);
  for (let i = 0; i < probabilities.length; i++) {
    probabilities[i] = (probabilities[i] ?? 0) / total;
  }
  return { nats: Math.log(total) + top - (scaled[target] ?? NaN), probabilities };
}

const embedding: Kernel = (call) => {
  const [V, E] = call.shape('table', 2) as [number, number];
  const [T, B] = call.shape('ids', 2) as [number, number];
  const table = call.floats('table');
  const y = call.output([T, B, E]);
  const ids = call.integers('ids');
  assertTokens(ids, V);
  ids.forEach((id, i) => {
    y.values.set(table.subarray(id * E, (id + 1) * E), i * E);
  });
  return y.info;
};

const embeddingGrad: Kernel = (call) => {
  const [T, B, E] = call.shape('dy', 3) as [number, number, number];
  const dy = call.floats('dy');
  const d = call.output([call.number('vocabulary'), E]);
  d.values.fill(0);
  call.integers('ids', [T, B]).forEach((id, i) => {
    for (let k = 0; k < E; k++) {
      d.values[id * E + k] = (d.values[id * E + k] ?? 0) + (dy[i * E + k] ?? 0);
    }
  });
  return d.info;
};

const softmaxLoss: Kernel = (call) => {
  const [N, H] = call.matrix('h');
  const [V] = call.shape('b', 1) as [number];
  const h = call.floats('h');
  const w = call.floats('w', [V, H]);
  const b = call.floats('b');
  const targets = call.integers('targets');
  const temperature = call.number('temperature');
  const wanted = call.attribute('gradients') === true;
  const gradients = wanted ? [call.info('h').shape, [V, H], [V]].map((s) => call.output(s)) : [];
  const [dh, dw, db] = gradients.map(({ values }) => values.fill(0));
  const logits = new Float32Array(V);
  let total = 0;
  for (let i = 0; i < N; i++) {
    for (let v = 0; v < V; v++) logits[v] = (b[v] ?? 0) + dot(w, v * H, h, i * H, H);
    const target = targets[i] ?? -1;
    const { nats, probabilities } = softmaxRow(logits, target, temperature);
    total += nats;
    if (!dh || !dw || !db) continue;
    for (let v = 0; v < V; v++) {
      const d = ((probabilities[v] ?? 0) - (v === target ? 1 : 0)) / N / temperature;
      db[v] = (db[v] ?? 0) + d;
      for (let k = 0; k < H; k++) {
        dh[i * H + k] = (dh[i * H + k] ?? 0) + d * (w[v * H + k] ?? 0);
        dw[v * H + k] = (dw[v * H + k] ?? 0) + d * (h[i * H + k] ?? 0);
      }
    }
  }
  const loss = call.output([]);
  loss.values[0] = total / N;
  return [loss.info, ...gradients.map(({ info }) => info)];
};

const dropout: Kernel = (call) => {
  const x = call.floats('x');
  const y = call.output(call.info('x').shape);
  const rate = call.number('rate');
  const threshold = Math.floor(rate * 2 ** 32);
  const scale = Math.fround(1 / (1 - rate));
  const period = call.number('period');
  const seed = call.number('seed');
  for (let i = 0; i < x.length; i++) {
    y.values[i] = hash(seed, i % period) >= threshold ? (x[i] ?? 0) * scale : 0;
  }
  return y.info;
};

const linear: Kernel = (call) => {
  const [N, I] = call.matrix('x');
  const [O] = call.shape('b', 1) as [number];
  const x = call.floats('x');
  const w = call.floats('w', [O, I]);
  const b = call.floats('b');
  const y = call.output([...call.info('x').shape.slice(0, -1), O]);
  for (let n = 0; n < N; n++) {
    for (let o = 0; o < O; o++) y.values[n * O + o] = (b[o] ?? 0) + dot(w, o * I, x, n * I, I);
  }
  return y.info;
};

const linearGrad: Kernel = (call) => {
  const { N, I, O } = call.linearGradient();
  const dy = call.floats('dy');
  const x = call.floats('x');
  const w = call.floats('w', [O, I]);
  const outputs = [call.info('x').shape, [O, I], [O]].map((shape) => call.output(shape));
  const [dx, dw, db] = outputs.map(({ values }) => values.fill(0)) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  for (let n = 0; n < N; n++) {
    for (let o = 0; o < O; o++) {
      const d = dy[n * O + o] ?? 0;
      db[o] = (db[o] ?? 0) + d;
      for (let i = 0; i < I; i++) {
        dx[n * I + i] = (dx[n * I + i] ?? 0) + d * (w[o * I + i] ?? 0);
        dw[o * I + i] = (dw[o * I + i] ?? 0) + d * (x[n * I + i] ?? 0);
      }
    }
  }
  return outputs.map(({ info }) => info);
};

/** Loshchilov & Hutter 2019 in torch.optim.AdamW's order, after torch's clip_grad_norm_. */
const adamw: Kernel = (call) => {
  const count = call.number('count');
  const names = Array.from({ length: count }, (_, i) => i);
  const [loss = NaN] = call.floats('loss', []);
  let squares = 0;
  for (const i of names) for (const g of call.floats(`g${i}`)) squares += g * g;
  const norm = Math.sqrt(squares);
  const output = call.output([2]);
  output.values.set([loss, norm]);
  if (!Number.isFinite(loss) || !Number.isFinite(norm)) return output.info;
  const clip = Math.min(1, call.number('clip') / (norm + 1e-6));
  const [rate, beta1, beta2, epsilon, step] = (
    ['rate', 'beta1', 'beta2', 'epsilon', 'step'] as const
  ).map((name) => call.number(name)) as [number, number, number, number, number];
  const decays = call.attribute('decays') as number[];
  for (const i of names) {
    const [p, g, m, v] = ['p', 'g', 'm', 'v'].map((name) => call.floats(`${name}${i}`)) as [
      Float32Array,
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    for (let k = 0; k < p.length; k++) {
      const gradient = (g[k] ?? 0) * clip;
      const first = beta1 * (m[k] ?? 0) + (1 - beta1) * gradient;
      const second = beta2 * (v[k] ?? 0) + (1 - beta2) * gradient * gradient;
      m[k] = first;
      v[k] = second;
      const size = first / (1 - beta1 ** step);
      const root = Math.sqrt(second / (1 - beta2 ** step)) + epsilon;
      p[k] = (p[k] ?? 0) * (1 - rate * (decays[i] ?? 0)) - (rate * size) / root;
    }
  }
  return output.info;
};

/** The kernels of lm/nn/ops.ts in plain TypeScript: the oracle, and the last resort. */
export const referenceKernels: Readonly<Record<string, Kernel>> = {
  Embedding: embedding,
  EmbeddingGrad: embeddingGrad,
  Recurrent: recurrentForward,
  RecurrentGrad: recurrentBackward,
  SoftmaxLoss: softmaxLoss,
  Dropout: dropout,
  Linear: linear,
  LinearGrad: linearGrad,
  AdamW: adamw,
};
