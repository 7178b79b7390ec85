import type { Backend } from './backend.ts';

export interface BackendChoice {
  /** `cpu` and `auto` are the same until there is a GPU backend. */
  readonly device?: 'auto' | 'cpu';
  /** 0 or absent: as many as the processor has. */
  readonly threads?: number | undefined;
}

/**
 * The fastest backend that runs here: native kernels, else the plain reference, whose `notice` says why.
 * `UNDERSTUDY_BACKEND` forces one.
 */
export async function chooseBackend(choice: BackendChoice = {}): Promise<Backend> {
  const forced = process.env['UNDERSTUDY_BACKEND'] ?? '';
  const { createReference } = await import('./reference/index.ts');
  if (forced === 'reference') return createReference('UNDERSTUDY_BACKEND asks for it');
  const { loadNative } = await import('./native/index.ts');
  const native = loadNative({ threads: choice.threads });
  if (!('unavailable' in native)) return native;
  if (forced === 'native') throw new Error(native.unavailable);
  return createReference(native.unavailable);
}
