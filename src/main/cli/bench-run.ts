import type { NetworkConfig } from '../../shared/config.ts';
import { deviceTitles } from '../../shared/devices.ts';
import { noticeOf, type Backend } from '../backends/backend.ts';
import { chooseBackend } from '../backends/choose.ts';
import { chooseDevice } from '../engine/devices/index.ts';
import type { Quality } from './bench-quality.ts';
import { measureSampling, measureTraining, networkOf, type Speed } from './bench-speed.ts';
import type { BenchKind, BenchOptions } from './bench.ts';
import { equipment, remarkOnDevice } from './device.ts';
import { count } from './format.ts';
import type { Output } from './output.ts';

/**
 * Measures what was asked for.
 *
 * @throws UserError
 */
export async function measure(
  what: BenchKind,
  options: BenchOptions,
  output: Output,
): Promise<{ readonly backend: Backend; readonly result: Speed | Quality }> {
  switch (what) {
    case 'train': {
      const steps = {
        network: networkOf(options),
        batch: options.B,
        window: options.T,
        dropout: 0,
      };
      const backend = await trainingBackend(options, steps, output);
      return { backend, result: await measureTraining(backend, options) };
    }
    case 'quality': {
      const { measureQuality, planQuality } = await import('./bench-quality.ts');
      const plan = await planQuality(options);
      const steps = { network: plan.config, ...plan.recipe };
      const backend = await trainingBackend(options, steps, output);
      return { backend, result: await measureQuality(backend, plan, options, output) };
    }
    case 'sample': {
      remarkOnDevice(options.device, output);
      const backend = await chooseBackend({ threads: options.threads });
      const notice = noticeOf(backend);
      if (notice !== null) output.note(`${notice}\n`);
      return { backend, result: measureSampling(backend, options) };
    }
  }
}

/**
 * The backend that training is measured on: of the device that was asked for, or of the fastest, whose rivals
 * are told of.
 *
 * @throws UserError `backend.unavailable`
 */
async function trainingBackend(
  { device, threads, precision }: BenchOptions,
  steps: {
    readonly network: NetworkConfig;
    readonly batch: number;
    readonly window: number;
    readonly dropout: number;
  },
  output: Output,
): Promise<Backend> {
  const { network, batch, window, dropout } = steps;
  const { backend, readings } = await chooseDevice(
    await equipment(),
    {
      device,
      threads,
      precision: precision === 'int8' ? 'float32' : precision,
      shape: {
        network,
        ...{ batch, window, weightDrop: 0 },
        ...{ dropoutIn: dropout, dropoutBetween: dropout, dropoutOut: dropout },
      },
    },
    { tell: (text) => output.note(`${text}\n`), signal: new AbortController().signal },
  );
  for (const { device, stepSeconds } of readings) {
    if (stepSeconds === null) continue;
    output.note(`${deviceTitles[device]}: ${count((batch * window) / stepSeconds)} tokens/s\n`);
  }
  return backend;
}
