import {
  copyRegisteredKernels,
  engine,
  findBackend,
  registerBackend,
  setBackend,
  type DataId,
} from '@tensorflow/tfjs-core';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import { registerKernels, valuesOf, type ArrayBackend } from '../kernel.ts';
import type { Addon } from './addon.ts';
import { nativeKernels } from './kernels.ts';

/** Arrays smaller than this are not worth keeping. */
const SMALLEST = 1024;

/**
 * TensorFlow.js's CPU backend whose large arrays are used again: a training step needs the same sizes
 * each time, and fresh pages from the system cost more than some kernels.
 */
class NativeBackend extends MathBackendCPU implements ArrayBackend {
  readonly #free = new Map<number, Float32Array[]>();
  readonly #ours = new WeakSet<Float32Array>();

  constructor() {
    super();
    // Its first use would advise to install another backend, on the writer's terminal.
    Object.assign(this, { firstUse: false });
  }

  values(id: DataId): unknown {
    return valuesOf(this, id);
  }

  allocate(count: number): Float32Array {
    const reused = this.#free.get(count)?.pop();
    if (reused) return reused;
    const fresh = new Float32Array(count);
    if (count >= SMALLEST) this.#ours.add(fresh);
    return fresh;
  }

  override disposeData(id: DataId, force = false): boolean {
    const values = this.data.has(id) ? valuesOf(this, id) : null;
    const gone = super.disposeData(id, force);
    if (gone && values instanceof Float32Array && this.#ours.has(values)) {
      const list = this.#free.get(values.length);
      if (list) list.push(values);
      else this.#free.set(values.length, [values]);
    }
    return gone;
  }

  /** Arrays that will be used again are copied out. */
  override readSync(id: DataId): ReturnType<MathBackendCPU['readSync']> {
    const values = super.readSync(id);
    return values instanceof Float32Array && this.#ours.has(values) ? values.slice() : values;
  }

  override read(id: DataId): ReturnType<MathBackendCPU['read']> {
    return Promise.resolve(this.readSync(id));
  }
}

/** Registers the backend and its kernels once, and makes it the current one. */
export async function activateNative(addon: Addon): Promise<void> {
  if (!findBackend('native')) {
    registerBackend('native', () => new NativeBackend());
    copyRegisteredKernels('cpu', 'native');
    registerKernels('native', nativeKernels(addon));
  }
  if (engine().backendName !== 'native') await setBackend('native');
}
