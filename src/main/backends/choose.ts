import { UserError } from '../../shared/errors.ts';
import type { Backend, TrainingPrecision } from './backend.ts';

export interface BackendChoice {
  /** `cpu` and `auto` are the same until there is a GPU backend. */
  readonly device?: 'auto' | 'cpu';
  /** 0 or absent: as many as the processor has. */
  readonly threads?: number | undefined;
  /** float32 unless it is named. */
  readonly precision?: TrainingPrecision;
}

/**
 * The fastest backend that runs here: native kernels, else the plain reference, whose `notice` says why.
 * `UNDERSTUDY_BACKEND` forces one.
 *
 * @throws UserError `backend.unavailable` when the one that is forced does not run or is unknown
 */
export async function chooseBackend(choice: BackendChoice = {}): Promise<Backend> {
  const forced = process.env['UNDERSTUDY_BACKEND'] ?? '';
  if (!['', 'reference', 'native', 'tensorflow'].includes(forced)) {
    throw new UserError(
      'backend.unavailable',
      `UNDERSTUDY_BACKEND is "${forced}"; set it to native, tensorflow or reference, or leave it out.`,
    );
  }
  const { createReference } = await import('./reference/index.ts');
  if (forced === 'reference') return createReference('UNDERSTUDY_BACKEND asks for it');
  const precision = choice.precision ?? 'float32';
  if (forced === 'tensorflow') {
    const { loadTensorflow } = await import('./tensorflow/index.ts');
    const { threads } = choice;
    const tensorflow = loadTensorflow({ threads, precision, gpu: 'preferred' });
    if (!('unavailable' in tensorflow)) return tensorflow;
    throw new UserError(
      'backend.unavailable',
      `UNDERSTUDY_BACKEND asks for TensorFlow, but ${tensorflow.unavailable}; leave it out to go on without it.`,
    );
  }
  const { loadNative } = await import('./native/index.ts');
  const native = loadNative({ threads: choice.threads, precision });
  if (!('unavailable' in native)) return native;
  if (precision === 'bfloat16') {
    throw new UserError(
      'backend.unavailable',
      `bfloat16 was asked for, but ${native.unavailable}; leave --precision out to go on without it.`,
    );
  }
  if (forced === 'native') {
    throw new UserError(
      'backend.unavailable',
      `UNDERSTUDY_BACKEND asks for the native kernels, but ${native.unavailable}; leave it out to go on without them.`,
    );
  }
  return createReference(native.unavailable);
}
