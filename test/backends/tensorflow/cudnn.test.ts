/** What goes to cuDNN, which has no kernels without a GPU, against TensorFlow's own definitions of its ops. */
import { describe, expect, test } from 'vitest';
import type { Binding } from '../../../src/main/backends/tensorflow/binding.ts';
import { cudnn } from '../../../src/main/backends/tensorflow/cudnn.ts';
import { Constants, Ops } from '../../../src/main/backends/tensorflow/ops.ts';
import { tellingOfLoss } from '../../../src/main/backends/tensorflow/lost.ts';
import { activateTensorflow, useKernels } from '../../../src/main/backends/tensorflow/session.ts';
import { recurrentError, verifyDevice } from '../../../src/main/backends/verify.ts';
import { bindingOf, tensorflowForTests } from '../../helpers/backends.ts';
import { withCudnn, type Recorded } from '../../tensorflow/cudnn.ts';

const tensorflow = tensorflowForTests();
const missing = 'unavailable' in tensorflow ? tensorflow.unavailable : null;
if (missing !== null) console.log(`tensorflow is not tested here: ${missing}`);

async function activate(): Promise<Binding> {
  if ('unavailable' in tensorflow) throw new Error(tensorflow.unavailable);
  await tensorflow.activate();
  return bindingOf();
}

/** All that goes to cuDNN for one layer of each kind over a window with one reset. */
async function recorded(): Promise<{ binding: Binding; calls: Recorded[] }> {
  const binding = await activate();
  const calls: Recorded[] = [];
  useKernels(withCudnn(binding, (call) => calls.push(call)));
  await recurrentError();
  return { binding, calls };
}

describe.skipIf(missing !== null)('cuDNN', () => {
  test('is called once for each stretch without a reset, and undone in the opposite order', async () => {
    const { calls } = await recorded();
    const steps = calls.map(({ name, shapes }) => `${name} ${shapes[0]?.[0]}`);
    const layer = ['CudnnRNN 2', 'CudnnRNN 2', 'CudnnRNNBackprop 2', 'CudnnRNNBackprop 2'];
    expect(steps).toEqual([...layer, ...layer]);
    // Backwards the second stretch comes first: its input is another tensor than the first one's.
    const [first, second, undone] = calls;
    expect(undone?.shapes[0]).toEqual(second?.shapes[0]);
    expect(first?.inputs[1]).not.toBe(second?.inputs[1]);
  });

  test('gets its inputs in the order and shapes of the op, a state of one layer, one vector of weights', async () => {
    const { calls } = await recorded();
    const [lstm] = calls;
    const gru = calls[4];
    const undone = calls[2];
    // T 4 cut in two, B 3, I 5, H 6.
    const weights = (gates: number): number[] => [gates * 6 * (5 + 6 + 1 + 1)];
    expect(lstm?.shapes).toEqual([[2, 3, 5], [1, 3, 6], [1, 3, 6], weights(4)]);
    expect(gru?.shapes).toEqual([[2, 3, 5], [1, 3, 6], [], weights(3)]);
    expect(undone?.shapes.slice(0, -1)).toEqual([
      ...[[2, 3, 5], [1, 3, 6], [1, 3, 6], weights(4)],
      ...[
        [2, 3, 6],
        [1, 3, 6],
        [1, 3, 6],
      ],
      ...[
        [2, 3, 6],
        [1, 3, 6],
        [1, 3, 6],
      ],
    ]);
  });

  test('TensorFlow knows the ops with just these inputs and attributes, and lacks nothing but the GPU', async () => {
    const { binding, calls } = await recorded();
    for (const { name, attributes, shapes, outputs } of [
      ...calls.slice(0, 3),
      ...calls.slice(4, 7),
    ]) {
      const ops = new Ops(binding, new Constants(binding));
      const inputs = shapes.map((shape) => ops.zeros(shape).id);
      const mode = attributes.find((attribute) => attribute.name === 'rnn_mode')?.value as string;
      const training = name === 'CudnnRNN' ? 'is_training=true, ' : '';
      // TensorFlow lists all attributes that the op has, with defaults for those that were not set.
      const node = `${name}[T=DT_FLOAT, direction="unidirectional", dropout=0, input_mode="linear_input", ${training}rnn_mode="${mode}", seed=0, seed2=0]`;
      const refusal = (ids: readonly number[]): string => {
        try {
          binding.executeOp(name, attributes, ids, outputs);
        } catch (error) {
          return (error as Error).message;
        }
        return 'it ran';
      };
      expect(refusal(inputs)).toContain(
        `Could not find device for node: {{node ${name}}} = ${node}`,
      );
      expect(refusal(inputs)).toContain('<no registered kernels>');
      // Were an input missing, it would have said so.
      expect(refusal(inputs.slice(1))).toContain('NodeDef expected inputs');
      ops.close();
    }
  });

  test.each(['lstm', 'gru'] as const)(
    'weights that are packed and unpacked are the same: %s',
    async (mode) => {
      const binding = await activate();
      const ops = new Ops(binding, new Constants(binding));
      const [I, H] = [3, 2];
      const G = (mode === 'lstm' ? 4 : 3) * H;
      let next = 0;
      const counted = (...shape: number[]) =>
        ops.tensor(
          Float32Array.from({ length: shape.reduce((n, d) => n * d, 1) }, () => next++),
          shape,
        );
      const weights = [counted(G, I), counted(G, H), counted(G), counted(G)] as const;
      const layer = cudnn(mode);
      const packed = layer.pack(ops, weights);
      const values = (id: number): number[] => [...binding.tensorDataSync(id)];
      // Input matrices, recurrent matrices, input biases, recurrent biases: as they were counted.
      expect(packed).toHaveLength(1);
      expect(values(packed[0]!.id)).toEqual(Array.from({ length: next }, (_, i) => i));
      const unpacked = layer.unpack(ops, packed, { I, H });
      unpacked.forEach(({ id, shape }, i) => {
        expect(shape).toEqual(weights[i]!.shape);
        expect(values(id)).toEqual(values(weights[i]!.id));
      });
      ops.close();
    },
  );

  const advice = 'take another';

  test('a GPU that counts right is taken', async () => {
    const binding = await activate();
    useKernels(withCudnn(binding, () => undefined));
    expect(await recurrentError()).toBeLessThan(1e-5);
    await expect(verifyDevice(advice)).resolves.toBeUndefined();
  });

  test('a GPU that counts wrong, or fails, is refused with a sentence before anything is trained', async () => {
    const binding = await activate();
    const good = withCudnn(binding, () => undefined);
    /** @param spoil changes the ids of what an op gets */
    const spoilt = (spoil: (ids: readonly number[]) => readonly number[]): Binding =>
      Object.create(good, {
        executeOp: {
          value: (...[name, attributes, ids, outputs]: Parameters<Binding['executeOp']>) =>
            good.executeOp(name, attributes, name === 'CudnnRNN' ? spoil(ids) : ids, outputs),
        },
      }) as Binding;
    // h and c exchanged: the right shapes, the wrong numbers.
    useKernels(spoilt(([x = 0, h = 0, c = 0, w = 0]) => [x, c, h, w]));
    await expect(verifyDevice(advice)).rejects.toThrow(
      /^The GPU cannot be used for training \(.+\); take another\.$/,
    );
    useKernels(
      spoilt(() => {
        throw new Error('Invalid TF_Status: 13\nMessage: Failed to call ThenRnnForward\nmore');
      }),
    );
    await expect(verifyDevice(advice)).rejects.toMatchObject({
      code: 'backend.unavailable',
      message: expect.stringContaining('(Failed to call ThenRnnForward)') as string,
    });
  });

  test('a GPU that is lost or full while it is tried says so itself, and is tried again the next time', async () => {
    const binding = await activate();
    const good = withCudnn(binding, () => undefined);
    const parts = {
      binding: good,
      create: () => {
        throw new RangeError('It was made before');
      },
    };
    const full = tellingOfLoss(
      Object.create(good, {
        executeOp: {
          value: () => {
            throw new Error('Invalid TF_Status: 8\nMessage: OOM when allocating tensor');
          },
        },
      }) as Binding,
    );
    useKernels(full);
    for (let i = 0; i < 2; i++) {
      await expect(activateTensorflow(parts)).rejects.toMatchObject({
        code: 'backend.lost',
        message: expect.stringMatching(/^The GPU has too little free memory/) as string,
      });
    }
    useKernels(good);
    await expect(activateTensorflow(parts)).resolves.toBeUndefined();
  });
});
