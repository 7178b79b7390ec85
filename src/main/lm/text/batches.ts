import type { TokenArray } from './tokens.ts';
import { BOUNDARY } from './units.ts';

/** A window of B columns, T tokens deep; time first: element (t, b) stands at t*B + b. */
export interface Batch {
  readonly T: number;
  readonly B: number;
  readonly ids: Int32Array;
  readonly targets: Int32Array;
  /** 1 where the state is zero before the token: at document boundaries and where a column begins. */
  readonly starts: Int32Array;
}

export const createBatch = (T: number, B: number): Batch => ({
  T,
  B,
  ids: new Int32Array(T * B),
  targets: new Int32Array(T * B),
  starts: new Int32Array(T * B),
});

/**
 * A stream cut into contiguous columns for stateful truncated back-propagation through time: window k
 * of a column goes on where window k-1 ended.
 */
export class Columns {
  readonly batch: number;
  readonly window: number;
  /** Windows of one epoch; the tokens left over at the end of each column are fewer than a window. */
  readonly windows: number;
  readonly #ids: TokenArray;
  readonly #length: number;

  /**
   * @param ids a stream's tokens
   * @param batch B, and @param window T: the most there will be; both shrink where the stream is too
   *   short for four windows a column, and T where it would leave out more than a twentieth
   */
  constructor(ids: TokenArray, batch: number, window: number) {
    for (const [name, value] of [
      ['batch', batch],
      ['window', window],
    ] as const) {
      if (!Number.isInteger(value) || value < 1) {
        throw new RangeError(`${name} is ${value}; it is a whole number from 1 on`);
      }
    }
    if (ids.length < 2) throw new RangeError(`A stream of ${ids.length} tokens has no targets`);
    const targets = ids.length - 1;
    this.batch = Math.max(1, Math.min(batch, Math.floor(targets / (4 * window))));
    this.#length = Math.floor(targets / this.batch);
    const whole = Math.min(window, this.#length);
    const even = Math.floor(this.#length / Math.ceil(this.#length / whole));
    this.window = (this.#length % whole) * 20 > this.#length ? even : whole;
    this.windows = Math.floor(this.#length / this.window);
    this.#ids = ids;
  }

  createBatch(): Batch {
    return createBatch(this.window, this.batch);
  }

  /** Writes window `k` (0 to windows-1). */
  fill(k: number, into: Batch): void {
    if (!Number.isInteger(k) || k < 0 || k >= this.windows) {
      throw new RangeError(`Window ${k} is outside 0 to ${this.windows - 1}`);
    }
    if (into.T !== this.window || into.B !== this.batch) {
      throw new RangeError(
        `A batch of ${into.T} x ${into.B} cannot hold a window of ${this.window} x ${this.batch}`,
      );
    }
    for (let b = 0; b < this.batch; b++) {
      const from = b * this.#length + k * this.window;
      for (let t = 0; t < this.window; t++) {
        const to = t * this.batch + b;
        const id = this.#ids[from + t] ?? BOUNDARY;
        into.ids[to] = id;
        into.targets[to] = this.#ids[from + t + 1] ?? BOUNDARY;
        into.starts[to] = id === BOUNDARY || (k === 0 && t === 0) ? 1 : 0;
      }
    }
  }
}
