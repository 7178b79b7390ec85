/** The devices that a network can be trained on: how each is found and loaded. */
export type { Device, DeviceOptions, Devices } from './device.ts';
export { driverFingerprint } from './driver.ts';
export { devicesHere } from './here.ts';
export { cpu } from './processor.ts';
