import { backend } from '@tensorflow/tfjs-core';
import { describe } from 'vitest';
import type { Backend, TrainingPrecision } from '../../src/main/backends/backend.ts';
import { loadNative } from '../../src/main/backends/native/index.ts';
import { createReference } from '../../src/main/backends/reference/index.ts';
import type { Binding } from '../../src/main/backends/tensorflow/binding.ts';
import { loadTensorflow } from '../../src/main/backends/tensorflow/index.ts';
import type { Gpu } from '../../src/main/backends/webgpu/gpu.ts';
import { loadWebgpu } from '../../src/main/backends/webgpu/index.ts';
import { cachedTensorflow } from '../tensorflow/build.mjs';
import { withCudnn } from '../tensorflow/cudnn.ts';
import { realGpu, softwareGpu } from '../webgpu/software.ts';

/** TensorFlow for the processor, where test/tensorflow/build.mjs made it; else why there is none. */
export function tensorflowForTests(): Backend | { unavailable: string } {
  // A process holds one TensorFlow.
  if (realGpu) return { unavailable: 'UNDERSTUDY_REAL_GPU asks for the one on the card' };
  const folder = cachedTensorflow();
  if (folder === null) {
    return { unavailable: '"node test/tensorflow/build.mjs" fetches it, and says why it cannot' };
  }
  process.env['UNDERSTUDY_TENSORFLOW'] = folder;
  return loadTensorflow({ threads: 2, gpu: 'preferred' });
}

/** The same, or, where real GPUs are tested, TensorFlow on the card, as the app finds it. */
export const tensorflowHere = (): Backend | { unavailable: string } =>
  realGpu ? loadTensorflow({ threads: 2, gpu: 'required' }) : tensorflowForTests();

/**
 * The same with ops of TensorFlow, and with those of cuDNN: on a card by itself, else something stands in
 * for it.
 */
function* onTensorflow(tensorflow: Backend): Generator<{ title: string; create: () => Backend }> {
  if (realGpu) {
    yield { title: 'tensorflow', create: () => tensorflow };
    return;
  }
  for (const cudnn of [false, true]) {
    yield {
      title: cudnn ? 'tensorflow with cudnn' : 'tensorflow',
      create: () => ({
        ...tensorflow,
        async activate() {
          const { useKernels } = await import('../../src/main/backends/tensorflow/session.ts');
          await tensorflow.activate();
          const binding = bindingOf();
          useKernels(cudnn ? withCudnn(binding, () => undefined) : binding);
        },
      }),
    };
  }
}

/** The binding that TensorFlow.js's backend runs on; the backend must be active. */
export function bindingOf(): Binding {
  return (backend() as unknown as { binding: Binding }).binding;
}

/** WebGPU on a GPU that the processor plays, or on a real one where those are tested; else why there is none. */
export async function webgpuForTests(
  precision: TrainingPrecision = 'float32',
): Promise<Backend | { unavailable: string }> {
  if (realGpu) return loadWebgpu({ threads: 2, precision });
  if (softwareGpu() === null) {
    return { unavailable: 'it needs SwiftShader, which comes with Chromium or with Electron' };
  }
  return loadWebgpu({ threads: 2, precision, software: true });
}

/** The backends that run here: reference, native kernels on every instruction set, TensorFlow, WebGPU. */
async function backends(): Promise<{ title: string; create: () => Backend }[]> {
  const found: { title: string; create: () => Backend }[] = [
    { title: 'reference', create: () => createReference(null) },
  ];
  for (const isa of ['avx512', 'avx2', 'neon', 'generic']) {
    const create = (): Backend => {
      process.env['UNDERSTUDY_ISA'] = isa;
      const native = loadNative({ threads: 2 });
      delete process.env['UNDERSTUDY_ISA'];
      if ('unavailable' in native) throw new Error(native.unavailable);
      return native;
    };
    try {
      create();
      found.push({ title: `native ${isa}`, create });
    } catch (error) {
      console.log(`native ${isa} is not tested here: ${(error as Error).message}`);
    }
  }
  const tensorflow = tensorflowHere();
  if ('unavailable' in tensorflow) {
    console.log(`tensorflow is not tested here: ${tensorflow.unavailable}`);
  } else {
    found.push(...onTensorflow(tensorflow));
  }
  const webgpu = await webgpuForTests();
  if ('unavailable' in webgpu) console.log(`webgpu is not tested here: ${webgpu.unavailable}`);
  else found.push({ title: 'webgpu', create: () => webgpu });
  return found;
}

const found = await backends();

/** Runs a suite once on each backend; `use()` activates and gives it. */
export function onEachBackend(suite: (use: () => Promise<Backend>) => void): void {
  for (const { title, create } of found) {
    describe(`on ${title}`, () => {
      suite(async () => {
        const backend = create();
        await backend.activate();
        return backend;
      });
    });
  }
}

/** The device that TensorFlow.js's backend runs on; the backend must be active. */
export function gpuOf(): Gpu {
  return (backend() as unknown as { gpu: Gpu }).gpu;
}
