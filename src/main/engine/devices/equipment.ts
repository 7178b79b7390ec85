import { devicesHere, type Devices } from '../../backends/devices/index.ts';
import { Readings } from '../../files/readings.ts';
import type { GpuUse } from '../../protocol/engine.ts';
import type { GaugeAnswer, GaugeRequest } from '../../protocol/gauge.ts';

/**
 * Tries one device in a process of its own, which is ended when its time is over or the signal says so. Never
 * throws.
 */
export type Gauge = (request: GaugeRequest, signal: AbortSignal) => Promise<GaugeAnswer>;

/** What a job knows of the devices of this computer. */
export interface Equipment {
  readonly devices: Devices;
  /** Null where no such process can be had: then the fastest is taken to be the processor. */
  readonly gauge: Gauge | null;
  readonly readings: Readings;
  /**
   * Hears of a GPU before its driver is touched, and null when it is left. Absent where nobody outlives this
   * process.
   */
  readonly uses?: ((gpu: GpuUse | null) => void) | undefined;
  /** Milliseconds that comparing devices may take, all together. */
  readonly patience: number;
}

/** Nobody waits longer than this to learn which device is the fastest. */
const PATIENCE = 10_000;

/** @param file where readings are kept, or null */
export const equipmentHere = (
  gauge: Gauge | null,
  file: string | null,
  uses?: Equipment['uses'],
): Equipment => ({
  devices: devicesHere,
  gauge,
  readings: new Readings(file),
  uses,
  patience: PATIENCE,
});
