import { isUserError, UserError, type ErrorCode } from './errors.ts';

/** What crosses a process boundary in place of an exception. */
export type Result<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: Failure };

export interface Failure {
  readonly code: ErrorCode;
  /** For the writer: what happened and what to do. */
  readonly sentence: string;
}

export const success = <T>(value: T): Result<T> => ({ ok: true, value });

/** An error as a result. What is no `UserError` is a bug: `internal`, and its details stay here. */
export function failure(error: unknown): Result<never> {
  if (isUserError(error)) {
    return { ok: false, error: { code: error.code, sentence: error.message } };
  }
  return {
    ok: false,
    error: {
      code: 'internal',
      sentence: 'Something went wrong inside Understudy. Your text is safe; please try again.',
    },
  };
}

/** The value, or the failure as the `UserError` it was. */
export function unwrap<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw new UserError(result.error.code, result.error.sentence);
}
