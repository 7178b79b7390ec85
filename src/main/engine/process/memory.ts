const codes: readonly unknown[] = ['ENOMEM', 'ERR_OUT_OF_MEMORY', 'ERR_MEMORY_ALLOCATION_FAILED'];

/** Whether an error, or what it came of, is that there is no memory: from the system, V8 or our kernels. */
export function isOutOfMemory(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('code' in error && codes.includes(error.code)) return true;
  if (error instanceof RangeError && /allocation failed/i.test(error.message)) return true;
  return isOutOfMemory(error.cause);
}
