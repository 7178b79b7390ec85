import { grads, tensor, tidy, type Tensor } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { dropout, embedding, linear, recurrent, softmaxLoss } from '../../src/main/lm/nn/ops.ts';
import { createRandom } from '../../src/main/lm/random.ts';
import { onEachBackend } from '../helpers/backends.ts';
import { uniform } from '../helpers/random-network.ts';

/** Odd sizes, below and above a vector, and the smallest there are: [T, B, I, H]. */
const shapes = [
  [1, 1, 1, 1],
  [1, 3, 5, 7],
  [6, 1, 9, 3],
  [4, 5, 3, 35],
  [3, 9, 17, 19],
] as const;

/**
 * Holds the gradient of <f(...inputs), dy> by every input against central differences along random
 * directions. The error is a share of the largest slope there could be, since float32 bounds it so.
 */
async function expectSlopes(
  f: (...inputs: Tensor[]) => Tensor,
  sizes: readonly number[][],
): Promise<void> {
  const random = createRandom(5);
  const count = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);
  const values = sizes.map((shape) => uniform(random, count(shape), 0.8));
  const taken = async (made: Tensor): Promise<Float32Array> => {
    const found = (await made.data<'float32'>()).slice();
    made.dispose();
    return found;
  };
  const run = (at: readonly Float32Array[]): Promise<Float32Array> =>
    taken(tidy(() => f(...at.map((v, i) => tensor(v, sizes[i])))));
  const outputs = (await run(values)).length;
  const dy = uniform(random, outputs);
  const made = tidy(() => {
    const inputs = values.map((v, i) => tensor(v, sizes[i]));
    const shape = f(...inputs).shape;
    return grads(f)(inputs, tensor(dy, shape));
  });
  const gradients = await Promise.all(made.map(taken));
  const dot = (a: Float32Array, b: Float32Array): number =>
    a.reduce((sum, x, i) => sum + x * (b[i] ?? NaN), 0);
  for (const [input, value] of values.entries()) {
    const gradient = gradients[input] ?? new Float32Array();
    expect(gradient.length, `gradient of input ${input}`).toBe(value.length);
    for (let direction = 0; direction < 3; direction++) {
      const d = uniform(random, value.length).map(Math.sign);
      const step = 4e-3;
      const along = async (factor: number): Promise<number> => {
        const moved = value.map((x, i) => x + factor * step * (d[i] ?? 0));
        return dot(await run(values.map((v, i) => (i === input ? moved : v))), dy);
      };
      const slope = ((await along(1)) - (await along(-1))) / (2 * step);
      const steepest = Math.sqrt(dot(gradient, gradient) * value.length);
      const error = Math.abs(slope - dot(gradient, d)) / Math.max(steepest, 0.1);
      expect(error, `slope of input ${input}`).toBeLessThan(3e-3);
    }
  }
}

onEachBackend((use) => {
  for (const cell of ['lstm', 'gru'] as const) {
    for (const [T, B, I, H] of shapes) {
      test(`${cell} over T ${T}, B ${B}, I ${I}, H ${H} has the slopes it says`, async () => {
        await use();
        const random = createRandom(3);
        const G = (cell === 'lstm' ? 4 : 3) * H;
        const h0 = tensor(uniform(random, B * H), [B, H]);
        const c0 = tensor(uniform(random, B * H), [B, H]);
        const starts = tensor(
          Int32Array.from({ length: T * B }, () => (random.next() < 0.25 ? 1 : 0)),
          [T, B],
          'int32',
        );
        await expectSlopes(
          (...inputs) => {
            const [x, wih, whh, bih, bhh] = inputs as [Tensor, Tensor, Tensor, Tensor, Tensor];
            const out = recurrent(cell, x, h0, c0, { wih, whh, bih, bhh }, starts);
            out.h.dispose();
            out.c.dispose();
            return out.y;
          },
          [[T, B, I], [G, I], [G, H], [G], [G]],
        );
      });
    }
  }

  test('the softmax loss has the slopes it says, at any temperature and upstream gradient', async () => {
    await use();
    for (const [N, H, V, temperature] of [
      [1, 1, 2, 1],
      [7, 5, 33, 0.7],
      [35, 19, 9, 1.3],
    ] as const) {
      const random = createRandom(4);
      const targets = tensor(
        Int32Array.from({ length: N }, () => Math.floor(random.next() * V)),
        [N],
        'int32',
      );
      await expectSlopes(
        (h, w, b) =>
          softmaxLoss(h, w, b, targets, {
            gradients: true,
            temperature,
          }),
        [[N, H], [V, H], [V]],
      );
    }
  });

  test('a linear layer has the slopes it says', async () => {
    await use();
    for (const [N, I, O] of [
      [1, 1, 1],
      [7, 35, 5],
      [19, 3, 33],
    ] as const) {
      await expectSlopes((x, w, b) => linear(x, w, b), [[N, I], [O, I], [O]]);
    }
  });

  test('an embedding adds up the gradient of a token that comes twice', async () => {
    await use();
    const ids = tensor(Int32Array.of(4, 0, 4, 2, 4, 1), [3, 2], 'int32');
    await expectSlopes((table) => embedding(table, ids), [[5, 7]]);
  });

  test('dropout has the slopes it says, with and without a period', async () => {
    await use();
    for (const period of [5, 35, 1000]) {
      await expectSlopes((x) => dropout(x, 0.4, 77, period), [[7, 5]]);
    }
  });
});
