import { deviceNames, deviceTitles } from '../../../shared/devices.ts';
import { isUserError } from '../../../shared/errors.ts';
import type { TrainingPrecision } from '../../backends/backend.ts';
import { loadDevice } from '../../backends/choose.ts';
import { driverFingerprint } from '../../backends/devices/index.ts';
import { readingKey, type DeviceReading } from '../../files/readings.ts';
import type { StepShape } from '../../protocol/gauge.ts';
import { appVersion } from '../system.ts';
import type { Equipment } from './equipment.ts';

export interface Told {
  /** Hears sentences for the writer. */
  readonly tell: (sentence: string) => void;
  readonly signal: AbortSignal;
}

export interface Compared {
  /** What the readings are kept by; null where there was nothing to compare. */
  readonly key: string | null;
  /** Of those that are there, in the order of `deviceNames`. */
  readonly readings: readonly DeviceReading[];
}

/** Waits for what only costs time when it fails; then the writer hears why. */
export async function orTell(work: Promise<void>, tell: Told['tell']): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!isUserError(error)) throw error;
    tell(error.message);
  }
}

/** Milliseconds that are kept for each device that is still to be tried. */
const RESERVE = 2000;

/**
 * How fast a network is trained on each device that loads, as kept from an earlier time or measured now. Where
 * only the processor is there, nothing is measured and nobody waits.
 */
export async function compareDevices(
  { devices, gauge, readings, patience }: Equipment,
  work: {
    readonly threads?: number | undefined;
    readonly precision: TrainingPrecision;
    readonly shape: StepShape;
  },
  { tell, signal }: Told,
): Promise<Compared> {
  const gpus = deviceNames.filter((name) => name !== 'cpu' && devices[name]?.absent() === null);
  if (gauge === null || gpus.length === 0) return { key: null, readings: [] };
  const { threads, precision, shape } = work;
  const processor = await loadDevice('cpu', { threads, precision }, devices);
  const key = readingKey({
    version: appVersion(),
    computer: driverFingerprint(),
    processor,
    gpus,
    threads: threads ?? 0,
    precision,
    shape,
  });
  const kept = await readings.find(key);
  if (kept) return { key, readings: kept };

  const began = performance.now();
  // The processor comes last: it is only worth measuring where there is something to compare it with.
  const order = [...gpus, 'cpu' as const];
  const found: DeviceReading[] = [];
  for (const [i, device] of order.entries()) {
    if (signal.aborted) return { key, readings: [] };
    if (device === 'cpu' && found.every(({ stepSeconds }) => stepSeconds === null)) break;
    const left = patience - (performance.now() - began);
    const milliseconds = Math.max(1, Math.floor(left - RESERVE * (order.length - 1 - i)));
    const answer = await gauge(
      { device, threads: threads ?? 0, precision, shape, milliseconds },
      signal,
    );
    // What is missing stays so until a driver or a package is installed, which makes another key.
    if (answer.kind === 'missing') continue;
    found.push({ device, stepSeconds: answer.kind === 'here' ? answer.stepSeconds : null });
    if (answer.kind === 'failed') tell(`${deviceTitles[device]} was left aside: ${answer.why}.`);
  }
  if (signal.aborted) return { key, readings: [] };
  const sorted = deviceNames.flatMap((name) => found.filter(({ device }) => device === name));
  await orTell(readings.keep(key, sorted), tell);
  return { key, readings: sorted };
}
