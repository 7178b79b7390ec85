import { availableParallelism } from 'node:os';
import type { Backend, TrainingPrecision } from '../backend.ts';
import { loadAddon } from './addon.ts';
import { NativeStepper } from './stepper.ts';

const names: Readonly<Record<string, string>> = {
  avx512bf16: 'AVX-512',
  avx512: 'AVX-512',
  avx2: 'AVX2',
  neon: 'NEON',
  generic: 'plain C++',
};

/**
 * The CPU backend on our C++ kernels, or why there is none. `UNDERSTUDY_ISA` forces an instruction set.
 * TensorFlow.js is loaded by `activate()` only: sampling does not need it.
 */
export function loadNative(
  options: { threads?: number | undefined; precision?: TrainingPrecision } = {},
): Backend | { unavailable: string } {
  const addon = loadAddon();
  if ('unavailable' in addon) return addon;
  const isa = process.env['UNDERSTUDY_ISA'] ?? '';
  const precision = options.precision ?? 'float32';
  const configured = addon.configure(
    isa,
    options.threads ?? availableParallelism(),
    precision !== 'float32',
  );
  if (!configured) return { unavailable: `this processor does not run "${isa}" (UNDERSTUDY_ISA)` };
  const { threads, half } = configured;
  if (precision === 'bfloat16' && !half) {
    return { unavailable: 'this processor does not multiply bfloat16' };
  }
  const set = `${names[configured.isa] ?? configured.isa}${half ? ' with bfloat16' : ''}`;
  return {
    name: 'native',
    description: `CPU, ${set}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
    threads,
    notice: null,
    async activate() {
      const { activateNative } = await import('./tensorflow.ts');
      await activateNative(addon);
    },
    useThreads: (count) => void addon.useThreads(count),
    createStepper: (network, weights, stepperOptions) =>
      new NativeStepper(addon, network, weights, stepperOptions),
  };
}
