import type { NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs-core';
import { assertTokens, Inputs } from '../kernel.ts';
import type { BlocksOf, Gpu, Groups } from './gpu.ts';
import type { Block } from './pool.ts';
import type { Bindings, Parameters, Program } from './program.ts';
import type { Storage } from './shaders/steps.ts';

/** Where tensors of TensorFlow.js lie on the device. */
export interface Tensors {
  /** Of the recurrent weights while a window runs. */
  readonly storage: Storage;
  /** The values on the device, brought there where they are not yet. */
  block(info: TensorInfo): Block;
  /** int32 values, which came from the host. */
  integers(info: TensorInfo): Int32Array;
  /** The values on the device are about to change. */
  changes(info: TensorInfo): void;
  /** A tensor of float32 values that lie in `block`, which it takes over. */
  adopt(block: Block, shape: readonly number[]): TensorInfo;
}

export const elements = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);

/** What a kernel of ours sees here: blocks of the device's memory, and programs to run on them. */
export class DeviceCall extends Inputs {
  readonly storage: Storage;
  readonly #tensors: Tensors;
  readonly #gpu: Gpu;
  readonly #scratch: Block[] = [];

  constructor(inputs: NamedTensorInfoMap, attributes: unknown, tensors: Tensors, gpu: Gpu) {
    super(inputs, attributes);
    this.storage = tensors.storage;
    this.#tensors = tensors;
    this.#gpu = gpu;
  }

  /** float32 values of an input; throws RangeError unless it has exactly `shape`. */
  floats(name: string, shape?: readonly number[]): Block {
    return this.#tensors.block(this.typed(name, 'float32', shape));
  }

  /** The same, to be changed in place. */
  changed(name: string, shape?: readonly number[]): Block {
    const block = this.floats(name, shape);
    this.#tensors.changes(this.info(name));
    return block;
  }

  /** int32 values of an input on the host. */
  integers(name: string, shape?: readonly number[]): Int32Array {
    return this.#tensors.integers(this.typed(name, 'int32', shape));
  }

  /** int32 values of an input on the device. */
  integerBlock(name: string, shape?: readonly number[]): Block {
    return this.#tensors.block(this.typed(name, 'int32', shape));
  }

  /** Throws RangeError unless every value of an int32 input is within 0 to `bound` (exclusive). */
  tokens(name: string, bound: number, shape?: readonly number[]): Int32Array {
    const ids = this.integers(name, shape);
    assertTokens(ids, bound);
    return ids;
  }

  /** A new tensor of float32; its values are not cleared. */
  output(shape: readonly number[]): { info: TensorInfo; block: Block } {
    const block = this.#gpu.take(4 * elements(shape));
    return { info: this.#tensors.adopt(block, shape), block };
  }

  /** Room for so many numbers of 32 bits, until the call ends. */
  scratch(count: number): Block {
    const block = this.#gpu.take(4 * count);
    this.#scratch.push(block);
    return block;
  }

  /** int32 values on the device, until the call ends. */
  uploaded(values: Int32Array): Block {
    const block = this.scratch(values.length);
    this.#gpu.upload(block, values);
    return block;
  }

  run<B extends Bindings, P extends Parameters>(
    program: Program<B, P>,
    blocks: BlocksOf<B>,
    params: Readonly<Record<keyof P, number>> | readonly Readonly<Record<keyof P, number>>[],
    groups: Groups,
  ): void {
    this.#gpu.run(program, blocks, params, groups);
  }

  /** Gives back what the call had for itself. What was recorded may still use it: it runs before what comes. */
  close(): void {
    for (const block of this.#scratch) this.#gpu.give(block);
    this.#scratch.length = 0;
  }
}

/** Gives the tensors it made. */
export type DeviceKernel = (call: DeviceCall) => TensorInfo | TensorInfo[];

/** `count` workgroups in two dimensions, as one alone ends at 65,535. See `linearGroup` of shaders/common.ts. */
export function groupsFor(count: number): Groups {
  const x = Math.min(count, 32_768);
  return [x, Math.ceil(count / x)];
}
