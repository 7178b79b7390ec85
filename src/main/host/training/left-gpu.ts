import type { DeviceName } from '../../../shared/devices.ts';
import { Readings } from '../../files/readings.ts';
import type { TrainingOptions } from './training.ts';

/**
 * After the trainer ended: the GPU that it was on, or null. Its driver may have hung or crashed and would do so
 * again, so whoever looks for the fastest device leaves it aside for an hour. To be called at once: the next
 * process is on none.
 */
export async function leftGpu({
  engines,
  readings,
  log,
}: Pick<TrainingOptions, 'engines' | 'readings' | 'log'>): Promise<DeviceName | null> {
  const gpu = engines.gpu();
  if (gpu === null) return null;
  const { device, key } = gpu;
  try {
    if (key !== null) await new Readings(readings).fail(key, device);
  } catch (error) {
    log(`trainer: that ${device} failed was not kept: ${String(error)}`);
  }
  return device;
}
