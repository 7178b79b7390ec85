import { resolve } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Devices } from '../../src/main/backends/devices/index.ts';
import { fakeDevices, VARIABLE, type Fakes } from './fake-devices.ts';

/** The program of engine processes whose devices are those of `useFakes`. */
export const fakeProgram = resolve(import.meta.dirname, 'engine-with-fakes.ts');

/** Devices for this test and the processes that it starts. */
export function useFakes(fakes: Fakes): Devices {
  process.env[VARIABLE] = JSON.stringify(fakes);
  onTestFinished(() => void delete process.env[VARIABLE]);
  return fakeDevices(fakes);
}
