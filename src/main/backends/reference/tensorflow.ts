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
import { referenceKernels } from './kernels.ts';

class ReferenceBackend extends MathBackendCPU implements ArrayBackend {
  constructor() {
    super();
    // Its first use would advise to install another backend, on the writer's terminal.
    Object.assign(this, { firstUse: false });
  }

  values(id: DataId): unknown {
    return valuesOf(this, id);
  }

  allocate(count: number): Float32Array {
    return new Float32Array(count);
  }
}

/** Registers the backend and its kernels once, and makes it the current one. */
export async function activateReference(): Promise<void> {
  if (!findBackend('reference')) {
    registerBackend('reference', () => new ReferenceBackend());
    copyRegisteredKernels('cpu', 'reference');
    registerKernels('reference', referenceKernels);
  }
  if (engine().backendName !== 'reference') await setBackend('reference');
}
