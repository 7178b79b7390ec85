import type { CellKind } from '../../../../shared/config.ts';
import { read, unrolled, write } from '../program.ts';
import { activations } from './common.ts';
import { ELEMENTS } from './elementwise.ts';
import { linearGroup } from './common.ts';

/** Units of a layer that a workgroup of a step takes. */
export const UNITS = 16;
/** Vectors of four along the inner dimension that it holds at a time, forward and back. */
const FORWARD_DEPTH = 8;
const BACKWARD_DEPTH = 16;
/** Rows side by side in a workgroup; each invocation holds some of them. */
const FORWARD_LANES = 8;
const BACKWARD_LANES = 4;
/** Going back, so many invocations share one sum. */
const SHARES = 4;

const gatesOf = (cell: CellKind): number => (cell === 'gru' ? 3 : 4);

/** How the recurrent weights are kept for a window: float32, or float16 in pairs. */
export type Storage = 'float32' | 'float16';

/** Vectors along the inner dimension of the packed weights, zeros at the end included. */
export const packedDepth = {
  forward: (hidden: number): number => FORWARD_DEPTH * Math.ceil(hidden / (4 * FORWARD_DEPTH)),
  backward: (cell: CellKind, hidden: number): number =>
    BACKWARD_DEPTH * Math.ceil((gatesOf(cell) * hidden) / (4 * BACKWARD_DEPTH)),
};

/** Rows of the batch that a workgroup takes, for a batch of B. */
export const rowsOf = {
  forward: (B: number): number => FORWARD_LANES * (B <= 8 ? 1 : B <= 64 ? 2 : 4),
  backward: (B: number): number => BACKWARD_LANES * (B <= 8 ? 2 : 4),
};

const packedType = (storage: Storage): 'vec4f' | 'vec2u' =>
  storage === 'float16' ? 'vec2u' : 'vec4f';
const packing = (storage: Storage): string =>
  storage === 'float16'
    ? 'packed[i] = vec2u(pack2x16float(value.xy), pack2x16float(value.zw));'
    : 'packed[i] = value;';
const unpacked = (storage: Storage, at: string): string =>
  storage === 'float16'
    ? `vec4f(unpack2x16float(whh[${at}].x), unpack2x16float(whh[${at}].y))`
    : `whh[${at}]`;

/**
 * Recurrent weights [G*H, H] as the steps of a window read them, one stretch for a workgroup: forward
 * [tile, depth, gate, unit] in vectors along the columns, back [tile, depth, unit] along the rows.
 */
export const pack = (cell: CellKind, direction: 'forward' | 'backward', storage: Storage) =>
  ({
    name: `pack ${cell} ${direction} in ${storage}`,
    buffers: { weights: read(), packed: write(packedType(storage)) },
    params: { count: 'u32', hidden: 'u32', depth: 'u32' },
    workgroup: [ELEMENTS, 1, 1],
    body: `${linearGroup}
fn weight(row: u32, column: u32) -> f32 {
  if (column >= params.hidden || row >= ${gatesOf(cell)}u * params.hidden) { return 0.0; }
  return weights[row * params.hidden + column];
}
fn run(at: At) {
  let i = linear_group(at) * ${ELEMENTS}u + at.local;
  if (i >= params.count) { return; }
  let unit_in_tile = i % ${UNITS}u;
  ${
    direction === 'forward'
      ? `let gate = (i / ${UNITS}u) % ${gatesOf(cell)}u;
  let rest = i / ${UNITS * gatesOf(cell)}u;`
      : `let rest = i / ${UNITS}u;`
  }
  let k = 4u * (rest % params.depth);
  let unit = (rest / params.depth) * ${UNITS}u + unit_in_tile;
  var value = vec4f();
  if (unit < params.hidden) {
    ${unrolled(4, (j) =>
      direction === 'forward'
        ? `value[${j}] = weight(gate * params.hidden + unit, k + ${j}u);`
        : `value[${j}] = weight(k + ${j}u, unit);`,
    )}
  }
  ${packing(storage)}
}`,
  }) as const;

/** What both directions know of the batch: whether a row starts anew at a step. */
const common = `
fn started(t: u32, b: u32) -> bool {
  return starts[t * params.batch + b] != 0;
}`;

const lstmForward = `
  let i = sigmoid(gates[place] + inner_0);
  let f = sigmoid(gates[place + params.hidden] + inner_1);
  let g = hyperbolic(gates[place + 2u * params.hidden] + inner_2);
  let o = sigmoid(gates[place + 3u * params.hidden] + inner_3);
  gates[place] = i;
  gates[place + params.hidden] = f;
  gates[place + 2u * params.hidden] = g;
  gates[place + 3u * params.hidden] = o;
  var c = 0.0;
  if (!started(params.t, b)) {
    if (params.t == 0u) { c = c0[b * params.hidden + unit]; }
    else { c = cells[here - params.batch * params.hidden]; }
  }
  c = f * c + i * g;
  cells[here] = c;
  y[here] = o * hyperbolic(c);`;

const gruForward = `
  let r = sigmoid(gates[place] + inner_0);
  let z = sigmoid(gates[place + params.hidden] + inner_1);
  let n = hyperbolic(gates[place + 2u * params.hidden] + r * inner_2);
  gates[place] = r;
  gates[place + params.hidden] = z;
  gates[place + 2u * params.hidden] = n;
  cells[here] = inner_2;
  y[here] = (1.0 - z) * n + z * h_before(b, unit);`;

/**
 * One step of a layer: `gates` [T,B,G*H] holds the input's part with its bias and is activated in place,
 * `y` and `cells` [T,B,H] get their rows of step t. The recurrent product of all gates of 16 units is made
 * in registers, and the gates are its last act.
 */
export function forwardStep(cell: CellKind, rows: number, storage: Storage) {
  const G = gatesOf(cell);
  const R = rows / FORWARD_LANES;
  const threads = UNITS * FORWARD_LANES;
  return {
    name: `${cell} step of ${rows} rows in ${storage}`,
    buffers: {
      whh: read(packedType(storage)),
      bhh: read(),
      h0: read(),
      ...(cell === 'lstm' ? { c0: read() } : {}),
      starts: read('i32'),
      gates: write(),
      y: write(),
      cells: write(),
    },
    params: { t: 'u32', batch: 'u32', hidden: 'u32', depth: 'u32' },
    workgroup: [UNITS, FORWARD_LANES, 1],
    body: `${activations}${common}
var<workgroup> h_tile: array<vec4f, ${FORWARD_DEPTH * rows}>;
var<workgroup> w_tile: array<vec4f, ${FORWARD_DEPTH * G * UNITS}>;
fn h_before(b: u32, unit: u32) -> f32 {
  if (unit >= params.hidden || started(params.t, b)) { return 0.0; }
  if (params.t == 0u) { return h0[b * params.hidden + unit]; }
  return y[((params.t - 1u) * params.batch + b) * params.hidden + unit];
}
fn run(at: At) {
  let first_row = at.group.y * ${rows}u;
  let stretch = at.group.x * params.depth * ${G * UNITS}u;
  ${unrolled(R, (r) => unrolled(G, (g) => `var sum_${r}_${g} = 0.0;`))}
  for (var start = 0u; start < params.depth; start += ${FORWARD_DEPTH}u) {
    for (var i = at.local; i < ${FORWARD_DEPTH * rows}u; i += ${threads}u) {
      let b = first_row + i / ${FORWARD_DEPTH}u;
      let k = 4u * (start + i % ${FORWARD_DEPTH}u);
      var h = vec4f();
      if (b < params.batch) {
        h = vec4f(h_before(b, k), h_before(b, k + 1u), h_before(b, k + 2u), h_before(b, k + 3u));
      }
      h_tile[(i % ${FORWARD_DEPTH}u) * ${rows}u + i / ${FORWARD_DEPTH}u] = h;
    }
    ${unrolled((FORWARD_DEPTH * G * UNITS) / threads, (step) => {
      const i = `at.local + ${step * threads}u`;
      return `w_tile[${i}] = ${unpacked(storage, `stretch + start * ${G * UNITS}u + ${i}`)};`;
    })}
    workgroupBarrier();
    for (var depth = 0u; depth < ${FORWARD_DEPTH}u; depth++) {
      ${unrolled(G, (g) => `let w_${g} = w_tile[(depth * ${G}u + ${g}u) * ${UNITS}u + at.id.x];`)}
      ${unrolled(
        R,
        (r) => `{
        let h = h_tile[depth * ${rows}u + ${r * FORWARD_LANES}u + at.id.y];
        ${unrolled(G, (g) => `sum_${r}_${g} += dot(w_${g}, h);`)}
      }`,
      )}
    }
    workgroupBarrier();
  }
  let unit = at.group.x * ${UNITS}u + at.id.x;
  ${unrolled(
    R,
    (r) =>
      `finish(first_row + ${r * FORWARD_LANES}u + at.id.y, unit, ${Array.from({ length: G }, (_, g) => `sum_${r}_${g}`).join(', ')});`,
  )}
}
fn finish(b: u32, unit: u32, ${Array.from({ length: G }, (_, g) => `sum_${g}: f32`).join(', ')}) {
  if (b >= params.batch || unit >= params.hidden) { return; }
  let here = (params.t * params.batch + b) * params.hidden + unit;
  let place = (params.t * params.batch + b) * ${G}u * params.hidden + unit;
  ${unrolled(G, (g) => `let inner_${g} = sum_${g} + bhh[${g}u * params.hidden + unit];`)}
  ${cell === 'lstm' ? lstmForward : gruForward}
}`,
  } as const;
}

const lstmBackward = `
  let i = gates[place];
  let f = gates[place + params.hidden];
  let g = gates[place + 2u * params.hidden];
  let o = gates[place + 3u * params.hidden];
  let squashed = hyperbolic(cells[here]);
  let dc = later + d * o * (1.0 - squashed * squashed);
  var c = 0.0;
  if (!started(params.t, b)) {
    if (params.t == 0u) { c = c0[b * params.hidden + unit]; }
    else { c = cells[here - params.batch * params.hidden]; }
  }
  dgates[place] = dc * g * i * (1.0 - i);
  dgates[place + params.hidden] = dc * c * f * (1.0 - f);
  dgates[place + 2u * params.hidden] = dc * i * (1.0 - g * g);
  dgates[place + 3u * params.hidden] = d * squashed * o * (1.0 - o);
  carried[b * params.hidden + unit] = dc * f;`;

const gruBackward = `
  let r = gates[place];
  let z = gates[place + params.hidden];
  let n = gates[place + 2u * params.hidden];
  let whole = d + later;
  let dn = whole * (1.0 - z) * (1.0 - n * n);
  dgates[place] = dn * cells[here] * r * (1.0 - r);
  dgates[place + params.hidden] = whole * (before[here] - n) * z * (1.0 - z);
  dgates[place + 2u * params.hidden] = dn;
  carried[b * params.hidden + unit] = whole * z;`;

/**
 * One step back: `dgates` [T,B,G*H] gets what comes into the gates of step t from the input's side (a GRU's
 * new gate is `dgates` times r on the recurrent side). `carried` [B,H] takes to the step before what does not
 * go through the product: the cell's gradient of an LSTM, the part of a GRU's state that was kept.
 */
export function backwardStep(cell: CellKind, rows: number, storage: Storage) {
  const R = rows / BACKWARD_LANES;
  const lanes = UNITS / 2;
  const threads = lanes * BACKWARD_LANES * SHARES;
  const share = BACKWARD_DEPTH / SHARES;
  const G = gatesOf(cell);
  return {
    name: `${cell} step back of ${rows} rows in ${storage}`,
    buffers: {
      whh: read(packedType(storage)),
      dy: read(),
      ...(cell === 'lstm' ? { c0: read() } : { before: read() }),
      starts: read('i32'),
      gates: read(),
      cells: read(),
      dgates: write(),
      carried: write(),
    },
    /** `last` is 1 for the last step of the window, which nothing comes after. */
    params: { t: 'u32', batch: 'u32', hidden: 'u32', depth: 'u32', last: 'u32' },
    workgroup: [lanes, BACKWARD_LANES, SHARES],
    body: `${activations}${common}
var<workgroup> d_tile: array<vec4f, ${BACKWARD_DEPTH * rows}>;
var<workgroup> w_tile: array<vec4f, ${BACKWARD_DEPTH * UNITS}>;
var<workgroup> shares: array<f32, ${SHARES * rows * UNITS}>;
fn d_after(b: u32, k: u32) -> f32 {
  if (k >= ${G}u * params.hidden) { return 0.0; }
  let row = ((params.t + 1u) * params.batch + b) * ${G}u * params.hidden;
  ${
    cell === 'gru'
      ? 'if (k >= 2u * params.hidden) { return dgates[row + k] * gates[row + k - 2u * params.hidden]; }'
      : ''
  }
  return dgates[row + k];
}
fn run(at: At) {
  let first_row = at.group.y * ${rows}u;
  let stretch = at.group.x * params.depth * ${UNITS}u;
  ${unrolled(R, (r) => unrolled(2, (u) => `var sum_${r}_${u} = 0.0;`))}
  let depth = select(params.depth, 0u, params.last == 1u);
  for (var start = 0u; start < depth; start += ${BACKWARD_DEPTH}u) {
    ${unrolled((BACKWARD_DEPTH * rows) / threads, (step) => {
      return `{
      let i = at.local + ${step * threads}u;
      let b = first_row + i / ${BACKWARD_DEPTH}u;
      let k = 4u * (start + i % ${BACKWARD_DEPTH}u);
      var d = vec4f();
      if (b < params.batch && !started(params.t + 1u, b)) {
        d = vec4f(d_after(b, k), d_after(b, k + 1u), d_after(b, k + 2u), d_after(b, k + 3u));
      }
      d_tile[(i % ${BACKWARD_DEPTH}u) * ${rows}u + i / ${BACKWARD_DEPTH}u] = d;
    }`;
    })}
    ${unrolled((BACKWARD_DEPTH * UNITS) / threads, (step) => {
      const i = `at.local + ${step * threads}u`;
      return `w_tile[${i}] = ${unpacked(storage, `stretch + start * ${UNITS}u + ${i}`)};`;
    })}
    workgroupBarrier();
    for (var part = 0u; part < ${share}u; part++) {
      let deep = at.id.z * ${share}u + part;
      let w_0 = w_tile[deep * ${UNITS}u + at.id.x];
      let w_1 = w_tile[deep * ${UNITS}u + ${lanes}u + at.id.x];
      ${unrolled(
        R,
        (r) => `{
        let d = d_tile[deep * ${rows}u + ${r * BACKWARD_LANES}u + at.id.y];
        sum_${r}_0 += dot(w_0, d);
        sum_${r}_1 += dot(w_1, d);
      }`,
      )}
    }
    workgroupBarrier();
  }
  ${unrolled(R, (r) =>
    unrolled(2, (u) => {
      const row = `(at.id.z * ${rows}u + ${r * BACKWARD_LANES}u + at.id.y)`;
      return `shares[${row} * ${UNITS}u + ${u * lanes}u + at.id.x] = sum_${r}_${u};`;
    }),
  )}
  workgroupBarrier();
  for (var i = at.local; i < ${rows * UNITS}u; i += ${threads}u) {
    let sum = ${Array.from({ length: SHARES }, (_, s) => `shares[i + ${s * rows * UNITS}u]`).join(' + ')};
    finish(first_row + i / ${UNITS}u, at.group.x * ${UNITS}u + i % ${UNITS}u, sum);
  }
}
fn finish(b: u32, unit: u32, sum: f32) {
  if (b >= params.batch || unit >= params.hidden) { return; }
  let here = (params.t * params.batch + b) * params.hidden + unit;
  let place = (params.t * params.batch + b) * ${G}u * params.hidden + unit;
  let d = dy[here] + sum;
  var later = 0.0;
  if (params.last == 0u) {
    if (!started(params.t + 1u, b)) { later = carried[b * params.hidden + unit]; }
  }
  ${cell === 'lstm' ? lstmBackward : gruBackward}
}`,
  } as const;
}

/** The state before each step, [T,B,H]: zero where one starts, h0 before the first. */
export const statesBefore = {
  name: 'states before',
  buffers: { h0: read(), starts: read('i32'), y: read(), before: write() },
  params: { count: 'u32', state: 'u32', hidden: 'u32' },
  workgroup: [ELEMENTS, 1, 1],
  body: `${linearGroup}
fn run(at: At) {
  let i = linear_group(at) * ${ELEMENTS}u + at.local;
  if (i >= params.count) { return; }
  var h = 0.0;
  if (starts[i / params.hidden] == 0) {
    if (i < params.state) { h = h0[i]; }
    else { h = y[i - params.state]; }
  }
  before[i] = h;
}`,
} as const;

/** A GRU's `dgates` on the recurrent side, [T*B, 3H]: the new gate's part times r. */
export const recurrentSide = {
  name: 'recurrent side',
  buffers: { dgates: read(), gates: read(), inner: write() },
  params: { count: 'u32', hidden: 'u32' },
  workgroup: [ELEMENTS, 1, 1],
  body: `${linearGroup}
fn run(at: At) {
  let i = linear_group(at) * ${ELEMENTS}u + at.local;
  if (i >= params.count) { return; }
  var d = dgates[i];
  if (i % (3u * params.hidden) >= 2u * params.hidden) { d *= gates[i - 2u * params.hidden]; }
  inner[i] = d;
}`,
} as const;
