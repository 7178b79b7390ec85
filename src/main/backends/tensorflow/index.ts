import { globSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { Backend, TrainingPrecision } from '../backend.ts';
import { loadNative } from '../native/index.ts';
import { createReference } from '../reference/index.ts';
import { whyNoGpu } from './libraries.ts';
import { loadPackage } from './package.ts';

export interface TensorflowOptions {
  readonly threads?: number | undefined;
  readonly precision?: TrainingPrecision;
  /** Without it TensorFlow for the processor does, too: slower than our own kernels, but for tests. */
  readonly gpu: 'required' | 'preferred';
}

/** "NVIDIA GeForce RTX 3080", where the driver tells. */
function cardName(): string {
  for (const file of globSync('/proc/driver/nvidia/gpus/*/information')) {
    const model = /^Model:\s*(.+)$/m.exec(readFileSync(file, 'utf8'))?.[1];
    if (model) return model.trim();
  }
  return 'NVIDIA GPU';
}

/**
 * The backend on TensorFlow's own ops: on the GPU by CUDA and cuDNN. Or why there is none, in one clause
 * that says what to install. TensorFlow is loaded here (about a second), TensorFlow.js by `activate()`.
 *
 * Sampling stays on the processor: one token of one stream is too little for the way to the GPU and back
 * (see DECISIONS.md), and a suggestion never waits for a training step.
 */
export function loadTensorflow(options: TensorflowOptions): Backend | { unavailable: string } {
  const { threads = availableParallelism(), precision = 'float32', gpu } = options;
  if (precision === 'bfloat16') return { unavailable: 'TensorFlow multiplies float32 here' };
  const parts = loadPackage({ threads, exact: precision === 'float32' });
  if ('unavailable' in parts) return parts;
  const { binding } = parts;
  const onGpu = binding.isUsingGpuDevice();
  const notice = onGpu ? null : whyNoGpu();
  if (notice !== null && gpu === 'required') return { unavailable: notice };
  const native = loadNative({ threads });
  const sampler = 'unavailable' in native ? createReference(native.unavailable) : native;
  const name = `TensorFlow ${binding.TF_Version}`;
  return {
    name: 'tensorflow',
    description: onGpu
      ? `${cardName()}, ${name}`
      : `CPU, ${name}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
    threads,
    notice,
    async activate() {
      const { activateTensorflow } = await import('./session.ts');
      await activateTensorflow(parts);
    },
    // TensorFlow's own threads are as many as when it was loaded; the sampler's follow.
    useThreads: (count) => sampler.useThreads(count),
    createStepper: sampler.createStepper,
  };
}
