import type { Device } from './device.ts';

/** Our native kernels, or the plain reference, whose `notice` says why. */
export const cpu: Device = {
  absent: () => null,
  async load({ threads, precision }) {
    const { loadNative } = await import('../native/index.ts');
    const native = loadNative({ threads, precision });
    if (!('unavailable' in native) || precision === 'bfloat16') return native;
    const { createReference } = await import('../reference/index.ts');
    return createReference(native.unavailable);
  },
};
