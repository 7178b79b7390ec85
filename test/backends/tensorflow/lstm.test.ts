/** Two ways forward, one for small layers and one for large ones: they are one LSTM. */
import { describe, expect, test } from 'vitest';
import type { Handle } from '../../../src/main/backends/tensorflow/binding.ts';
import { byBlock, bySteps } from '../../../src/main/backends/tensorflow/lstm.ts';
import { Constants, Ops } from '../../../src/main/backends/tensorflow/ops.ts';
import { createRandom } from '../../../src/main/lm/random.ts';
import { bindingOf, tensorflowForTests } from '../../helpers/backends.ts';
import { uniform } from '../../helpers/random-network.ts';

const tensorflow = tensorflowForTests();
const missing = 'unavailable' in tensorflow ? tensorflow.unavailable : null;
if (missing !== null) console.log(`tensorflow is not tested here: ${missing}`);

describe.skipIf(missing !== null)('an LSTM by single ops', () => {
  test.each([
    [1, 1, 1, 1],
    [5, 3, 7, 6],
    [3, 2, 4, 300],
  ])('is BlockLSTMV2: T %i, B %i, I %i, H %i', async (T, B, I, H) => {
    if ('unavailable' in tensorflow) throw new Error(tensorflow.unavailable);
    await tensorflow.activate();
    const binding = bindingOf();
    const ops = new Ops(binding, new Constants(binding));
    const random = createRandom(5);
    const some = (...shape: number[]): Handle =>
      ops.tensor(
        uniform(
          random,
          shape.reduce((n, d) => n * d, 1),
        ),
        shape,
      );
    const packed = [some(4 * H, I), some(4 * H, H), some(4 * H), some(4 * H)];
    const input = { x: some(T, B, I), h: some(B, H), c: some(B, H) };
    const [steps, block] = [bySteps(ops, packed, input), byBlock(ops, packed, input)];
    const all = ({ y, h, c, kept }: typeof steps): Handle[] => [y, h, ...(c ? [c] : []), ...kept];
    expect(all(steps)).toHaveLength(9);
    all(steps).forEach((handle, i) => {
      const other = all(block)[i];
      expect(handle.shape).toEqual(other?.shape);
      const values = [...binding.tensorDataSync(handle.id)];
      const others = binding.tensorDataSync(other?.id ?? -1);
      const errors = values.map((value, k) => Math.abs(value - (others[k] ?? NaN)));
      const worst = errors.reduce((most, error) => (error <= most ? most : error), 0);
      expect(worst).toBeLessThan(1e-5);
    });
    ops.close();
  });
});
