import {
  engine,
  findBackendFactory,
  getKernel,
  registerBackend,
  registerKernel,
  setBackend,
  unregisterKernel,
  type DataId,
  type KernelBackend,
  type KernelConfig,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { verifyDevice } from '../verify.ts';
import type { Binding, Handle, Values } from './binding.ts';
import { DeviceCall, type Device } from './call.ts';
import { cudnn } from './cudnn.ts';
import { composedGru } from './gru.ts';
import { composedLstm } from './lstm.ts';
import { tensorflowKernels } from './kernels.ts';
import { Constants, Ops } from './ops.ts';

/** What tfjs-node keeps for a tensor: on the device (`id`), or values that have not gone there yet. */
interface Data {
  readonly shape: readonly number[];
  readonly dtype: number;
  id: number;
  values: Values | null;
  refCount: number;
}

/** The backend of tfjs-node, as far as it is used here. */
export interface NodeBackend extends KernelBackend {
  readonly tensorMap: {
    get(id: DataId): Data;
    set(id: DataId, data: Data): void;
  };
}

/** What the package gives. */
export interface Parts {
  readonly binding: Binding;
  /** Its backend on the binding; its kernels are registered by then. */
  create(): NodeBackend;
}

function deviceOf(binding: Binding, { tensorMap }: NodeBackend): Device {
  return {
    handle(info) {
      const data = tensorMap.get(info.dataId);
      if (data.values !== null) {
        data.id = binding.createTensor(data.shape, data.dtype, data.values);
        data.values = null;
      }
      return { id: data.id, shape: info.shape, dtype: data.dtype };
    },
    integers(info) {
      const { values, id } = tensorMap.get(info.dataId);
      return (values ?? binding.tensorDataSync(id)) as Int32Array;
    },
    replace(info, by) {
      const data = tensorMap.get(info.dataId);
      if (data.values === null) binding.deleteTensor(data.id);
      data.values = null;
      data.id = by.id;
    },
  };
}

/** A handle as a tensor of TensorFlow.js. */
function adopt({ tensorMap }: NodeBackend, { id, shape, dtype }: Handle): TensorInfo {
  const dataId = {};
  tensorMap.set(dataId, { shape, dtype, id, values: null, refCount: 1 });
  return { dataId, shape: [...shape], dtype: 'float32' };
}

/** Our kernels on this binding; they replace those on another. */
export function useKernels(binding: Binding): void {
  const layers = binding.isUsingGpuDevice()
    ? { lstm: cudnn('lstm'), gru: cudnn('gru') }
    : { lstm: composedLstm, gru: composedGru };
  const constants = new Constants(binding);
  for (const [kernelName, kernel] of Object.entries(tensorflowKernels(layers))) {
    const config: KernelConfig = {
      kernelName,
      backendName: 'tensorflow',
      kernelFunc({ inputs, attrs, backend }) {
        const node = backend as unknown as NodeBackend;
        const ops = new Ops(binding, constants);
        try {
          const made = kernel(new DeviceCall(inputs, attrs, deviceOf(binding, node), ops));
          if (!Array.isArray(made)) return adopt(node, ops.keep(made));
          return made.map((handle) => adopt(node, ops.keep(handle)));
        } finally {
          ops.close();
        }
      },
    };
    if (getKernel(kernelName, 'tensorflow')) unregisterKernel(kernelName, 'tensorflow');
    registerKernel(config);
  }
}

/** The GPU was tried, and is trusted. */
let tried = false;

/**
 * Registers the backend and its kernels once, and makes it the current one. A GPU is tried first.
 *
 * @throws UserError `backend.unavailable` where the GPU computes wrongly, `backend.lost` where it fails
 */
export async function activateTensorflow(parts: Parts): Promise<void> {
  if (!findBackendFactory('tensorflow')) {
    registerBackend('tensorflow', () => parts.create());
    useKernels(parts.binding);
  }
  if (engine().backendName !== 'tensorflow') await setBackend('tensorflow');
  if (!tried && parts.binding.isUsingGpuDevice()) {
    await verifyDevice("update NVIDIA's driver and cuDNN, or train on the CPU");
    tried = true;
  }
}
