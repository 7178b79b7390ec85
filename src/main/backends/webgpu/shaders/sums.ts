import { read, write } from '../program.ts';
import { linearGroup, sharedSum } from './common.ts';

const COLUMNS = 16;
const LANES = 16;

/** Columns that one workgroup of `columnSum` takes. */
export const COLUMNS_A_GROUP = COLUMNS;

/** Sums over the rows of a matrix, [rows, columns] -> [columns]; `add` 1 adds to what is there. */
export const columnSum = {
  name: 'column sum',
  buffers: { matrix: read(), sums: write() },
  params: { rows: 'u32', columns: 'u32', add: 'u32' },
  workgroup: [COLUMNS, LANES, 1],
  body: `
var<workgroup> lanes: array<f32, ${COLUMNS * LANES}>;
fn run(at: At) {
  let column = at.group.x * ${COLUMNS}u + at.id.x;
  var sum = 0.0;
  if (column < params.columns) {
    for (var row = at.id.y; row < params.rows; row += ${LANES}u) {
      sum += matrix[row * params.columns + column];
    }
  }
  lanes[at.local] = sum;
  workgroupBarrier();
  if (at.id.y > 0u || column >= params.columns) { return; }
  for (var lane = 1u; lane < ${LANES}u; lane++) {
    sum += lanes[lane * ${COLUMNS}u + at.id.x];
  }
  if (params.add == 1u) { sum += sums[column]; }
  sums[column] = sum;
}`,
} as const;

const SIZE = 256;

/** The sum of a vector times a factor, [count] -> []: one workgroup. */
export const vectorSum = {
  name: 'vector sum',
  buffers: { vector: read(), sum: write() },
  params: { count: 'u32', factor: 'f32' },
  workgroup: [SIZE, 1, 1],
  body: `${sharedSum(SIZE)}
fn run(at: At) {
  var own = 0.0;
  for (var i = at.local; i < params.count; i += ${SIZE}u) {
    own += vector[i];
  }
  let total = shared_sum(at.local, own);
  if (at.local == 0u) { sum[0] = total * params.factor; }
}`,
} as const;

/** Elements that one workgroup of `squares` takes. */
export const SQUARES_A_GROUP = 16 * SIZE;

/** Sums of squares of stretches of a vector, written from `params.begin` on. */
export const squares = {
  name: 'squares',
  buffers: { vector: read(), parts: write() },
  params: { count: 'u32', begin: 'u32' },
  workgroup: [SIZE, 1, 1],
  body: `${linearGroup}${sharedSum(SIZE)}
fn run(at: At) {
  let group = linear_group(at);
  let begin = group * ${SQUARES_A_GROUP}u;
  let end = min(begin + ${SQUARES_A_GROUP}u, params.count);
  var sum = 0.0;
  for (var i = begin + at.local; i < end; i += ${SIZE}u) {
    sum += vector[i] * vector[i];
  }
  let total = shared_sum(at.local, sum);
  if (at.local == 0u && begin < params.count) { parts[params.begin + group] = total; }
}`,
} as const;
