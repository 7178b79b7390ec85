import type { NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs-core';
import { assertTokens, Inputs } from '../kernel.ts';
import type { Handle } from './binding.ts';
import type { Ops } from './ops.ts';

/** Where tensors of TensorFlow.js lie on the device. */
export interface Device {
  handle(info: TensorInfo): Handle;
  /** int32 values, which lie in the host's memory. */
  integers(info: TensorInfo): Int32Array;
  /** From now on the tensor has the values of `by`, which it takes over. */
  replace(info: TensorInfo, by: Handle): void;
}

/** What a kernel of ours sees here: handles in, handles out, and the ops between them. */
export class DeviceCall extends Inputs {
  readonly ops: Ops;
  readonly #device: Device;

  constructor(inputs: NamedTensorInfoMap, attributes: unknown, device: Device, ops: Ops) {
    super(inputs, attributes);
    this.#device = device;
    this.ops = ops;
  }

  /** An input; throws RangeError unless it has exactly `shape`. */
  handle(name: string, shape?: readonly number[]): Handle {
    return this.#device.handle(this.typed(name, 'float32', shape));
  }

  integers(name: string, shape?: readonly number[]): Int32Array {
    return this.#device.integers(this.typed(name, 'int32', shape));
  }

  /** An int32 input as the ops take it, every value of it within 0 to `bound` (exclusive). */
  tokens(name: string, bound: number): Handle {
    assertTokens(this.integers(name), bound);
    return this.#device.handle(this.info(name));
  }

  replace(name: string, by: Handle): void {
    this.#device.replace(this.info(name), this.ops.keep(by));
  }
}

/** Gives what it made; each output is a handle of its own. */
export type DeviceKernel = (call: DeviceCall) => Handle | Handle[];
