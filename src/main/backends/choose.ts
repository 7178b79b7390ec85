import { deviceTitles, type DeviceName } from '../../shared/devices.ts';
import { UserError } from '../../shared/errors.ts';
import type { Backend, TrainingPrecision } from './backend.ts';
import { devicesHere, type Device, type DeviceOptions, type Devices } from './devices/index.ts';

export interface BackendChoice {
  /** The processor unless it is named. */
  readonly device?: DeviceName;
  /** 0 or absent: as many as the processor has. */
  readonly threads?: number | undefined;
  /** float32 unless it is named. */
  readonly precision?: TrainingPrecision;
}

/**
 * The backend of a device. For the processor: native kernels, else the plain reference, whose `notice` says
 * why. `UNDERSTUDY_BACKEND` forces one, whatever is asked for.
 *
 * @throws UserError `backend.unavailable` when the one that is asked for, or forced, does not run or is unknown
 */
export async function chooseBackend(
  { device = 'cpu', threads, precision = 'float32' }: BackendChoice = {},
  devices: Devices = devicesHere,
): Promise<Backend> {
  const options: DeviceOptions = { threads: threads || undefined, precision };
  const forced = forcedBackend();
  if (forced !== null) return loadForced(forced, options);
  const loaded = await loadDevice(device, options, devices);
  if (!('unavailable' in loaded)) return loaded;
  throw notThere(device, loaded.unavailable);
}

const notThere = (device: DeviceName, why: string): UserError =>
  new UserError(
    'backend.unavailable',
    device === 'cpu'
      ? `bfloat16 was asked for, but ${why}; leave --precision out to go on without it.`
      : `${deviceTitles[device]} was asked for, but ${why}. Choose auto or cpu to go on without it.`,
  );

/**
 * Before the pages are read: whether the device that is asked for may be there.
 *
 * @throws UserError `backend.unavailable` where it cannot be
 */
export function assertMayBeThere(device: DeviceName, devices: Devices): void {
  if (forcedBackend() !== null) return;
  const why = deviceOf(device, devices).absent();
  if (why !== null) throw notThere(device, why);
}

const lack = 'this version of Understudy lacks it';
const lacking: Device = {
  absent: () => lack,
  load: () => Promise.resolve({ unavailable: lack }),
};
const deviceOf = (name: DeviceName, devices: Devices): Device => devices[name] ?? lacking;

/** Loads a device, or says in one clause why it cannot be. */
export async function loadDevice(
  device: DeviceName,
  options: DeviceOptions,
  devices: Devices,
): Promise<Backend | { unavailable: string }> {
  const found = deviceOf(device, devices);
  const why = found.absent();
  return why === null ? found.load(options) : { unavailable: why };
}

const backendNames = ['native', 'tensorflow', 'webgpu', 'reference'] as const;
type BackendName = (typeof backendNames)[number];

/**
 * What `UNDERSTUDY_BACKEND` names, or null.
 *
 * @throws UserError `backend.unavailable` when there is none of that name
 */
export function forcedBackend(): BackendName | null {
  const forced = process.env['UNDERSTUDY_BACKEND'] ?? '';
  if (forced === '') return null;
  const name = backendNames.find((known) => known === forced);
  if (name) return name;
  throw new UserError(
    'backend.unavailable',
    `UNDERSTUDY_BACKEND is "${forced}"; set it to native, tensorflow, webgpu or reference, or leave it out.`,
  );
}

async function loadForced(name: BackendName, options: DeviceOptions): Promise<Backend> {
  switch (name) {
    case 'reference': {
      const { createReference } = await import('./reference/index.ts');
      return createReference('UNDERSTUDY_BACKEND asks for it');
    }
    case 'tensorflow': {
      const { loadTensorflow } = await import('./tensorflow/index.ts');
      return running('TensorFlow', loadTensorflow({ ...options, gpu: 'preferred' }));
    }
    case 'webgpu': {
      const { loadWebgpu } = await import('./webgpu/index.ts');
      return running('WebGPU', await loadWebgpu({ ...options, software: true }));
    }
    case 'native': {
      const { loadNative } = await import('./native/index.ts');
      return running('the native kernels', loadNative(options));
    }
  }
}

/** Throws UserError `backend.unavailable` for one that does not run. */
function running(what: string, loaded: Backend | { unavailable: string }): Backend {
  if (!('unavailable' in loaded)) return loaded;
  throw new UserError(
    'backend.unavailable',
    `UNDERSTUDY_BACKEND asks for ${what}, but ${loaded.unavailable}; leave it out to go on without.`,
  );
}
