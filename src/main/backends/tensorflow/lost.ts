import { UserError } from '../../../shared/errors.ts';
import type { Binding } from './binding.ts';

/** TensorFlow's status codes (tensorflow/core/protobuf/error_codes.proto). */
const FULL = 8;
/** Unknown, aborted, internal, unavailable, data loss: all others say that we asked for nonsense. */
const BROKEN: readonly number[] = [2, 10, 13, 14, 15];

/** As `backend.lost`, where an error of the binding says that the GPU is full or does not work any more. */
export function lostGpu(error: unknown): UserError | null {
  if (!(error instanceof Error)) return null;
  const [, status = '', text = ''] =
    /^Invalid TF_Status: (\d+)\s*(?:Message: )?([^\n]*)/.exec(error.message) ?? [];
  if (Number(status) === FULL) {
    return new UserError(
      'backend.lost',
      'The GPU has too little free memory for this training; close other programs that use it, or choose a smaller batch or smaller layers.',
      { cause: error },
    );
  }
  if (!BROKEN.includes(Number(status))) return null;
  return new UserError(
    'backend.lost',
    `The GPU stopped working (${text.slice(0, 200) || `status ${status}`}); a newer driver may help.`,
    { cause: error },
  );
}

/** The binding, telling of the loss of its GPU as `backend.lost`. */
export function tellingOfLoss(binding: Binding): Binding {
  const guarded =
    <A extends unknown[], R>(run: (...args: A) => R) =>
    (...args: A): R => {
      try {
        return run(...args);
      } catch (error) {
        throw lostGpu(error) ?? error;
      }
    };
  // Its own properties cannot be written.
  return Object.create(binding, {
    createTensor: {
      value: guarded((...args: Parameters<Binding['createTensor']>) =>
        binding.createTensor(...args),
      ),
    },
    tensorDataSync: { value: guarded((id: number) => binding.tensorDataSync(id)) },
    executeOp: {
      value: guarded((...args: Parameters<Binding['executeOp']>) => binding.executeOp(...args)),
    },
  }) as Binding;
}
