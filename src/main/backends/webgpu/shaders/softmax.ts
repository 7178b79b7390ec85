import { read, write } from '../program.ts';
import { linearGroup, sharedSum } from './common.ts';

const size = (vocabulary: number): 64 | 256 => (vocabulary <= 512 ? 64 : 256);

/**
 * One workgroup a row of logits [rows, V]: -ln softmax(row)[target] into `losses` from `params.begin` on,
 * and, with `gradients` 1, (softmax(row) - onehot(target)) * `params.scale` in the place of the row.
 */
export function softmax(vocabulary: number) {
  const threads = size(vocabulary);
  return {
    name: `softmax by ${threads}`,
    buffers: { logits: write(), targets: read('i32'), losses: write() },
    params: { rows: 'u32', vocabulary: 'u32', begin: 'u32', gradients: 'u32', scale: 'f32' },
    workgroup: [threads, 1, 1],
    body: `${linearGroup}${sharedSum(threads)}
var<workgroup> highest: array<f32, ${threads}>;
fn shared_maximum(local: u32, value: f32) -> f32 {
  highest[local] = value;
  workgroupBarrier();
  for (var half = ${threads / 2}u; half > 0u; half /= 2u) {
    if (local < half) {
      highest[local] = max(highest[local], highest[local + half]);
    }
    workgroupBarrier();
  }
  return highest[0];
}
fn run(at: At) {
  let row = linear_group(at);
  let begin = min(row, params.rows - 1u) * params.vocabulary;
  var top = -3.0e38;
  for (var i = at.local; i < params.vocabulary; i += ${threads}u) {
    top = max(top, logits[begin + i]);
  }
  top = shared_maximum(at.local, top);
  var sum = 0.0;
  for (var i = at.local; i < params.vocabulary; i += ${threads}u) {
    sum += exp(logits[begin + i] - top);
  }
  let place = params.begin + min(row, params.rows - 1u);
  let goal = u32(targets[place]);
  let reached = logits[begin + goal];
  // From here on the row may be written.
  storageBarrier();
  sum = shared_sum(at.local, sum);
  if (row >= params.rows) { return; }
  if (at.local == 0u) {
    losses[place] = log(sum) + top - reached;
  }
  if (params.gradients == 0u) { return; }
  for (var i = at.local; i < params.vocabulary; i += ${threads}u) {
    let probability = exp(logits[begin + i] - top) / sum;
    logits[begin + i] = (probability - select(0.0, 1.0, i == goal)) * params.scale;
  }
}`,
  } as const;
}
