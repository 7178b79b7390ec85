/** TensorFlow's own tensor, on the device; the binding of tfjs-node knows it by number. */
export interface Handle {
  readonly id: number;
  readonly shape: readonly number[];
  readonly dtype: number;
}

export interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: boolean | number | string;
}

export type Values = Float32Array | Int32Array | Uint8Array;

/** The compiled binding of @tensorflow/tfjs-node(-gpu), as far as it is used here. */
export interface Binding {
  readonly TF_Version: string;
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_INT64: number;
  readonly TF_BOOL: number;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  /** May keep `values` as the tensor's memory: they are not written again. */
  createTensor(shape: readonly number[], dtype: number, values: Values): number;
  deleteTensor(id: number): void;
  /** A copy. */
  tensorDataSync(id: number): Values;
  /** Runs an op of TensorFlow; throws Error with TensorFlow's message. */
  executeOp(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly number[],
    outputs: number,
  ): Handle[];
  getNumOfTensors(): number;
  isUsingGpuDevice(): boolean;
}

export const elementsOf = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);
