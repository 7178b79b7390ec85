import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { CellKind } from '../../../shared/config.ts';
import { elements, groupsFor, type DeviceCall, type DeviceKernel } from './call.ts';
import type { Block } from './pool.ts';
import { multiply } from './product.ts';
import { copy, ELEMENTS } from './shaders/elementwise.ts';
import {
  backwardStep,
  forwardStep,
  pack,
  packedDepth,
  recurrentSide,
  rowsOf,
  statesBefore,
  UNITS,
} from './shaders/steps.ts';
import { columnSum, COLUMNS_A_GROUP } from './shaders/sums.ts';

/** Programs are text: each is made once. */
function remembered<A extends readonly unknown[], R>(make: (...args: A) => R): (...args: A) => R {
  const known = new Map<string, R>();
  return (...args) => {
    const key = args.join();
    let found = known.get(key);
    if (found === undefined) known.set(key, (found = make(...args)));
    return found;
  };
}

const packProgram = remembered(pack);
const forwardProgram = remembered(forwardStep);
const backwardProgram = remembered(backwardStep);

function sizes(call: DeviceCall) {
  const [T, B, I] = call.shape('x', 3) as [number, number, number];
  const [, H] = call.shape('h0', 2) as [number, number];
  const cell: CellKind = call.attribute('cell') === 'gru' ? 'gru' : 'lstm';
  return { cell, T, B, I, H, G: (cell === 'gru' ? 3 : 4) * H };
}

/** The recurrent weights as the steps read them. */
function packed(
  call: DeviceCall,
  whh: Block,
  { cell, H, G }: { cell: CellKind; H: number; G: number },
  direction: 'forward' | 'backward',
): { whh: Block; depth: number; tiles: number } {
  const { storage } = call;
  const tiles = Math.ceil(H / UNITS);
  const depth = direction === 'forward' ? packedDepth.forward(H) : packedDepth.backward(cell, H);
  const count = tiles * UNITS * depth * (direction === 'forward' ? G / H : 1);
  const block = call.scratch(count * (storage === 'float16' ? 2 : 4));
  call.run(
    packProgram(cell, direction, storage),
    { weights: whh, packed: block },
    { count, hidden: H, depth },
    groupsFor(Math.ceil(count / ELEMENTS)),
  );
  return { whh: block, depth, tiles };
}

/** A copy of so many numbers of a block. */
function copied(call: DeviceCall, from: Block, shape: readonly number[], first = 0): TensorInfo {
  const { info, block } = call.output(shape);
  const count = elements(shape);
  call.run(
    copy,
    { source: from, copied: block },
    { count, first },
    groupsFor(Math.ceil(count / ELEMENTS)),
  );
  return info;
}

/** Column sums of a matrix [rows, columns]. */
export function sumOfColumns(
  call: DeviceCall,
  matrix: Block,
  [rows, columns]: readonly [number, number],
  sums: Block,
  add = false,
): void {
  const groups = [Math.ceil(columns / COLUMNS_A_GROUP)] as const;
  call.run(columnSum, { matrix, sums }, { rows, columns, add: Number(add) }, groups);
}

/**
 * Recurrent and RecurrentGrad of lm/nn/ops.ts. What can be over the whole window is one product; the rest is
 * one program a step, which multiplies and applies the gates.
 */
export const recurrentKernels: Readonly<Record<string, DeviceKernel>> = {
  Recurrent(call) {
    const s = sizes(call);
    const { cell, T, B, I, H, G } = s;
    const x = call.floats('x');
    const wih = call.floats('wih', [G, I]);
    const weights = call.floats('whh', [G, H]);
    const bih = call.floats('bih', [G]);
    const bhh = call.floats('bhh', [G]);
    const h0 = call.floats('h0', [B, H]);
    const c0 = call.floats('c0', [B, H]);
    const starts = call.integerBlock('starts', [T, B]);
    const y = call.output([T, B, H]);
    const gates = call.output([T, B, G]);
    const cells = call.output([T, B, H]);
    const sizesOfInput = [T * B, I, G] as const;
    multiply(call, sizesOfInput, { block: x }, { block: wih, turned: true }, gates.block, {
      bias: bih,
    });
    const { whh, depth, tiles } = packed(call, weights, s, 'forward');
    const rows = rowsOf.forward(B);
    call.run(
      forwardProgram(cell, rows, call.storage),
      {
        ...{ whh, bhh, h0, starts, ...(cell === 'lstm' ? { c0 } : {}) },
        ...{ gates: gates.block, y: y.block, cells: cells.block },
      },
      Array.from({ length: T }, (_, t) => ({ t, batch: B, hidden: H, depth })),
      [tiles, Math.ceil(B / rows)],
    );
    const last = (T - 1) * B * H;
    const h = copied(call, y.block, [B, H], last);
    const c = cell === 'gru' ? copied(call, c0, [B, H]) : copied(call, cells.block, [B, H], last);
    return [y.info, h, c, gates.info, cells.info];
  },

  RecurrentGrad(call) {
    const s = sizes(call);
    const { cell, T, B, I, H, G } = s;
    const x = call.floats('x');
    const dy = call.floats('dy', [T, B, H]);
    const y = call.floats('y', [T, B, H]);
    const gates = call.floats('gates', [T, B, G]);
    const cells = call.floats('cells', [T, B, H]);
    const h0 = call.floats('h0', [B, H]);
    const c0 = call.floats('c0', [B, H]);
    const wih = call.floats('wih', [G, I]);
    const weights = call.floats('whh', [G, H]);
    const starts = call.integerBlock('starts', [T, B]);
    const rows = T * B;

    const before = call.scratch(rows * H);
    call.run(
      statesBefore,
      { h0, starts, y, before },
      { count: rows * H, state: B * H, hidden: H },
      groupsFor(Math.ceil((rows * H) / ELEMENTS)),
    );
    const { whh, depth, tiles } = packed(call, weights, s, 'backward');
    const dgates = call.scratch(rows * G);
    const carried = call.scratch(B * H);
    const rowsAtOnce = rowsOf.backward(B);
    call.run(
      backwardProgram(cell, rowsAtOnce, call.storage),
      {
        ...{ whh, dy, starts, gates, cells, dgates, carried },
        ...(cell === 'lstm' ? { c0 } : { before }),
      },
      Array.from({ length: T }, (_, i) => {
        const t = T - 1 - i;
        return { t, batch: B, hidden: H, depth, last: Number(i === 0) };
      }),
      [tiles, Math.ceil(B / rowsAtOnce)],
    );

    let inner = dgates;
    if (cell === 'gru') {
      inner = call.scratch(rows * G);
      call.run(
        recurrentSide,
        { dgates, gates, inner },
        { count: rows * G, hidden: H },
        groupsFor(Math.ceil((rows * G) / ELEMENTS)),
      );
    }
    const [dx, dwih, dwhh, dbih] = [[T, B, I], [G, I], [G, H], [G]].map((shape) =>
      call.output(shape),
    ) as [Made, Made, Made, Made];
    multiply(call, [rows, G, I], { block: dgates }, { block: wih }, dx.block);
    multiply(call, [G, rows, I], { block: dgates, turned: true }, { block: x }, dwih.block);
    multiply(call, [G, rows, H], { block: inner, turned: true }, { block: before }, dwhh.block);
    sumOfColumns(call, dgates, [rows, G], dbih.block);
    let dbhh: TensorInfo;
    if (cell === 'gru') {
      const made = call.output([G]);
      sumOfColumns(call, inner, [rows, G], made.block);
      dbhh = made.info;
    } else {
      dbhh = copied(call, dbih.block, [G]);
    }
    return [dx.info, dwih.info, dwhh.info, dbih.info, dbhh];
  },
};

type Made = ReturnType<DeviceCall['output']>;
