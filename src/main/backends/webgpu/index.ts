import { availableParallelism } from 'node:os';
import { UserError } from '../../../shared/errors.ts';
import type { Backend, TrainingPrecision } from '../backend.ts';
import { loadNative } from '../native/index.ts';
import { createReference } from '../reference/index.ts';
import { Gpu } from './gpu.ts';
import { adapterName, graphicsApi } from './names.ts';
import { loadDawn, type Adapter } from './package.ts';

export interface WebgpuOptions {
  /** Of the processor, which writes with the voice. */
  readonly threads?: number | undefined;
  /** `auto` keeps recurrent weights in float16 while a window runs; all else is float32. */
  readonly precision?: TrainingPrecision;
  /** Also a GPU that the processor plays: for tests, as it is slower than our own kernels. */
  readonly software?: boolean;
}

/** How long one that the processor plays is waited for, in milliseconds: it takes its time. */
const SOFTWARE_PATIENCE = 600_000;

/** A device with as large buffers as the adapter has. */
async function openDevice(adapter: Adapter): Promise<Gpu> {
  const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits;
  try {
    const requiredLimits = { maxBufferSize, maxStorageBufferBindingSize };
    const device = await adapter.requestDevice({ requiredLimits });
    return adapter.info.isFallbackAdapter === true
      ? new Gpu(device, { patience: SOFTWARE_PATIENCE })
      : new Gpu(device);
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new UserError(
      'backend.unavailable',
      `The GPU cannot be used for training (${reason}); update the graphics card's driver, or train on the CPU.`,
      { cause: error },
    );
  }
}

/**
 * The backend on WebGPU, with our kernels in WGSL: any GPU, through Vulkan, Metal or Direct3D 12. Or why
 * there is none, in one clause that says what to do. The device is opened by `activate()`; one that was
 * lost is opened anew by the next.
 *
 * Sampling stays on the processor, as with TensorFlow (see DECISIONS.md).
 */
export async function loadWebgpu(
  options: WebgpuOptions = {},
): Promise<Backend | { unavailable: string }> {
  const { threads = availableParallelism(), precision = 'float32', software = false } = options;
  if (precision === 'bfloat16') return { unavailable: 'WebGPU does not multiply bfloat16' };
  const dawn = loadDawn();
  if ('unavailable' in dawn) return dawn;
  const find = (): Promise<Adapter | null> =>
    dawn.requestAdapter({ powerPreference: 'high-performance' });
  const adapter = await find();
  if (adapter === null) {
    return {
      unavailable: `there is no GPU for WebGPU; install the driver of the graphics card (${graphicsApi(process.platform)})`,
    };
  }
  const { info } = adapter;
  if (info.isFallbackAdapter === true && !software) {
    return {
      unavailable: `there is only ${adapterName(info)}, by which the processor plays a GPU, slower than it is itself; install the driver of the graphics card`,
    };
  }
  const storage = precision === 'auto' ? 'float16' : 'float32';
  const native = loadNative({ threads });
  const sampler = 'unavailable' in native ? createReference(native.unavailable) : native;
  // An adapter gives one device.
  let unused: Adapter | null = adapter;
  let gpu: Gpu | null = null;
  return {
    name: 'webgpu',
    description:
      `${adapterName(info)}, WebGPU on ${graphicsApi(process.platform)}` +
      (storage === 'float16' ? ', recurrent weights in float16' : ''),
    threads,
    notice: null,
    async activate() {
      const { activateWebgpu } = await import('./session.ts');
      if (gpu === null || gpu.failure !== null) {
        const from = unused ?? (await find());
        unused = null;
        if (from === null) {
          throw new UserError(
            'backend.unavailable',
            'The GPU is not there any more; train on the CPU, or start anew.',
          );
        }
        gpu = await openDevice(from);
      }
      await activateWebgpu(gpu, storage);
    },
    useThreads: (count) => sampler.useThreads(count),
    createStepper: sampler.createStepper,
  };
}
