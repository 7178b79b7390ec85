import { availableParallelism } from 'node:os';
import type { Backend } from '../backend.ts';
import { loadAddon } from './addon.ts';
import { NativeStepper } from './stepper.ts';

const names: Readonly<Record<string, string>> = {
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
  options: { threads?: number | undefined } = {},
): Backend | { unavailable: string } {
  const addon = loadAddon();
  if ('unavailable' in addon) return addon;
  const isa = process.env['UNDERSTUDY_ISA'] ?? '';
  const configured = addon.configure(isa, options.threads ?? availableParallelism());
  if (!configured) return { unavailable: `this processor does not run "${isa}" (UNDERSTUDY_ISA)` };
  const { threads } = configured;
  return {
    name: 'native',
    description: `CPU, ${names[configured.isa] ?? configured.isa}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
    threads,
    notice: null,
    async activate() {
      const { activateNative } = await import('./tensorflow.ts');
      await activateNative(addon);
    },
    createStepper: (network, weights, stepperOptions) =>
      new NativeStepper(addon, network, weights, stepperOptions),
  };
}
