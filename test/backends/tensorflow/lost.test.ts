import { expect, test } from 'vitest';
import type { Binding } from '../../../src/main/backends/tensorflow/binding.ts';
import { lostGpu, tellingOfLoss } from '../../../src/main/backends/tensorflow/lost.ts';
import { Constants, Ops } from '../../../src/main/backends/tensorflow/ops.ts';
import { bindingOf, tensorflowForTests } from '../../helpers/backends.ts';

const failing = (message: string): Error => new Error(message);

test.each([
  ['Invalid TF_Status: 8\nMessage: OOM when allocating tensor', 'too little free memory'],
  [
    'Invalid TF_Status: 13\nMessage: CUDNN_STATUS_EXECUTION_FAILED\nin x.cc',
    /\(CUDNN_STATUS_EXECUTION_FAILED\)/,
  ],
  ['Invalid TF_Status: 2\nMessage: Fail to find the dnn implementation.', 'stopped working'],
  ['Invalid TF_Status: 14', /\(status 14\)/],
])('the loss of a GPU is one sentence: %s', (message, sentence) => {
  const lost = lostGpu(failing(message));
  expect(lost).toMatchObject({ name: 'UserError', code: 'backend.lost' });
  expect(lost?.message).toMatch(sentence);
  expect(lost?.message).not.toContain('\n');
});

test.each([
  'Invalid TF_Status: 3\nMessage: In[0] mismatch In[1] shape',
  'Invalid TF_Status: 5\nMessage: Op type not registered',
  'x is not a function',
])('what is our own mistake stays one: %s', (message) => {
  expect(lostGpu(failing(message))).toBe(null);
});

const tensorflow = tensorflowForTests();
test.skipIf('unavailable' in tensorflow)(
  'TensorFlow itself says it so, and its binding works on',
  async () => {
    if ('unavailable' in tensorflow) throw new Error(tensorflow.unavailable);
    await tensorflow.activate();
    const binding: Binding = tellingOfLoss(bindingOf());
    expect(binding.TF_Version).toBe(bindingOf().TF_Version);
    const ops = new Ops(binding, new Constants(binding));
    const lost = expect.objectContaining({ code: 'backend.lost' }) as Error;
    expect(() => ops.zeros([1 << 20, 1 << 20, 64])).toThrow(lost);
    const mistake = (): unknown => ops.add(ops.zeros([2]), ops.zeros([3]));
    expect(mistake).toThrow(/^Invalid TF_Status: 3/);
    expect(binding.tensorDataSync(ops.zeros([2]).id)).toEqual(Float32Array.of(0, 0));
    ops.close();
  },
);
