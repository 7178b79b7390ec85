import { tensor } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import type { Backend } from '../../../src/main/backends/backend.ts';
import { sourceOf, SLOT, type Program } from '../../../src/main/backends/webgpu/program.ts';
import { planProduct } from '../../../src/main/backends/webgpu/product.ts';
import * as adamw from '../../../src/main/backends/webgpu/shaders/adamw.ts';
import * as elementwise from '../../../src/main/backends/webgpu/shaders/elementwise.ts';
import { product } from '../../../src/main/backends/webgpu/shaders/product.ts';
import { softmax } from '../../../src/main/backends/webgpu/shaders/softmax.ts';
import * as steps from '../../../src/main/backends/webgpu/shaders/steps.ts';
import * as sums from '../../../src/main/backends/webgpu/shaders/sums.ts';
import { linear } from '../../../src/main/lm/nn/ops.ts';
import { createRandom } from '../../../src/main/lm/random.ts';
import { gpuOf, webgpuForTests } from '../../helpers/backends.ts';
import { uniform } from '../../helpers/random-network.ts';

/** Every program that a network of any size can ask for. */
function* programs(): Generator<Program> {
  const { add, multiply, scale, copy, gather, scatter, dropout, sumSlices } = elementwise;
  yield* [add, multiply, scale, copy, gather, scatter, dropout, sumSlices];
  yield* [sums.columnSum, sums.vectorSum, sums.squares, adamw.norm, adamw.adamw];
  yield* [softmax(2), softmax(8000), steps.statesBefore, steps.recurrentSide];
  for (const storage of ['float32', 'float16'] as const) {
    for (const cell of ['lstm', 'gru'] as const) {
      yield steps.pack(cell, 'forward', storage);
      yield steps.pack(cell, 'backward', storage);
      for (const B of [1, 16, 100]) {
        yield steps.forwardStep(cell, steps.rowsOf.forward(B), storage);
        yield steps.backwardStep(cell, steps.rowsOf.backward(B), storage);
      }
    }
  }
  const flags = [false, true];
  const lies = ['along', 'across'] as const;
  for (const block of [4, 8]) {
    for (const left of lies) {
      for (const right of lies) {
        for (const leftFours of flags) {
          for (const rightFours of flags) {
            for (const bias of flags) {
              yield product({
                ...{ left, right, leftFours, rightFours },
                ...{ rows: block, columns: block, bias },
              });
            }
          }
        }
      }
    }
  }
}

const all = [...new Map([...programs()].map((program) => [program.name, program])).values()];

/** Numbers that the standard lets every device have at least (WebGPU, 3.6.2: limits). */
const least = { buffers: 8, invocations: 256, shared: 16_384 };

const size = (type: string): number => (type === 'vec4f' ? 16 : 4);

test('every program keeps within what any device has', () => {
  expect(all.length).toBeGreaterThan(80);
  for (const { name, buffers, params, workgroup, body } of all) {
    expect(Object.keys(buffers).length, name).toBeLessThanOrEqual(least.buffers);
    expect(Object.keys(params).length, name).toBeLessThanOrEqual(SLOT);
    const [x, y, z] = workgroup;
    expect(x * y * z, name).toBeLessThanOrEqual(least.invocations);
    const arrays = [...body.matchAll(/var<workgroup> \w+: array<(\w+), (\d+)>/g)];
    const shared = arrays.reduce((sum, [, type = '', n]) => sum + size(type) * Number(n), 0);
    expect(shared, name).toBeLessThanOrEqual(least.shared);
  }
});

test('sizes that fill a GPU are multiplied in large blocks, narrow ones in slices', () => {
  expect(planProduct([2048, 512, 2048])).toMatchObject({ block: 8, slices: 1 });
  const narrow = planProduct([80, 2048, 512]);
  expect(narrow.block).toBe(4);
  expect(narrow.slices).toBeGreaterThan(1);
  expect(narrow.slices * narrow.slice).toBeGreaterThanOrEqual(2048);
  expect(planProduct([1, 1, 1])).toEqual({ block: 4, tiles: [1, 1], slices: 1, slice: 16 });
});

const webgpu = await webgpuForTests();
const missing = 'unavailable' in webgpu ? webgpu.unavailable : null;
if (missing !== null) console.log(`webgpu is not tested here: ${missing}`);

describe.skipIf(missing !== null)('on a device', () => {
  const backend = webgpu as Backend;

  test('every program is understood without a word', async () => {
    await backend.activate();
    const { device } = gpuOf();
    for (const program of all) {
      const module = device.createShaderModule({ code: sourceOf(program) });
      const { messages } = await module.getCompilationInfo();
      expect(
        messages.map(({ message }) => message),
        program.name,
      ).toEqual([]);
    }
  });

  test.each([
    ['large blocks, read in fours', 1024, 12, 1028],
    ['large blocks, read one by one', 1023, 5, 1025],
    ['slices', 65, 1030, 33],
    ['slices, read in fours', 64, 1024, 36],
  ])('a product in %s is right', async (_, rows, inner, columns) => {
    await backend.activate();
    const random = createRandom(1);
    const [x, w, b] = [rows * inner, columns * inner, columns].map((n) => uniform(random, n));
    if (!x || !w || !b) throw new Error('there are three');
    const [tx, tw, tb] = [tensor(x, [rows, inner]), tensor(w, [columns, inner]), tensor(b)];
    const y = linear(tx, tw, tb);
    const actual = await y.data<'float32'>();
    for (const made of [tx, tw, tb, y]) made.dispose();
    let worst = 0;
    for (let row = 0; row < rows; row += 7) {
      for (let column = 0; column < columns; column++) {
        let sum = b[column]!;
        for (let k = 0; k < inner; k++) sum += x[row * inner + k]! * w[column * inner + k]!;
        worst = Math.max(worst, Math.abs(actual[row * columns + column]! - sum));
      }
    }
    expect(worst).toBeLessThan(1e-4);
  });
});
