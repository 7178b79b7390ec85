/** The devices that a network can be trained on: how each is found and loaded. */
export { cuda } from './cuda.ts';
export type { Device, DeviceOptions, Devices } from './device.ts';
export { driverFingerprint } from './driver.ts';
export { cpu } from './processor.ts';
import { cuda } from './cuda.ts';
import type { Devices } from './device.ts';
import { cpu } from './processor.ts';

/** Those of this computer. */
export const devicesHere: Devices = { cpu, cuda };
