import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { packageFolder } from '../tensorflow/package.ts';
import type { Device } from './device.ts';

/** Where a system shows that NVIDIA's driver runs: Linux, Linux within Windows, Windows. */
function hasDriver(): boolean {
  if (process.platform === 'win32') {
    return existsSync(join(process.env['SystemRoot'] ?? 'C:\\Windows', 'System32', 'nvcuda.dll'));
  }
  return ['/proc/driver/nvidia/version', '/dev/nvidiactl', '/usr/lib/wsl/lib/libcuda.so.1'].some(
    existsSync,
  );
}

/** NVIDIA's cards, by TensorFlow. */
export const cuda: Device = {
  absent() {
    if (process.platform !== 'linux' && process.platform !== 'win32') {
      return 'CUDA is for Linux and Windows only';
    }
    if (!hasDriver()) {
      return "no driver of NVIDIA's was found; where there is such a card, install the driver, 460 or newer";
    }
    const folder = packageFolder();
    return typeof folder === 'string' ? null : folder.unavailable;
  },
  async load({ threads, precision }) {
    const { loadTensorflow } = await import('../tensorflow/index.ts');
    return loadTensorflow({ threads, precision, gpu: 'required' });
  },
};
