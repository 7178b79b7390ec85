/** Devices that are slow, hang, crash or are lost when they are told to. */
import { writeFileSync } from 'node:fs';
import { engine, getKernel, registerKernel, unregisterKernel } from '@tensorflow/tfjs-core';
import type { Backend } from '../../src/main/backends/backend.ts';
import { cpu, type Device, type Devices } from '../../src/main/backends/devices/index.ts';
import { createReference } from '../../src/main/backends/reference/index.ts';
import type { DeviceName } from '../../src/shared/devices.ts';
import { UserError } from '../../src/shared/errors.ts';

/** How a device is. All of them run on the reference kernels, whatever they call themselves. */
export interface Fake {
  /** Milliseconds that each step takes longer. */
  readonly slow?: number;
  /** It is lost in this step, counted from 1, or while it is opened or measured, and works again afterwards. */
  readonly lostAt?: number | 'opening' | 'measuring';
  /** It loads for ever, in native code for all that one can tell; its process's number is written to this file. */
  readonly hangs?: string;
  /** While it loads. */
  readonly crashes?: boolean;
  /** In this step its driver ends the process, or never comes back. */
  readonly crashesAt?: number;
  readonly hangsAt?: number;
  readonly missing?: string;
}
export type Fakes = Partial<Record<DeviceName, Fake>>;

export const LOST = 'The fake GPU fell out of its slot; push it in.';

/** A real loop: nothing else of the process runs meanwhile. */
function block(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

/** Every training step updates once: there it is slow, or lost. */
function hamper({ slow = 0, lostAt, crashesAt, hangsAt }: Fake): void {
  const { backendName } = engine();
  const real = getKernel('AdamW', backendName);
  let step = 0;
  const replace = (config: typeof real): void => {
    unregisterKernel('AdamW', backendName);
    registerKernel(config);
  };
  replace({
    ...real,
    kernelFunc(parameters) {
      block(slow);
      // What is measured must not learn anything.
      const learns = parameters.attrs?.['rate'] !== 0;
      if (learns) step++;
      if (learns && step === crashesAt) process.kill(process.pid, 'SIGSEGV');
      if (learns && step === hangsAt) block(600_000);
      if (lostAt !== (learns ? step : 'measuring')) return real.kernelFunc(parameters);
      replace(real);
      throw new UserError('backend.lost', LOST);
    },
  });
}

export function fakeDevice(name: DeviceName, fake: Fake): Device {
  return {
    absent: () => null,
    load() {
      if (fake.hangs !== undefined) {
        writeFileSync(fake.hangs, `${process.pid}`);
        block(600_000);
      }
      if (fake.crashes) process.kill(process.pid, 'SIGSEGV');
      if (fake.missing !== undefined) return Promise.resolve({ unavailable: fake.missing });
      const reference = createReference(null);
      const backend: Backend = {
        ...reference,
        description: `Fake ${name}`,
        async activate() {
          await reference.activate();
          if (fake.lostAt === 'opening') throw new UserError('backend.lost', LOST);
          hamper(fake);
        },
      };
      return Promise.resolve(backend);
    },
  };
}

export function fakeDevices(fakes: Fakes): Devices {
  const found = Object.entries(fakes).map(
    ([name, fake]) => [name, fakeDevice(name as DeviceName, fake)] as const,
  );
  return { cpu, ...Object.fromEntries(found) };
}

export const VARIABLE = 'UNDERSTUDY_TEST_DEVICES';

/** Those of the test that started this process. */
export const fakesOfTest = (): Devices =>
  fakeDevices(JSON.parse(process.env[VARIABLE] ?? '{}') as Fakes);
