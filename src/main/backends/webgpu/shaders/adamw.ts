import { read, write } from '../program.ts';
import { finite, linearGroup, sharedSum } from './common.ts';
import { ELEMENTS } from './elementwise.ts';

/** Loss and global norm of the gradients, [2], and the clip's factor with whether to go on, [2]. */
export const norm = {
  name: 'norm',
  buffers: { parts: read(), loss: read(), report: write(), clip: write() },
  params: { count: 'u32', limit: 'f32' },
  workgroup: [256, 1, 1],
  body: `${sharedSum(256)}${finite}
fn run(at: At) {
  var sum = 0.0;
  for (var i = at.local; i < params.count; i += 256u) {
    sum += parts[i];
  }
  let total = shared_sum(at.local, sum);
  if (at.local > 0u) { return; }
  let size = sqrt(total);
  let good = is_finite(loss[0]) && is_finite(total);
  report[0] = loss[0];
  report[1] = size;
  if (!good) {
    report[1] = total;
  }
  clip[0] = min(1.0, params.limit / (size + 1e-6));
  clip[1] = select(0.0, 1.0, good);
}`,
} as const;

/**
 * Loshchilov & Hutter 2019 in torch.optim.AdamW's order. `firstScale` and `secondScale` are
 * 1 / (1 - beta^step).
 */
export const adamw = {
  name: 'adamw',
  buffers: { g: read(), clip: read(), p: write(), m: write(), v: write() },
  params: {
    count: 'u32',
    rate: 'f32',
    keep: 'f32',
    beta1: 'f32',
    beta2: 'f32',
    fresh1: 'f32',
    fresh2: 'f32',
    firstScale: 'f32',
    secondScale: 'f32',
    epsilon: 'f32',
  },
  workgroup: [ELEMENTS, 1, 1],
  body: `${linearGroup}
fn run(at: At) {
  let i = linear_group(at) * ${ELEMENTS}u + at.local;
  if (i >= params.count || clip[1] == 0.0) { return; }
  let gradient = g[i] * clip[0];
  let first = params.beta1 * m[i] + params.fresh1 * gradient;
  let second = params.beta2 * v[i] + params.fresh2 * gradient * gradient;
  m[i] = first;
  v[i] = second;
  let root = sqrt(second * params.secondScale) + params.epsilon;
  p[i] = p[i] * params.keep - params.rate * (first * params.firstScale) / root;
}`,
} as const;
