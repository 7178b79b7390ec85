import type { Kernel } from '../kernel.ts';

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** Sum over k of a[at + k] * b[bt + k]. */
export function dot(a: Float32Array, at: number, b: Float32Array, bt: number, n: number): number {
  let sum = 0;
  for (let k = 0; k < n; k++) sum += (a[at + k] ?? 0) * (b[bt + k] ?? 0);
  return sum;
}

export interface Cell {
  readonly gru: boolean;
  readonly I: number;
  readonly H: number;
  readonly wih: Float32Array;
  readonly whh: Float32Array;
  readonly bih: Float32Array;
  readonly bhh: Float32Array;
}

/**
 * One step of one row, as written in the papers: LSTM (Hochreiter & Schmidhuber 1997, with forget gates),
 * GRU (Cho et al. 2014, reset after the product). Writes activated gates, cell and h.
 *
 * @param x values of the input from `at` on
 */
export function cellStep(
  cell: Cell,
  x: Float32Array,
  at: number,
  h: Float32Array,
  c: Float32Array,
  out: { gates: Float32Array; cells: Float32Array; h: Float32Array },
): void {
  const { gru, I, H, wih, whh, bih, bhh } = cell;
  const input = (row: number): number => dot(wih, row * I, x, at, I) + (bih[row] ?? 0);
  const inner = (row: number): number => dot(whh, row * H, h, 0, H) + (bhh[row] ?? 0);
  for (let u = 0; u < H; u++) {
    if (gru) {
      const r = sigmoid(input(u) + inner(u));
      const z = sigmoid(input(H + u) + inner(H + u));
      const un = inner(2 * H + u);
      const n = Math.tanh(input(2 * H + u) + r * un);
      out.gates[u] = r;
      out.gates[H + u] = z;
      out.gates[2 * H + u] = n;
      out.cells[u] = un;
      out.h[u] = (1 - z) * n + z * (h[u] ?? 0);
    } else {
      const [i, f, g, o] = [0, 1, 2, 3].map(
        (gate) => input(gate * H + u) + inner(gate * H + u),
      ) as [number, number, number, number];
      const [si, sf, tg, so] = [sigmoid(i), sigmoid(f), Math.tanh(g), sigmoid(o)];
      const next = sf * (c[u] ?? 0) + si * tg;
      out.gates[u] = si;
      out.gates[H + u] = sf;
      out.gates[2 * H + u] = tg;
      out.gates[3 * H + u] = so;
      out.cells[u] = next;
      out.h[u] = so * Math.tanh(next);
    }
  }
}

const shapes = (call: Parameters<Kernel>[0]) => {
  const [T, B, I] = call.shape('x', 3) as [number, number, number];
  const [, H] = call.shape('h0', 2) as [number, number];
  const gru = call.attribute('cell') === 'gru';
  const G = (gru ? 3 : 4) * H;
  const cell: Cell = {
    gru,
    I,
    H,
    wih: call.floats('wih', [G, I]),
    whh: call.floats('whh', [G, H]),
    bih: call.floats('bih', [G]),
    bhh: call.floats('bhh', [G]),
  };
  return { T, B, I, H, G, gru, cell };
};

/** Rows of `states` [T,B,H] one step back, zero after a document's start. */
const before =
  (
    states: Float32Array,
    initial: Float32Array,
    starts: Int32Array,
    B: number,
    H: number,
  ): ((t: number, b: number) => Float32Array) =>
  (t, b) => {
    if (starts[t * B + b]) return new Float32Array(H);
    const row = (t - 1) * B + b;
    return t > 0 ? states.subarray(row * H, (row + 1) * H) : initial.subarray(b * H, (b + 1) * H);
  };

export const recurrentForward: Kernel = (call) => {
  const { T, B, I, H, G, gru, cell } = shapes(call);
  const x = call.floats('x');
  const c0 = call.floats('c0', [B, H]);
  const starts = call.integers('starts', [T, B]);
  const y = call.output([T, B, H]);
  const hT = call.output([B, H]);
  const cT = call.output([B, H]);
  const gates = call.output([T, B, G]);
  const cells = call.output([T, B, H]);
  const h = before(y.values, call.floats('h0', [B, H]), starts, B, H);
  const c = before(cells.values, c0, starts, B, H);
  for (let t = 0; t < T; t++) {
    for (let b = 0; b < B; b++) {
      const row = t * B + b;
      cellStep(cell, x, row * I, h(t, b), gru ? c0 : c(t, b), {
        gates: gates.values.subarray(row * G, (row + 1) * G),
        cells: cells.values.subarray(row * H, (row + 1) * H),
        h: y.values.subarray(row * H, (row + 1) * H),
      });
    }
  }
  hT.values.set(y.values.subarray((T - 1) * B * H));
  cT.values.set(gru ? c0 : cells.values.subarray((T - 1) * B * H));
  return [y, hT, cT, gates, cells].map(({ info }) => info);
};

export const recurrentBackward: Kernel = (call) => {
  const { T, B, I, H, G, gru, cell } = shapes(call);
  const x = call.floats('x');
  const y = call.floats('y', [T, B, H]);
  const dy = call.floats('dy', [T, B, H]);
  const gates = call.floats('gates', [T, B, G]);
  const cells = call.floats('cells', [T, B, H]);
  const starts = call.integers('starts', [T, B]);
  const outputs = [[T, B, I], [G, I], [G, H], [G], [G]].map((shape) => call.output(shape));
  const [dx, dwih, dwhh, dbih, dbhh] = outputs.map(({ values }) => values.fill(0)) as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const hBefore = before(y, call.floats('h0', [B, H]), starts, B, H);
  const cBefore = before(cells, call.floats('c0', [B, H]), starts, B, H);
  for (let b = 0; b < B; b++) {
    let dh = new Float32Array(H);
    let dc = new Float32Array(H);
    for (let t = T - 1; t >= 0; t--) {
      const row = t * B + b;
      const h = hBefore(t, b);
      const dInput = new Float32Array(G);
      const dInner = new Float32Array(G);
      const dhBefore = new Float32Array(H);
      const dcBefore = new Float32Array(H);
      const gate = (k: number, u: number): number => gates[row * G + k * H + u] ?? 0;
      const set = (k: number, u: number, value: number, inner = value): void => {
        dInput[k * H + u] = value;
        dInner[k * H + u] = inner;
      };
      for (let u = 0; u < H; u++) {
        const d = (dy[row * H + u] ?? 0) + (dh[u] ?? 0);
        if (gru) {
          const [r, z, n] = [gate(0, u), gate(1, u), gate(2, u)];
          const un = cells[row * H + u] ?? 0;
          const dn = d * (1 - z) * (1 - n * n);
          set(0, u, dn * un * r * (1 - r));
          set(1, u, d * ((h[u] ?? 0) - n) * z * (1 - z));
          set(2, u, dn, dn * r);
          dhBefore[u] = d * z;
        } else {
          const [i, f, g, o] = [gate(0, u), gate(1, u), gate(2, u), gate(3, u)];
          const tanh = Math.tanh(cells[row * H + u] ?? 0);
          const dCell = (dc[u] ?? 0) + d * o * (1 - tanh * tanh);
          set(0, u, dCell * g * i * (1 - i));
          set(1, u, dCell * (cBefore(t, b)[u] ?? 0) * f * (1 - f));
          set(2, u, dCell * i * (1 - g * g));
          set(3, u, d * tanh * o * (1 - o));
          dcBefore[u] = dCell * f;
        }
      }
      for (let g = 0; g < G; g++) {
        const [di, dn] = [dInput[g] ?? 0, dInner[g] ?? 0];
        dbih[g] = (dbih[g] ?? 0) + di;
        dbhh[g] = (dbhh[g] ?? 0) + dn;
        for (let k = 0; k < I; k++) {
          dwih[g * I + k] = (dwih[g * I + k] ?? 0) + di * (x[row * I + k] ?? 0);
          dx[row * I + k] = (dx[row * I + k] ?? 0) + di * (cell.wih[g * I + k] ?? 0);
        }
        for (let k = 0; k < H; k++) {
          dwhh[g * H + k] = (dwhh[g * H + k] ?? 0) + dn * (h[k] ?? 0);
          dhBefore[k] = (dhBefore[k] ?? 0) + dn * (cell.whh[g * H + k] ?? 0);
        }
      }
      const cut = starts[row] !== 0;
      dh = cut ? new Float32Array(H) : dhBefore;
      dc = cut ? new Float32Array(H) : dcBefore;
    }
  }
  return outputs.map(({ info }) => info);
};
