import { cuda } from './cuda.ts';
import type { Devices } from './device.ts';
import { cpu } from './processor.ts';
import { webgpu } from './webgpu.ts';

/** Those that this version knows. */
export const devicesHere: Devices = { cpu, cuda, webgpu };
