import type { DeviceChoice, DeviceName, DeviceSpeed } from '../../../shared/devices.ts';
import { isUserError, type UserError } from '../../../shared/errors.ts';
import { noticeOf, type Backend, type TrainingPrecision } from '../../backends/backend.ts';
import { chooseBackend, forcedBackend } from '../../backends/choose.ts';
import type { StepShape } from '../../protocol/gauge.ts';
import type { DeviceReading } from '../../files/readings.ts';
import { compareDevices, orTell, type Told } from './compare.ts';
import type { Equipment } from './equipment.ts';

/** The work that a device is chosen for. */
export interface DeviceWork {
  readonly device: DeviceChoice;
  readonly threads?: number | undefined;
  readonly precision: TrainingPrecision;
  readonly shape: StepShape;
}

export interface Chosen {
  readonly device: DeviceName;
  /** It is the current one of TensorFlow.js. */
  readonly backend: Backend;
  /** Of the devices that were compared; none where one was asked for, is the only one, or the one that is left. */
  readonly readings: readonly DeviceReading[];
  /** What they are kept by; null where nothing was compared. */
  readonly key: string | null;
}

/**
 * Works on the device that is asked for, or on the fastest. Where that is lost meanwhile, or while it is
 * opened, `work` is called with the processor.
 *
 * @throws UserError `backend.unavailable` when the device that is asked for is not there; what `work` throws
 */
export async function onDevice<T>(
  equipment: Equipment,
  wanted: DeviceWork,
  told: Told,
  work: (chosen: Chosen) => Promise<T>,
): Promise<T> {
  let chosen: Chosen | null = null;
  try {
    chosen = await chooseDevice(equipment, wanted, told);
    return await work(chosen);
  } catch (error) {
    if (chosen?.device === 'cpu' || !isLoss(error)) throw error;
    const key = chosen?.key ?? null;
    if (chosen && key !== null) await failed(equipment, key, chosen.device, told);
    const backend = await loaded(equipment, 'cpu', key, wanted);
    await backend.activate();
    told.tell(`${error.message} It continues on the processor: ${backend.description}.`);
    return await work({ device: 'cpu', backend, readings: [], key });
  } finally {
    equipment.uses?.(null);
  }
}

const isLoss = (error: unknown): error is UserError =>
  isUserError(error) && error.code === 'backend.lost';

/** The next who looks for the fastest leaves it aside. */
const failed = (
  { readings }: Equipment,
  key: string,
  device: DeviceName,
  { tell }: Told,
): Promise<void> => orTell(readings.fail(key, device), tell);

/** What was compared, as speeds. @param charactersPerStep of the text that is learnt */
export const speedsOf = (
  readings: readonly DeviceReading[],
  charactersPerStep: number,
): readonly DeviceSpeed[] =>
  readings.flatMap(({ device, stepSeconds }) =>
    stepSeconds === null ? [] : [{ device, charactersPerSecond: charactersPerStep / stepSeconds }],
  );

/** The device of what `UNDERSTUDY_BACKEND` names. */
const forcedDevices = {
  native: 'cpu',
  reference: 'cpu',
  tensorflow: 'cuda',
  webgpu: 'webgpu',
} as const;

/**
 * Makes the device that is asked for, or the fastest, the current one. `UNDERSTUDY_BACKEND` comes first.
 *
 * @throws UserError `backend.unavailable` when the device that is asked for is not there, `backend.lost` when it
 *   fails while it is opened
 */
export async function chooseDevice(
  equipment: Equipment,
  wanted: DeviceWork,
  told: Told,
): Promise<Chosen> {
  const forced = forcedBackend();
  const asked = forced === null ? wanted.device : forcedDevices[forced];
  if (asked !== 'auto') {
    const backend = await loaded(equipment, asked, null, wanted);
    remark(backend, told);
    await backend.activate();
    return { device: asked, backend, readings: [], key: null };
  }
  const { key, readings } = await compareDevices(equipment, wanted, told);
  for (const device of fastestFirst(readings)) {
    try {
      const backend = await loaded(equipment, device, key, wanted);
      remark(backend, told);
      await backend.activate();
      return { device, backend, readings, key };
    } catch (error) {
      // A moment ago it was there.
      if (device === 'cpu' || !isUserError(error)) throw error;
      if (key !== null && isLoss(error)) await failed(equipment, key, device, told);
      told.tell(error.message);
    }
  }
  throw new RangeError('The processor is always among the devices');
}

/** Throws UserError `backend.unavailable`. */
function loaded(
  { devices, uses }: Equipment,
  device: DeviceName,
  key: string | null,
  { threads, precision }: DeviceWork,
): Promise<Backend> {
  uses?.(device === 'cpu' ? null : { device, key });
  return chooseBackend({ device, threads, precision }, devices);
}

function remark(backend: Backend, { tell }: Told): void {
  const notice = noticeOf(backend);
  if (notice !== null) tell(notice);
}

/** Devices that are faster than the processor, and the processor. */
function fastestFirst(readings: readonly DeviceReading[]): readonly DeviceName[] {
  const seconds = (name: DeviceName): number =>
    readings.find(({ device }) => device === name)?.stepSeconds ?? Infinity;
  const faster = readings
    .map(({ device }) => device)
    .filter((device) => seconds(device) < seconds('cpu'))
    .sort((a, b) => seconds(a) - seconds(b));
  return [...faster, 'cpu'];
}
