import {
  DataStorage,
  engine,
  findBackendFactory,
  getKernel,
  KernelBackend,
  registerBackend,
  registerKernel,
  removeBackend,
  setBackend,
  type DataId,
  type DataType,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { verifyDevice } from '../verify.ts';
import { DeviceCall, elements, type Tensors } from './call.ts';
import type { Gpu } from './gpu.ts';
import { webgpuKernels } from './kernels.ts';
import type { Block } from './pool.ts';
import type { Storage } from './shaders/steps.ts';

type Values = Float32Array | Int32Array;

/** What is kept for a tensor: values of the host, a block of the device, or both while they are the same. */
interface Data {
  readonly shape: readonly number[];
  readonly dtype: DataType;
  values: Values | null;
  block: Block | null;
  references: number;
}

/**
 * A backend of TensorFlow.js that knows few ops beside our kernels. Numbers that come from the host go to
 * the device when a kernel first asks for them; those of the device are read asynchronously only.
 */
class WebgpuBackend extends KernelBackend implements Tensors {
  readonly gpu: Gpu;
  readonly storage: Storage;
  // Tensors of another backend are fetched from there.
  readonly #data = new DataStorage<Data>(this, engine());

  constructor(gpu: Gpu, storage: Storage) {
    super();
    this.gpu = gpu;
    this.storage = storage;
  }

  // Tensors, as our kernels see them

  block(info: TensorInfo): Block {
    const data = this.#data.get(info.dataId);
    if (data.block === null) {
      const values = data.values ?? new Float32Array();
      const block = this.gpu.take(4 * Math.max(1, elements(data.shape)));
      data.block = block;
      this.gpu.upload(block, values);
    }
    return data.block;
  }

  integers(info: TensorInfo): Int32Array {
    const { values } = this.#data.get(info.dataId);
    if (!(values instanceof Int32Array)) throw new TypeError('Integers come from the host');
    return values;
  }

  changes(info: TensorInfo): void {
    this.#data.get(info.dataId).values = null;
  }

  adopt(block: Block, shape: readonly number[]): TensorInfo {
    const dataId = {};
    this.#data.set(dataId, { shape, dtype: 'float32', values: null, block, references: 1 });
    return { dataId, shape: [...shape], dtype: 'float32' };
  }

  // KernelBackend, as TensorFlow.js sees it

  override write(values: unknown, shape: number[], dtype: DataType): DataId {
    const dataId = {};
    this.move(dataId, values, shape, dtype, 1);
    return dataId;
  }

  override move(
    dataId: DataId,
    values: unknown,
    shape: number[],
    dtype: DataType,
    references: number,
  ): void {
    if (!(values instanceof Float32Array) && !(values instanceof Int32Array)) {
      throw new TypeError(`The webgpu backend has no tensors of ${dtype}`);
    }
    this.#data.set(dataId, { shape, dtype, values, block: null, references });
  }

  override async read(dataId: DataId): Promise<Values> {
    const { values, block, shape } = this.#data.get(dataId);
    if (values !== null || block === null) return (values ?? new Float32Array()).slice();
    return new Float32Array(await this.gpu.read(block, 4 * elements(shape)));
  }

  /** Only of values that came from the host and were not changed since. */
  override readSync(dataId: DataId): Values {
    const { values } = this.#data.get(dataId);
    if (values === null) throw new TypeError('WebGPU gives its numbers asynchronously: use data()');
    return values;
  }

  override refCount(dataId: DataId): number {
    return this.#data.has(dataId) ? this.#data.get(dataId).references : 0;
  }

  override incRef(dataId: DataId): void {
    this.#data.get(dataId).references++;
  }

  override disposeData(dataId: DataId, force = false): boolean {
    if (!this.#data.has(dataId)) return true;
    const data = this.#data.get(dataId);
    data.references--;
    if (!force && data.references > 0) return false;
    if (data.block !== null) this.gpu.give(data.block);
    this.#data.delete(dataId);
    return true;
  }

  override numDataIds(): number {
    return this.#data.numDataIds();
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: false };
  }

  override timerAvailable(): boolean {
    return false;
  }

  override floatPrecision(): 32 {
    return 32;
  }

  override epsilon(): number {
    return 1e-7;
  }

  override dispose(): void {
    this.gpu.destroy();
  }
}

function registerOnce(): void {
  for (const [kernelName, kernel] of Object.entries(webgpuKernels)) {
    if (getKernel(kernelName, 'webgpu')) continue;
    registerKernel({
      kernelName,
      backendName: 'webgpu',
      kernelFunc({ inputs, attrs, backend }) {
        const tensors = backend as unknown as WebgpuBackend;
        const call = new DeviceCall(inputs, attrs, tensors, tensors.gpu);
        try {
          return kernel(call);
        } finally {
          call.close();
        }
      },
    });
  }
  // A second name for the same values.
  if (getKernel('Identity', 'webgpu')) return;
  registerKernel({
    kernelName: 'Identity',
    backendName: 'webgpu',
    kernelFunc({ inputs, backend }) {
      const x = inputs['x'];
      if (!x) throw new TypeError('Input x is missing');
      (backend as unknown as WebgpuBackend).incRef(x.dataId);
      return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
    },
  });
}

let current: Gpu | null = null;

/**
 * Makes the backend on this device the current one. A device is tried before it is first used; one that
 * was lost gives way to the new one.
 *
 * @throws UserError `backend.unavailable` where it computes wrongly, `backend.lost` where it fails
 */
export async function activateWebgpu(gpu: Gpu, storage: Storage): Promise<void> {
  if (current !== gpu) {
    if (findBackendFactory('webgpu')) removeBackend('webgpu');
    registerOnce();
    registerBackend('webgpu', () => new WebgpuBackend(gpu, storage));
    current = null;
    await setBackend('webgpu');
    await verifyDevice("update the graphics card's driver, or train on the CPU");
    current = gpu;
  }
  if (engine().backendName !== 'webgpu') await setBackend('webgpu');
}
