import type { DeviceName } from '../../../shared/devices.ts';
import type { Backend, TrainingPrecision } from '../backend.ts';

export interface DeviceOptions {
  /** Absent: as many as the processor has. */
  readonly threads?: number | undefined;
  readonly precision: TrainingPrecision;
}

/** Something a network can be trained on. */
export interface Device {
  /**
   * Why it cannot be here, found in a few milliseconds without loading anything: one clause that says what to
   * do. Null where only loading it can tell.
   */
  absent(): string | null;
  /** Loads it, or says in one such clause why it cannot be. May take seconds; a broken driver may hang. */
  load(options: DeviceOptions): Promise<Backend | { unavailable: string }>;
}

/** Devices by name, the processor always among them. */
export type Devices = Readonly<Partial<Record<DeviceName, Device>>> & { readonly cpu: Device };
