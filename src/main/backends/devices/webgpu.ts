import { whyNoDawn } from '../webgpu/package.ts';
import type { Device } from './device.ts';

/** Any GPU, by Vulkan, Metal or Direct3D 12. */
export const webgpu: Device = {
  absent: () => whyNoDawn(),
  async load({ threads, precision }) {
    const { loadWebgpu } = await import('../webgpu/index.ts');
    return loadWebgpu({ threads, precision });
  },
};
