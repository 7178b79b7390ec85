import { elementsOf, type Attribute, type Binding, type Handle, type Values } from './binding.ts';

/** The two words of an int64, the low one first. */
const halves = (value: number): [number, number] => [value | 0, Math.floor(value / 2 ** 32)];

/** Host tensors that kernels ask for again and again: shapes, axes, sizes. They live as long as the backend. */
export class Constants {
  readonly #binding: Binding;
  readonly #known = new Map<string, Handle>();

  constructor(binding: Binding) {
    this.#binding = binding;
  }

  /** int32 [n]. */
  ints(values: readonly number[]): Handle {
    return this.#make(`[${values.join()}]`, [values.length], this.#binding.TF_INT32, values);
  }

  /** int32, a scalar. */
  int(value: number): Handle {
    return this.#make(`${value}`, [], this.#binding.TF_INT32, [value]);
  }

  /** int64, a scalar of 0 to 2^53. */
  long(value: number): Handle {
    return this.#make(`${value}L`, [], this.#binding.TF_INT64, halves(value));
  }

  #make(key: string, shape: number[], dtype: number, values: readonly number[]): Handle {
    let handle = this.#known.get(key);
    if (!handle) {
      const id = this.#binding.createTensor(shape, dtype, Int32Array.from(values));
      this.#known.set(key, (handle = { id, shape, dtype }));
    }
    return handle;
  }
}

/**
 * TensorFlow's ops within one kernel call. What they make is freed by `close`, but for what is kept.
 * float32 throughout, unless said otherwise.
 */
export class Ops {
  readonly binding: Binding;
  readonly #constants: Constants;
  /** T = float32, which nearly every op wants to be told. */
  readonly floats: Attribute;
  readonly #made = new Set<number>();

  constructor(binding: Binding, constants: Constants) {
    this.binding = binding;
    this.#constants = constants;
    this.floats = this.type('T', binding.TF_FLOAT);
  }

  /** Any op, by TensorFlow's name. */
  run(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly Handle[],
    outputs = 1,
  ): Handle[] {
    const ids = inputs.map(({ id }) => id);
    const made = this.binding.executeOp(name, attributes, ids, outputs);
    for (const { id } of made) this.#made.add(id);
    return made;
  }

  /** An op with one output. */
  one(name: string, attributes: readonly Attribute[], inputs: readonly Handle[]): Handle {
    const [output] = this.run(name, attributes, inputs);
    if (!output) throw new TypeError(`${name} gave no output`);
    return output;
  }

  /** Takes a handle out of what `close` frees; it must have been made here, and only once kept. */
  keep(handle: Handle): Handle {
    if (!this.#made.delete(handle.id)) throw new TypeError('Only what was made here can be kept');
    return handle;
  }

  /** Frees what was made here before `close` does. */
  free(handle: Handle): void {
    this.binding.deleteTensor(this.keep(handle).id);
  }

  close(): void {
    for (const id of this.#made) this.binding.deleteTensor(id);
    this.#made.clear();
  }

  // Attributes

  type(name: string, value: number): Attribute {
    return { name, type: this.binding.TF_ATTR_TYPE, value };
  }

  flag(name: string, value: boolean): Attribute {
    return { name, type: this.binding.TF_ATTR_BOOL, value };
  }

  count(name: string, value: number): Attribute {
    return { name, type: this.binding.TF_ATTR_INT, value };
  }

  real(name: string, value: number): Attribute {
    return { name, type: this.binding.TF_ATTR_FLOAT, value };
  }

  text(name: string, value: string): Attribute {
    return { name, type: this.binding.TF_ATTR_STRING, value };
  }

  int32(name: string): Attribute {
    return this.type(name, this.binding.TF_INT32);
  }

  // Values

  ints(values: readonly number[]): Handle {
    return this.#constants.ints(values);
  }

  int(value: number): Handle {
    return this.#constants.int(value);
  }

  long(value: number): Handle {
    return this.#constants.long(value);
  }

  /** A tensor of these values, which are not written again. */
  tensor(values: Float32Array, shape: readonly number[]): Handle {
    return this.#create(shape, this.binding.TF_FLOAT, values);
  }

  /** int64, values of 0 to 2^53. */
  longs(values: readonly number[], shape: readonly number[]): Handle {
    return this.#create(shape, this.binding.TF_INT64, Int32Array.from(values.flatMap(halves)));
  }

  #create(shape: readonly number[], dtype: number, values: Values): Handle {
    const handle = { id: this.binding.createTensor(shape, dtype, values), shape, dtype };
    this.#made.add(handle.id);
    return handle;
  }

  scalar(value: number): Handle {
    return this.tensor(Float32Array.of(value), []);
  }

  zeros(shape: readonly number[]): Handle {
    const type = [this.floats, this.int32('index_type')];
    return this.one('Fill', type, [this.ints(shape), this.scalar(0)]);
  }

  // Shapes

  /** A second handle on the same memory. */
  alias(x: Handle): Handle {
    return this.one('Identity', [this.floats], [x]);
  }

  reshape(x: Handle, shape: readonly number[]): Handle {
    return this.one('Reshape', [this.floats, this.int32('Tshape')], [x, this.ints(shape)]);
  }

  transpose(x: Handle): Handle {
    return this.one('Transpose', [this.floats, this.int32('Tperm')], [x, this.ints([1, 0])]);
  }

  /** Rows `from` to `to` (exclusive) of the first dimension. */
  rows(x: Handle, from: number, to: number): Handle {
    const [all = 0, ...rest] = x.shape;
    if (from === 0 && to === all) return x;
    const begin = [from, ...rest.map(() => 0)];
    const inputs = [x, this.ints(begin), this.ints([to - from, ...rest])];
    return this.one('Slice', [this.floats, this.int32('Index')], inputs);
  }

  concat(parts: readonly Handle[], axis: number): Handle {
    const [only] = parts;
    if (only && parts.length === 1) return only;
    const attributes = [this.count('N', parts.length), this.floats, this.int32('Tidx')];
    return this.one('ConcatV2', attributes, [...parts, this.int(axis)]);
  }

  split(x: Handle, sizes: readonly number[], axis: number): Handle[] {
    const attributes = [this.count('num_split', sizes.length), this.floats, this.int32('Tlen')];
    return this.run('SplitV', attributes, [x, this.ints(sizes), this.int(axis)], sizes.length);
  }

  /** [T,...] into T times [...]. */
  unstack(x: Handle): Handle[] {
    const steps = x.shape[0] ?? 0;
    const attributes = [this.count('num', steps), this.floats, this.count('axis', 0)];
    return this.run('Unpack', attributes, [x], steps);
  }

  /** T times [...] into [T,...]. */
  stack(parts: readonly Handle[]): Handle {
    const attributes = [this.count('N', parts.length), this.floats, this.count('axis', 0)];
    return this.one('Pack', attributes, parts);
  }

  // Numbers

  /** Of two tensors of the same or broadcastable shapes. */
  binary(name: 'AddV2' | 'Sub' | 'Mul' | 'RealDiv', a: Handle, b: Handle): Handle {
    return this.one(name, [this.floats], [a, b]);
  }

  add(a: Handle, b: Handle): Handle {
    return this.binary('AddV2', a, b);
  }

  sub(a: Handle, b: Handle): Handle {
    return this.binary('Sub', a, b);
  }

  mul(a: Handle, b: Handle): Handle {
    return this.binary('Mul', a, b);
  }

  unary(name: 'Sigmoid' | 'Tanh' | 'Square' | 'Sqrt', x: Handle): Handle {
    return this.one(name, [this.floats], [x]);
  }

  /** Of int64 tensors of broadcastable shapes; a comparison gives booleans. */
  longBinary(
    name: 'AddV2' | 'Mul' | 'BitwiseAnd' | 'BitwiseXor' | 'RightShift' | 'GreaterEqual',
    a: Handle,
    b: Handle,
  ): Handle {
    return this.one(name, [this.type('T', this.binding.TF_INT64)], [a, b]);
  }

  /** Booleans as 0 and 1. */
  toFloats(x: Handle): Handle {
    const types = [
      this.type('SrcT', this.binding.TF_BOOL),
      this.type('DstT', this.binding.TF_FLOAT),
    ];
    return this.one('Cast', [...types, this.flag('Truncate', false)], [x]);
  }

  /** The product of two matrices, either of them transposed. */
  matMul(a: Handle, b: Handle, aTransposed = false, bTransposed = false): Handle {
    const sides = [this.flag('transpose_a', aTransposed), this.flag('transpose_b', bTransposed)];
    return this.one('MatMul', [this.floats, ...sides], [a, b]);
  }

  /** [N,V] + [V]. */
  bias(x: Handle, b: Handle): Handle {
    return this.one('BiasAdd', [this.floats], [x, b]);
  }

  /** The sum of all rows: [N,V] -> [V]. */
  biasGradient(x: Handle): Handle {
    return this.one('BiasAddGrad', [this.floats], [x]);
  }

  /** The sum of all elements, a scalar. */
  sum(x: Handle): Handle {
    const axes = this.ints(x.shape.map((_, axis) => axis));
    return this.one(
      'Sum',
      [this.flag('keep_dims', false), this.floats, this.int32('Tidx')],
      [x, axes],
    );
  }

  addAll(parts: readonly Handle[]): Handle {
    return this.one('AddN', [this.count('N', parts.length), this.floats], parts);
  }

  /** As a matrix: all dimensions but the last are rows. */
  matrix(x: Handle): Handle {
    if (x.shape.length === 2) return x;
    const columns = x.shape.at(-1) ?? 1;
    return this.reshape(x, [elementsOf(x.shape) / columns, columns]);
  }
}
