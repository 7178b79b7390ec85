import type { DeviceCall } from './call.ts';
import type { Block } from './pool.ts';
import { groupsFor } from './call.ts';
import { ELEMENTS, sumSlices } from './shaders/elementwise.ts';
import { product as shader, SIDE, type Kind, type Lie } from './shaders/product.ts';

/** A matrix in a block, row by row, from `from` on; `turned` stands for its transpose. */
export interface Factor {
  readonly block: Block;
  readonly turned?: boolean;
  readonly from?: number;
}

export interface ProductOptions {
  /** [columns], added to each row. */
  readonly bias?: Block;
  readonly scale?: number;
  /** Add to what is there. */
  readonly add?: boolean;
  /** Where in the result's block it begins. */
  readonly from?: number;
}

type Sizes = readonly [rows: number, inner: number, columns: number];

/** As many workgroups as keep a large device busy; with fewer, the inner dimension is cut. */
const BUSY = 128;
/** Fewest numbers of the inner dimension that are worth a slice. */
const SHORTEST = 256;
/** What is read of each line at a time. */
const STEP = 16;

const shaders = new Map<string, ReturnType<typeof shader>>();
function shaderFor(kind: Kind): ReturnType<typeof shader> {
  const key = Object.values(kind).join();
  let found = shaders.get(key);
  if (!found) shaders.set(key, (found = shader(kind)));
  return found;
}

/** Tiles, and slices of the inner dimension, for a product of these sizes. */
export function planProduct([rows, inner, columns]: Sizes): {
  block: 4 | 8;
  tiles: readonly [x: number, y: number];
  slices: number;
  slice: number;
} {
  const tilesOf = (block: number): [number, number] => [
    Math.ceil(columns / (SIDE * block)),
    Math.ceil(rows / (SIDE * block)),
  ];
  const [x, y] = tilesOf(8);
  // Large tiles do more with what they read, but only where there are enough of them.
  const block = x * y >= BUSY / 2 ? 8 : 4;
  const tiles = tilesOf(block);
  const wanted = Math.ceil(BUSY / (tiles[0] * tiles[1]));
  const slices = Math.max(1, Math.min(wanted, Math.floor(inner / SHORTEST)));
  const slice = STEP * Math.ceil(inner / slices / STEP);
  return { block, tiles, slices: Math.ceil(inner / slice), slice };
}

/** result = (left right + bias) * scale; [rows, inner] times [inner, columns]. */
export function multiply(
  call: DeviceCall,
  [rows, inner, columns]: Sizes,
  left: Factor,
  right: Factor,
  result: Block,
  options: ProductOptions = {},
): void {
  const { bias, scale = 1, add = false, from = 0 } = options;
  const { block, tiles, slices, slice } = planProduct([rows, inner, columns]);
  // The left factor lies along K as it is, the right one where it is turned.
  const [leftLie, rightLie]: [Lie, Lie] = [
    left.turned ? 'across' : 'along',
    right.turned ? 'along' : 'across',
  ];
  const leftStride = left.turned ? rows : inner;
  const rightStride = right.turned ? inner : columns;
  const [leftFrom, rightFrom] = [left.from ?? 0, right.from ?? 0];
  const fours = (stride: number, from: number): boolean => stride % 4 === 0 && from % 4 === 0;
  const kind: Kind = {
    left: leftLie,
    right: rightLie,
    leftFours: fours(leftStride, leftFrom),
    rightFours: fours(rightStride, rightFrom),
    rows: block,
    columns: block,
    bias: bias !== undefined && slices === 1,
  };
  const params = { rows, columns, inner, slice, leftStride, rightStride, leftFrom, rightFrom };
  const program = shaderFor(kind);
  const groups = [...tiles, slices] as const;
  if (slices === 1) {
    const blocks = { left: left.block, right: right.block, result, ...(bias ? { bias } : {}) };
    const whole = { ...params, resultFrom: from, add: Number(add), scale };
    call.run(program, blocks, whole, groups);
    return;
  }
  const parts = call.scratch(slices * rows * columns);
  call.run(
    program,
    { left: left.block, right: right.block, result: parts },
    { ...params, resultFrom: 0, add: 0, scale: 1 },
    groups,
  );
  const count = rows * columns;
  const empty = bias ?? parts;
  call.run(
    sumSlices,
    { slices: parts, bias: empty, sum: result },
    {
      count,
      slices,
      columns,
      biased: Number(bias !== undefined),
      begin: from,
      add: Number(add),
      scale,
    },
    groupsFor(Math.ceil(count / ELEMENTS)),
  );
}
