import {
  registerKernel,
  type DataId,
  type DataType,
  type KernelConfig,
  type NamedTensorInfoMap,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import type { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';

/** The inputs and attributes of a kernel call, checked where they are asked for. */
export class Inputs {
  readonly #inputs: NamedTensorInfoMap;
  readonly #attributes: Readonly<Record<string, unknown>>;

  constructor(inputs: NamedTensorInfoMap, attributes: unknown) {
    this.#inputs = inputs;
    this.#attributes = (attributes ?? {}) as Record<string, unknown>;
  }

  /** Throws TypeError where it is missing, RangeError unless it has exactly `shape`. */
  info(name: string, shape?: readonly number[]): TensorInfo {
    const info = this.#inputs[name];
    if (!info) throw new TypeError(`Input ${name} is missing`);
    if (
      shape &&
      (shape.length !== info.shape.length || shape.some((d, i) => d !== info.shape[i]))
    ) {
      throw new RangeError(
        `${name} has shape [${info.shape.join(',')}], expected [${shape.join(',')}]`,
      );
    }
    return info;
  }

  has(name: string): boolean {
    return name in this.#inputs;
  }

  /** The shape of an input; throws RangeError when it has another rank. */
  shape(name: string, rank: number): number[] {
    const { shape } = this.info(name);
    if (shape.length !== rank) {
      throw new RangeError(`${name} has shape [${shape.join(',')}], expected rank ${rank}`);
    }
    return shape;
  }

  /** An input as a matrix: all dimensions but the last are rows. */
  matrix(name: string): [rows: number, columns: number] {
    const { shape } = this.info(name);
    const columns = shape.at(-1) ?? 1;
    return [shape.reduce((n, d) => n * d, 1) / columns, columns];
  }

  /** An input of this type; throws TypeError for another, RangeError unless it has exactly `shape`. */
  typed(name: string, dtype: 'float32' | 'int32', shape?: readonly number[]): TensorInfo {
    const info = this.info(name, shape);
    if (info.dtype !== dtype) throw new TypeError(`${name} must be ${dtype}`);
    return info;
  }

  /** Sizes of LinearGrad: dy [...,O], x [...,I], both of N rows. Throws RangeError where these differ. */
  linearGradient(): { N: number; I: number; O: number } {
    const [N, O] = this.matrix('dy');
    const [rows, I] = this.matrix('x');
    if (rows !== N) throw new RangeError(`dy has ${N} rows, x has ${rows}`);
    return { N, I, O };
  }

  number(name: string): number {
    const value = this.#attributes[name];
    if (typeof value !== 'number') throw new TypeError(`Attribute ${name} must be a number`);
    return value;
  }

  attribute(name: string): unknown {
    return this.#attributes[name];
  }
}

/** Throws RangeError unless every token is within 0 to `vocabulary` (exclusive). */
export function assertTokens(ids: Iterable<number>, vocabulary: number): void {
  for (const id of ids) {
    if (!(id >= 0 && id < vocabulary)) {
      throw new RangeError(`token ${id} is outside 0 to ${vocabulary - 1}`);
    }
  }
}

/** What a kernel of ours sees of a TensorFlow.js backend whose tensors are arrays: arrays in, arrays out. */
export class Call extends Inputs {
  readonly #backend: ArrayBackend;

  constructor(inputs: NamedTensorInfoMap, attributes: unknown, backend: ArrayBackend) {
    super(inputs, attributes);
    this.#backend = backend;
  }

  /** float32 values of an input; throws RangeError unless it has exactly `shape`. */
  floats(name: string, shape?: readonly number[]): Float32Array {
    return this.#values(name, shape, Float32Array);
  }

  integers(name: string, shape?: readonly number[]): Int32Array {
    return this.#values(name, shape, Int32Array);
  }

  #values<A extends Float32Array | Int32Array>(
    name: string,
    shape: readonly number[] | undefined,
    kind: new (n: number) => A,
  ): A {
    const values = this.#backend.values(this.info(name, shape).dataId);
    if (!(values instanceof kind)) throw new TypeError(`${name} must be a ${kind.name}`);
    return values;
  }

  /** A new tensor; its values are not cleared. */
  output(shape: readonly number[]): { info: TensorInfo; values: Float32Array } {
    const values = this.#backend.allocate(shape.reduce((n, d) => n * d, 1));
    return { info: this.#backend.makeTensorInfo([...shape], 'float32', values), values };
  }
}

/** A backend whose tensors are typed arrays. */
export interface ArrayBackend {
  values(id: DataId): unknown;
  allocate(count: number): Float32Array;
  makeTensorInfo(shape: number[], dtype: DataType, values: Float32Array): TensorInfo;
}

export type Kernel = (call: Call) => TensorInfo | TensorInfo[];

/** Registers kernels of ours under `backendName`. */
export function registerKernels(
  backendName: string,
  kernels: Readonly<Record<string, Kernel>>,
): void {
  for (const [kernelName, kernel] of Object.entries(kernels)) {
    const config: KernelConfig = {
      kernelName,
      backendName,
      kernelFunc: ({ inputs, attrs, backend }) =>
        kernel(new Call(inputs, attrs, backend as unknown as ArrayBackend)),
    };
    registerKernel(config);
  }
}

/** The values of a tensor of TensorFlow.js's CPU backend. */
export const valuesOf = (backend: MathBackendCPU, id: DataId): unknown =>
  (backend.data.get(id) as { values?: unknown } | undefined)?.values;
