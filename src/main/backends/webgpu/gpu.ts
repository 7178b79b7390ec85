import type { UserError } from '../../../shared/errors.ts';
import { failures } from './failures.ts';
import { Pool, type Block } from './pool.ts';
import { SLOT, sourceOf, type Bindings, type Parameters, type Program } from './program.ts';

/** Bits of the standard, which are globals in a browser. */
const usage = { mapRead: 0x1, copySource: 0x4, copyTarget: 0x8, uniform: 0x40, storage: 0x80 };
const MAP_READ = 0x1;
const COMPUTE_STAGE = 0x4;

/** After so many programs what was recorded is sent, so that the device works while the rest is recorded. */
const SENT_AT = 128;
/** Memory in bytes that is not worth giving back. */
const KEPT = 2 ** 26;
/** How long an answer is waited for, in milliseconds. */
const PATIENCE = 30_000;

export type Groups = readonly [x: number, y?: number, z?: number];

/** A block for each buffer of a program. */
export type BlocksOf<B extends Bindings> = { readonly [name in keyof B]: Block };

type Values<P extends Parameters> = Readonly<Record<keyof P, number>>;

interface Pipeline {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

/**
 * A device: programs run in the order in which they are given, buffers come from a pool, and numbers are
 * read back asynchronously. Its first failure (lost, out of memory, a refused command, no answer) is its
 * last: from then on everything but `give` and `destroy` throws it.
 */
export class Gpu {
  readonly device: GPUDevice;
  readonly #pool: Pool;
  readonly #patience: number;
  readonly #pipelines = new Map<string, Pipeline>();
  readonly #slots: GPUBuffer;
  readonly #numbers = new Uint32Array(SLOT * SENT_AT);
  readonly #floats = new Float32Array(this.#numbers.buffer);
  readonly #readers = new Map<number, GPUBuffer[]>();
  readonly #waiting = new Set<(failure: UserError) => void>();
  readonly #scopes = new Set<Promise<void>>();
  #encoder: GPUCommandEncoder | null = null;
  #pass: GPUComputePassEncoder | null = null;
  #recorded = 0;
  #recording = 0;
  #failure: UserError | null = null;

  constructor(device: GPUDevice, options: { patience?: number } = {}) {
    this.device = device;
    this.#patience = options.patience ?? PATIENCE;
    this.#pool = new Pool((bytes) => this.#create(bytes));
    this.#slots = device.createBuffer({
      size: this.#numbers.byteLength,
      usage: usage.uniform | usage.copyTarget,
    });
    void device.lost.then(({ message }) => this.#fail(failures.gone(message)));
    device.onuncapturederror = ({ error: { message } }) => {
      // A buffer for which there was no memory is refused before it is known why.
      void Promise.all(this.#scopes).then(() => this.#fail(failures.refused(message)));
    };
  }

  get pool(): { readonly allocated: number; readonly lent: number } {
    return this.#pool;
  }

  /** What ended its work, or null. */
  get failure(): UserError | null {
    return this.#failure;
  }

  take(bytes: number): Block {
    this.#check();
    return this.#pool.take(bytes);
  }

  /** Takes a block back. When nothing is in use any more, the memory is given back to the device. */
  give(block: Block): void {
    this.#pool.give(block);
    if (this.#pool.lent > 0 || this.#pool.allocated < KEPT || this.#failure !== null) return;
    this.send();
    this.#pool.clear();
    for (const readers of this.#readers.values()) for (const reader of readers) reader.destroy();
    this.#readers.clear();
  }

  /** Writes values before anything that is run from now on. */
  upload(block: Block, values: Float32Array | Int32Array): void {
    this.#check();
    // What was recorded but not sent would see what is written now.
    if (block.used === this.#recording) this.send();
    const { buffer, byteOffset, byteLength } = values;
    this.device.queue.writeBuffer(block.buffer, 0, buffer, byteOffset, byteLength);
  }

  /**
   * Runs a program once for each of `params`, in their order.
   *
   * @throws UserError `backend.lost` after a failure
   */
  run<B extends Bindings, P extends Parameters>(
    program: Program<B, P>,
    blocks: BlocksOf<B>,
    params: Values<P> | readonly Values<P>[],
    groups: Groups,
  ): void {
    this.#check();
    const { pipeline, layout } = this.#pipeline(program);
    const list = Object.keys(program.buffers).map((name) => {
      const block = blocks[name];
      if (!block) throw new TypeError(`${program.name} has no block for ${name}`);
      return block;
    });
    const bound = this.device.createBindGroup({
      layout,
      entries: [
        { binding: 0, resource: { buffer: this.#slots, size: 4 * SLOT } },
        ...list.map(({ buffer }, i) => ({ binding: i + 1, resource: { buffer } })),
      ],
    });
    for (const values of Array.isArray(params) ? (params as Values<P>[]) : [params as Values<P>]) {
      if (this.#recorded === SENT_AT) this.send();
      const at = SLOT * this.#recorded++;
      Object.entries(program.params).forEach(([name, type], i) => {
        const value = values[name] ?? NaN;
        if (type === 'u32') this.#numbers[at + i] = value;
        else this.#floats[at + i] = value;
      });
      for (const block of list) block.used = this.#recording;
      const pass = this.#openPass();
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bound, [4 * at]);
      const [x, y = 1, z = 1] = groups;
      pass.dispatchWorkgroups(x, y, z);
    }
  }

  /** Sends what was recorded. */
  send(): void {
    if (this.#encoder === null) return;
    this.#pass?.end();
    const commands = this.#encoder.finish();
    const { queue } = this.device;
    if (this.#recorded > 0) {
      queue.writeBuffer(this.#slots, 0, this.#numbers.buffer, 0, 4 * SLOT * this.#recorded);
    }
    queue.submit([commands]);
    this.#encoder = null;
    this.#pass = null;
    this.#recorded = 0;
    this.#recording++;
  }

  /**
   * The first bytes of a block, once all that was run before is done.
   *
   * @throws UserError `backend.lost`
   */
  async read(block: Block, bytes: number): Promise<ArrayBuffer> {
    this.#check();
    const reader = this.#readers.get(block.bytes)?.pop() ?? this.#createReader(block.bytes);
    this.#pass?.end();
    this.#pass = null;
    this.#encoder ??= this.device.createCommandEncoder();
    this.#encoder.copyBufferToBuffer(block.buffer, 0, reader, 0, block.bytes);
    this.send();
    await this.#answer(reader.mapAsync(MAP_READ, 0, block.bytes));
    // A buffer for which there was no memory is only known as such once this has come.
    while (this.#scopes.size > 0) await Promise.all(this.#scopes);
    this.#check();
    const copy = reader.getMappedRange(0, block.bytes).slice(0, bytes);
    reader.unmap();
    const list = this.#readers.get(block.bytes);
    if (list) list.push(reader);
    else this.#readers.set(block.bytes, [reader]);
    return copy;
  }

  /** Ends the device; what is waited for fails. */
  destroy(): void {
    this.#fail(failures.gone('it was closed'));
  }

  #check(): void {
    if (this.#failure !== null) throw this.#failure;
  }

  #fail(failure: UserError): void {
    if (this.#failure !== null) return;
    this.#failure = failure;
    for (const reject of this.#waiting) reject(failure);
    this.#waiting.clear();
    // Not within a callback of the device, which would wait for itself.
    setImmediate(() => this.device.destroy());
  }

  /** Waits for the device, but not for ever. */
  async #answer(mapped: Promise<unknown>): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.add(reject);
    const timer = setTimeout(
      () => this.#fail(failures.silent(this.#patience / 1000)),
      this.#patience,
    );
    mapped.then(
      () => resolve(),
      (error: unknown) => {
        // A lost device tells its readers first; why it was lost comes a moment later.
        const message = error instanceof Error ? error.message : String(error);
        setImmediate(() => this.#fail(failures.gone(message)));
      },
    );
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(reject);
    }
  }

  #openPass(): GPUComputePassEncoder {
    this.#encoder ??= this.device.createCommandEncoder();
    return (this.#pass ??= this.#encoder.beginComputePass());
  }

  #pipeline(program: Program): Pipeline {
    let found = this.#pipelines.get(program.name);
    if (!found) this.#pipelines.set(program.name, (found = this.#compile(program)));
    return found;
  }

  #compile(program: Program): Pipeline {
    const { device } = this;
    const layout = device.createBindGroupLayout({
      entries: [
        {
          binding: 0,
          visibility: COMPUTE_STAGE,
          buffer: { type: 'uniform', hasDynamicOffset: true, minBindingSize: 4 * SLOT },
        },
        ...Object.values(program.buffers).map(({ access }, i) => ({
          binding: i + 1,
          visibility: COMPUTE_STAGE,
          buffer: {
            type: access === 'read' ? ('read-only-storage' as const) : ('storage' as const),
          },
        })),
      ],
    });
    const module = device.createShaderModule({ code: sourceOf(program), label: program.name });
    const pipeline = device.createComputePipeline({
      label: program.name,
      layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: { module, entryPoint: 'main' },
    });
    return { pipeline, layout };
  }

  /** @throws UserError `backend.lost` where a buffer of that size cannot be at all */
  #create(bytes: number): GPUBuffer {
    const { device } = this;
    const { maxBufferSize, maxStorageBufferBindingSize } = device.limits;
    if (bytes > Math.min(maxBufferSize, maxStorageBufferBindingSize)) {
      const failure = failures.memory(bytes);
      this.#fail(failure);
      throw failure;
    }
    return this.#allocate(bytes, usage.storage | usage.copySource | usage.copyTarget);
  }

  #createReader(bytes: number): GPUBuffer {
    return this.#allocate(bytes, usage.mapRead | usage.copyTarget);
  }

  /** Whether there was memory for it, the device tells later. */
  #allocate(size: number, usage: number): GPUBuffer {
    this.device.pushErrorScope('out-of-memory');
    const buffer = this.device.createBuffer({ size, usage });
    const scope = this.device.popErrorScope().then(
      (error) => {
        if (error !== null) this.#fail(failures.memory(size));
      },
      // Scopes of a device that is gone have no answer.
      () => undefined,
    );
    this.#scopes.add(scope);
    void scope.then(() => this.#scopes.delete(scope));
    return buffer;
  }
}
