import { cuda } from './cuda.ts';
import type { Devices } from './device.ts';
import { cpu } from './processor.ts';

/** Those that this version knows. */
export const devicesHere: Devices = { cpu, cuda };
