import { engine, tensor, tidy, type NamedTensorMap, type Tensor } from '@tensorflow/tfjs-core';
import { isUserError, UserError } from '../../shared/errors.ts';
import type { CellKind } from '../../shared/config.ts';
import { keptName } from '../lm/nn/ops.ts';
import { Call, type ArrayBackend, type Kernel } from './kernel.ts';
import { recurrentBackward, recurrentForward } from './reference/recurrent.ts';

/** As much as TF32 or float16 may be wrong on numbers of about one; a weight in the wrong place is far more. */
const TOLERANCE = 0.02;

const [T, B, I, H] = [4, 3, 5, 6];

interface Value {
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array;
}
type Values = Readonly<Record<string, Value>>;
type Run = (kernel: 'Recurrent' | 'RecurrentGrad', inputs: Values, cell: CellKind) => Value[];

/** Numbers without a pattern that a mistake could keep. */
const spread = (shape: readonly number[], seed: number): Value => ({
  shape,
  values: Float32Array.from(
    { length: shape.reduce((n, d) => n * d, 1) },
    (_, i) => Math.sin(12.9898 * (i + 1) + 78.233 * seed) * 0.8,
  ),
});

/** A layer whose second column begins anew in the third step. */
function inputsFor(cell: CellKind): Values {
  const G = (cell === 'lstm' ? 4 : 3) * H;
  const shapes = {
    x: [T, B, I],
    h0: [B, H],
    c0: [B, H],
    wih: [G, I],
    whh: [G, H],
    bih: [G],
    bhh: [G],
  };
  const starts = new Int32Array(T * B);
  starts[2 * B + 1] = 1;
  return {
    ...Object.fromEntries(
      Object.entries(shapes).map(([name, shape], seed) => [name, spread(shape, seed)]),
    ),
    starts: { shape: [T, B], values: starts },
  };
}

/** The kernels in plain TypeScript, on plain arrays. */
const onReference: Run = (name, inputs, cell) => {
  const arrays: ArrayBackend = {
    values: (id) => id,
    allocate: (count) => new Float32Array(count),
    makeTensorInfo: (shape, dtype, values) => ({ dataId: values, shape, dtype }),
  };
  const infos = Object.fromEntries(
    Object.entries(inputs).map(([key, { shape, values }]) => [
      key,
      { dataId: values, shape: [...shape], dtype: 'float32' as const },
    ]),
  );
  const kernel: Kernel = name === 'Recurrent' ? recurrentForward : recurrentBackward;
  const made = kernel(new Call(infos, { cell }, arrays));
  return (Array.isArray(made) ? made : [made]).map(({ shape, dataId }) => ({
    shape,
    values: dataId as Float32Array,
  }));
};

/** y, h, c and all gradients of one layer. */
function onReferenceBoth(inputs: Values, dy: Value, cell: CellKind): Value[] {
  const [y, h, c, gates, cells] = onReference('Recurrent', inputs, cell) as [
    Value,
    Value,
    Value,
    Value,
    Value,
  ];
  return [y, h, c, ...onReference('RecurrentGrad', { ...inputs, dy, y, gates, cells }, cell)];
}

/** The same by the kernels of the current backend. */
async function onDevice(inputs: Values, dy: Value, cell: CellKind): Promise<Value[]> {
  const tensors = tidy(() => {
    const made = ({ shape, values }: Value): Tensor =>
      tensor(values, [...shape], values instanceof Int32Array ? 'int32' : 'float32');
    const tensors: NamedTensorMap = Object.fromEntries(
      Object.entries(inputs).map(([name, value]) => [name, made(value)]),
    );
    const forward = engine().runKernel('Recurrent', tensors, { cell }) as unknown as Tensor[];
    const [y, h, c, ...kept] = forward as [Tensor, Tensor, Tensor, ...Tensor[]];
    const named = Object.fromEntries(kept.map((tensor, i) => [keptName(i), tensor]));
    const gradients = engine().runKernel(
      'RecurrentGrad',
      { ...tensors, ...named, y, dy: made(dy) },
      { cell },
    ) as unknown as Tensor[];
    return [y, h, c, ...gradients];
  });
  try {
    return await Promise.all(
      tensors.map(async (made) => ({ shape: made.shape, values: await made.data<'float32'>() })),
    );
  } finally {
    for (const made of tensors) made.dispose();
  }
}

/** How far the current backend's recurrent kernels are from the reference, over all they compute. */
export async function recurrentError(): Promise<number> {
  let worst = 0;
  for (const cell of ['lstm', 'gru'] as const) {
    const inputs = inputsFor(cell);
    const dy = spread([T, B, H], 9);
    const expected = onReferenceBoth(inputs, dy, cell);
    const actual = await onDevice(inputs, dy, cell);
    expected.forEach(({ values }, k) => {
      values.forEach((value, i) => {
        const error =
          Math.abs((actual[k]?.values[i] ?? NaN) - value) / Math.max(1, Math.abs(value));
        if (!(error <= worst)) worst = Number.isNaN(error) ? Infinity : error;
      });
    });
  }
  return worst;
}

/**
 * Tries one small layer of each kind against the reference before anything is trained: drivers, cards and
 * libraries are many, and wrong numbers would only show as a voice that learns nothing.
 *
 * @param advice what to do where it fails: "update the driver, or train on the CPU"
 * @throws UserError `backend.unavailable` where it counts wrong, `backend.lost` where it fails
 */
export async function verifyDevice(advice: string): Promise<void> {
  let reason: string;
  try {
    const error = await recurrentError();
    if (error <= TOLERANCE) return;
    reason = 'it gives other numbers than it should';
  } catch (error) {
    // It is lost or full, and says so itself.
    if (isUserError(error)) throw error;
    const message = error instanceof Error ? error.message : String(error);
    reason = message.replace(/^Invalid TF_Status: \d+\s*(Message: )?/, '').split('\n')[0] ?? '';
  }
  throw new UserError(
    'backend.unavailable',
    `The GPU cannot be used for training (${reason}); ${advice}.`,
  );
}
