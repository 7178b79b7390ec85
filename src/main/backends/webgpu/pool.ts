/** A piece of the device's memory. */
export interface Block {
  readonly buffer: GPUBuffer;
  readonly bytes: number;
  /** The recording that it was last used in. */
  used: number;
}

/** Smallest block in bytes. */
const SMALLEST = 256;

/**
 * Sizes are rounded up to four steps between powers of two, so that windows of other lengths find blocks
 * again; at most a quarter is wasted.
 */
export function roundedSize(bytes: number): number {
  if (bytes <= SMALLEST) return SMALLEST;
  const step = 2 ** Math.max(6, Math.floor(Math.log2(bytes)) - 2);
  return Math.ceil(bytes / step) * step;
}

/** Blocks that are used again: a step needs the same sizes each time, and drivers take long to give them. */
export class Pool {
  readonly #create: (bytes: number) => GPUBuffer;
  readonly #free = new Map<number, Block[]>();
  #allocated = 0;
  #lent = 0;

  constructor(create: (bytes: number) => GPUBuffer) {
    this.#create = create;
  }

  /** Bytes taken from the device, in use or not. */
  get allocated(): number {
    return this.#allocated;
  }

  /** Bytes in use. */
  get lent(): number {
    return this.#lent;
  }

  take(bytes: number): Block {
    const size = roundedSize(bytes);
    this.#lent += size;
    const reused = this.#free.get(size)?.pop();
    if (reused) return reused;
    const buffer = this.#create(size);
    this.#allocated += size;
    return { buffer, bytes: size, used: -1 };
  }

  /** Takes a block back; the memory itself goes back to the device by `clear`. */
  give(block: Block): void {
    this.#lent -= block.bytes;
    const list = this.#free.get(block.bytes);
    if (list) list.push(block);
    else this.#free.set(block.bytes, [block]);
  }

  /** Gives all that is not in use back to the device. */
  clear(): void {
    for (const [bytes, blocks] of this.#free) {
      for (const { buffer } of blocks) buffer.destroy();
      this.#allocated -= bytes * blocks.length;
    }
    this.#free.clear();
  }
}
