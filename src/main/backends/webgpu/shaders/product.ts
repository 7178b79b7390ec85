import { read, unrolled, write } from '../program.ts';

/**
 * How a factor lies in memory: its rows (of the left one) or columns (of the right one) one after the
 * other, K numbers each, or the other way round.
 */
export type Lie = 'along' | 'across';

export interface Kind {
  readonly left: Lie;
  readonly right: Lie;
  /** Whether numbers can be read in fours: strides, offsets and the inner size are multiples of four. */
  readonly leftFours: boolean;
  readonly rightFours: boolean;
  /** Rows and columns of the product that one invocation holds: 4 or 8. */
  readonly rows: number;
  readonly columns: number;
  readonly bias: boolean;
}

/** Invocations of a workgroup in each direction. */
export const SIDE = 16;
/** Vectors of four along K that a workgroup holds of each factor at a time. */
const DEPTH = 4;

/** How a tile of `size` lines comes into `store`: 4 * DEPTH of each, as vectors along K. */
function loading(factor: 'left' | 'right', lie: Lie, fours: boolean, size: number): string {
  const lines = factor === 'left' ? 'params.rows' : 'params.columns';
  const first = factor === 'left' ? 'row' : 'column';
  const stride = `params.${factor}Stride`;
  const base = `params.${factor}From`;
  const threads = SIDE * SIDE;
  if (lie === 'along') {
    // Invocations side by side read along K.
    const value = fours
      ? `${factor}[(${base} + line * ${stride} + k) / 4u]`
      : `vec4f(${[0, 1, 2, 3]
          .map((j) => `${factor}_at(${base} + line * ${stride}, k + ${j}u, end)`)
          .join(', ')})`;
    return unrolled((size * DEPTH) / threads, (step) => {
      return `{
      let i = at.local + ${step * threads}u;
      let line = first_${first} + i / ${DEPTH}u;
      let k = start + 4u * (i % ${DEPTH}u);
      var value = vec4f();
      if (line < ${lines} && k < end) { value = ${value}; }
      ${factor}_tile[(i % ${DEPTH}u) * ${size}u + i / ${DEPTH}u] = value;
    }`;
    });
  }
  // A block of four by four is turned round in registers; invocations side by side read along the lines.
  const blocks = (size / 4) * DEPTH;
  const line = fours
    ? (j: number) => `${factor}[(${base} + (k + ${j}u) * ${stride} + line) / 4u]`
    : (j: number) =>
        `vec4f(${[0, 1, 2, 3]
          .map((m) => `${factor}_at(${base} + (k + ${j}u) * ${stride}, line + ${m}u, ${lines})`)
          .join(', ')})`;
  // The right factor is brought by the last invocations, so that both are brought at once.
  const local = factor === 'left' ? 'at.local' : `(${threads - 1}u - at.local)`;
  return unrolled(Math.ceil(blocks / threads), (step) => {
    return `if (${local} + ${step * threads}u < ${blocks}u) {
      let i = ${local} + ${step * threads}u;
      let line = first_${first} + 4u * (i % ${size / 4}u);
      let depth = i / ${size / 4}u;
      let k = start + 4u * depth;
      var block = mat4x4f();
      if (line < ${lines}) {
        ${unrolled(4, (j) => `if (k + ${j}u < end) { block[${j}] = ${line(j)}; }`)}
      }
      let turned = transpose(block);
      let store = depth * ${size}u + 4u * (i % ${size / 4}u);
      ${unrolled(4, (m) => `${factor}_tile[store + ${m}u] = turned[${m}];`)}
    }`;
  });
}

/** One number of a factor that is not read in fours; 0 outside of its line. */
const single = (factor: 'left' | 'right'): string => `
fn ${factor}_at(begin: u32, i: u32, end: u32) -> f32 {
  if (i >= end) { return 0.0; }
  return ${factor}[begin + i];
}`;

/**
 * C = (A B + bias) * scale for A [rows, inner] and B [inner, columns], each as its `Kind` says it lies. A
 * workgroup makes a tile of C from tiles of A and B that it shares, and an invocation holds a block of it
 * in registers. Workgroups in z take slices of `params.slice` along K and write one matrix each; with `add`
 * 1 the product is added to what is there.
 */
export function product(kind: Kind) {
  const { left, right, leftFours, rightFours, rows: R, columns: C, bias } = kind;
  const [high, wide] = [SIDE * R, SIDE * C];
  const vectors = (lie: Lie, fours: boolean): string => `${lie}${fours ? ' by fours' : ''}`;
  const cells = (statement: (r: number, c: number) => string): string =>
    unrolled(R, (r) => unrolled(C, (c) => statement(r, c)));
  return {
    name: `product of ${vectors(left, leftFours)} and ${vectors(right, rightFours)}, ${R}x${C}${bias ? ' with bias' : ''}`,
    buffers: {
      left: read(leftFours ? 'vec4f' : 'f32'),
      right: read(rightFours ? 'vec4f' : 'f32'),
      ...(bias ? { bias: read() } : {}),
      result: write(),
    },
    params: {
      rows: 'u32',
      columns: 'u32',
      inner: 'u32',
      slice: 'u32',
      leftStride: 'u32',
      rightStride: 'u32',
      leftFrom: 'u32',
      rightFrom: 'u32',
      resultFrom: 'u32',
      add: 'u32',
      scale: 'f32',
    },
    workgroup: [SIDE, SIDE, 1],
    body: `
var<workgroup> left_tile: array<vec4f, ${high * DEPTH}>;
var<workgroup> right_tile: array<vec4f, ${wide * DEPTH}>;
${leftFours ? '' : single('left')}
${rightFours ? '' : single('right')}
fn run(at: At) {
  let first_row = at.group.y * ${high}u;
  let first_column = at.group.x * ${wide}u;
  let begin = at.group.z * params.slice;
  let end = min(begin + params.slice, params.inner);
  ${cells((r, c) => `var sum_${r}_${c} = 0.0;`)}
  for (var step = 0u; step < params.slice; step += ${4 * DEPTH}u) {
    let start = begin + step;
    ${loading('left', left, leftFours, high)}
    ${loading('right', right, rightFours, wide)}
    workgroupBarrier();
    for (var depth = 0u; depth < ${DEPTH}u; depth++) {
      ${unrolled(R, (r) => `let l_${r} = left_tile[depth * ${high}u + ${r * SIDE}u + at.id.y];`)}
      ${unrolled(
        C,
        (c) => `{
        let r = right_tile[depth * ${wide}u + ${c * SIDE}u + at.id.x];
        ${unrolled(R, (r) => `sum_${r}_${c} += dot(l_${r}, r);`)}
      }`,
      )}
    }
    workgroupBarrier();
  }
  let base = params.resultFrom + at.group.z * params.rows * params.columns;
  ${cells(
    (r, c) =>
      `put(base, first_row + ${r * SIDE}u + at.id.y, first_column + ${c * SIDE}u + at.id.x, sum_${r}_${c});`,
  )}
}
fn put(base: u32, row: u32, column: u32, sum: f32) {
  if (row >= params.rows || column >= params.columns) { return; }
  let i = base + row * params.columns + column;
  var value = sum;
  ${bias ? 'value += bias[column];' : ''}
  value *= params.scale;
  if (params.add == 1u) { value += result[i]; }
  result[i] = value;
}`,
  } as const;
}
