import { read, write, type Bindings } from '../program.ts';
import { linearGroup } from './common.ts';

/** Invocations of a workgroup, one element each. */
export const ELEMENTS = 256;

const workgroup = [ELEMENTS, 1, 1] as const;

/** A program that sets element i of its last buffer, for i below `params.count`. */
const elementwise = <B extends Bindings>(
  name: string,
  buffers: B,
  statement: string,
  helpers = '',
) => ({
  ...{ name, buffers, workgroup },
  params: { count: 'u32' as const },
  body: `${linearGroup}
${helpers}
fn run(at: At) {
  let i = linear_group(at) * ${ELEMENTS}u + at.local;
  if (i >= params.count) { return; }
  ${statement}
}`,
});

export const add = elementwise(
  'add',
  { a: read(), b: read(), sum: write() },
  'sum[i] = a[i] + b[i];',
);

export const multiply = elementwise(
  'multiply',
  { a: read(), b: read(), product: write() },
  'product[i] = a[i] * b[i];',
);

/** By a factor of one element. */
export const scale = elementwise(
  'scale',
  { a: read(), factor: read(), product: write() },
  'product[i] = a[i] * factor[0];',
);

/** Elements from `params.begin` on. */
export const copy = {
  ...elementwise(
    'copy',
    { source: read(), copied: write() },
    'copied[i] = source[params.first + i];',
  ),
  params: { count: 'u32', first: 'u32' },
} as const;

/** Rows of a table [V, E] for ids [N]. */
export const gather = {
  ...elementwise(
    'gather',
    { table: read(), ids: read('i32'), rows: write() },
    'rows[i] = table[u32(ids[i / params.width]) * params.width + i % params.width];',
  ),
  params: { count: 'u32', width: 'u32' },
} as const;

/**
 * The gradient of a table [V, E]: each of its rows adds up the rows of `dy` [N, E] at `places`, from
 * `offsets[v]` to `offsets[v + 1]`. In a fixed order, as no atomic sum would be.
 */
export const scatter = {
  ...elementwise(
    'scatter',
    { dy: read(), offsets: read('i32'), places: read('i32'), table: write() },
    `let v = i / params.width;
  let column = i % params.width;
  var sum = 0.0;
  for (var k = offsets[v]; k < offsets[v + 1u]; k++) {
    sum += dy[u32(places[k]) * params.width + column];
  }
  table[i] = sum;`,
  ),
  params: { count: 'u32', width: 'u32' },
} as const;

/** The mask of lm/nn/ops.ts: the same bits as `hash` of the reference. */
export const dropout = {
  ...elementwise(
    'dropout',
    { x: read(), y: write() },
    'y[i] = select(0.0, x[i] * params.scale, mixed(i % params.period) >= params.threshold);',
    `fn mixed(i: u32) -> u32 {
  var h = (i ^ params.seed) * 0x9e3779b1u;
  h = (h ^ (h >> 16u)) * 0x85ebca6bu;
  h = (h ^ (h >> 13u)) * 0xc2b2ae35u;
  return h ^ (h >> 16u);
}`,
  ),
  params: { count: 'u32', period: 'u32', seed: 'u32', threshold: 'u32', scale: 'f32' },
} as const;

/**
 * (The sum over slices of a matrix [S, count / columns, columns] + bias) * scale, written from `from` on;
 * see product.ts.
 */
export const sumSlices = {
  ...elementwise(
    'sum slices',
    { slices: read(), bias: read(), sum: write() },
    `var total = 0.0;
  for (var s = 0u; s < params.slices; s++) {
    total += slices[s * params.count + i];
  }
  if (params.biased == 1u) { total += bias[i % params.columns]; }
  total *= params.scale;
  if (params.add == 1u) { total += sum[params.begin + i]; }
  sum[params.begin + i] = total;`,
  ),
  params: {
    count: 'u32',
    slices: 'u32',
    columns: 'u32',
    biased: 'u32',
    begin: 'u32',
    add: 'u32',
    scale: 'f32',
  },
} as const;
