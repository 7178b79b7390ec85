import type { NetworkConfig } from '../../../shared/config.ts';
import type { Stepper, StepperOptions } from '../../lm/nn/stepper.ts';
import { elements, gates, weightSpecs, type Weights } from '../../lm/nn/weights.ts';
import { softmaxRow } from './kernels.ts';
import { cellStep, dot, type Cell } from './recurrent.ts';

/** Rows rounded to 127 steps of their largest value, as the native stepper keeps them. */
function quantise(matrix: Float32Array, columns: number): Float32Array {
  const out = new Float32Array(matrix.length);
  for (let row = 0; row < matrix.length; row += columns) {
    let largest = 0;
    for (let i = row; i < row + columns; i++) {
      largest = Math.max(largest, Math.abs(matrix[i] ?? 0));
    }
    const scale = largest > 0 ? largest / 127 : 1;
    for (let i = row; i < row + columns; i++) out[i] = scale * Math.round((matrix[i] ?? 0) / scale);
  }
  return out;
}

interface LayerState {
  h: Float32Array;
  c: Float32Array;
}

/** The network one token at a time in plain TypeScript. */
export class ReferenceStepper implements Stepper {
  readonly streams: number;
  readonly vocabulary: number;
  readonly #network: NetworkConfig;
  readonly #get: (name: string, columns: number) => Float32Array;
  readonly #cells: Cell[];
  readonly #states: LayerState[][];
  readonly #logits: Float32Array;
  readonly #last: Float32Array;

  constructor(network: NetworkConfig, weights: Weights, options: StepperOptions) {
    if (!Number.isInteger(options.streams) || options.streams < 1) {
      throw new RangeError(`A stepper has 1 or more streams, not ${options.streams}`);
    }
    for (const { name, shape } of weightSpecs(network)) {
      if (weights.get(name)?.length !== elements(shape)) {
        throw new RangeError(`Weight ${name} does not have shape [${shape.join(',')}]`);
      }
    }
    this.#network = network;
    this.streams = options.streams;
    this.vocabulary = network.vocabulary;
    this.#logits = new Float32Array(options.streams * network.vocabulary);
    this.#last = new Float32Array(network.vocabulary);
    const prepared = new Map<string, Float32Array>();
    this.#get = (name, columns) => {
      // Tied weights are kept twice: as they are to look tokens up, quantised for the output.
      const key = `${name}/${columns}`;
      const known = prepared.get(key);
      if (known) return known;
      const matrix = weights.get(name);
      if (!matrix) throw new RangeError(`Weight ${name} is missing`);
      const use = options.precision === 'int8' && columns > 0 ? quantise(matrix, columns) : matrix;
      prepared.set(key, use);
      return use;
    };
    let I = network.embedding;
    this.#cells = network.layers.map((H, l) => {
      const cell: Cell = {
        gru: network.cell === 'gru',
        I,
        H,
        wih: this.#get(`rnn.weight_ih_l${l}`, I),
        whh: this.#get(`rnn.weight_hh_l${l}`, H),
        bih: this.#get(`rnn.bias_ih_l${l}`, 0),
        bhh: this.#get(`rnn.bias_hh_l${l}`, 0),
      };
      I = H;
      return cell;
    });
    this.#states = Array.from({ length: options.streams }, () => this.#zero());
  }

  #zero(): LayerState[] {
    return this.#network.layers.map((H) => ({ h: new Float32Array(H), c: new Float32Array(H) }));
  }

  #state(stream: number): LayerState[] {
    if (this.#states.length === 0) throw new TypeError('The stepper is disposed');
    const state = this.#states[stream];
    if (!state) throw new RangeError(`stream ${stream} is outside 0 to ${this.streams - 1}`);
    return state;
  }

  #token(stream: number, id: number, logits: Float32Array): void {
    const { embedding: E, projection: P, tied, cell: kind } = this.#network;
    const states = this.#state(stream);
    if (!(id >= 0 && id < this.vocabulary)) {
      throw new RangeError(`token ${id} is outside 0 to ${this.vocabulary - 1}`);
    }
    // Token 0 is the boundary of a document: what came before is forgotten.
    if (id === 0) this.reset(stream);
    let x = this.#get('embed.weight', 0).subarray(id * E, (id + 1) * E);
    for (const [l, cell] of this.#cells.entries()) {
      const state = states[l];
      if (!state) continue;
      const h = new Float32Array(cell.H);
      const cells = new Float32Array(cell.H);
      const out = { gates: new Float32Array(gates(kind) * cell.H), cells, h };
      cellStep(cell, x, 0, state.h, state.c, out);
      state.h = h;
      if (!cell.gru) state.c = cells;
      x = h;
    }
    const layer = (name: string, rows: number, input: Float32Array): Float32Array => {
      const w = this.#get(tied && name === 'out' ? 'embed.weight' : `${name}.weight`, input.length);
      const b = this.#get(`${name}.bias`, 0);
      return Float32Array.from(
        { length: rows },
        (_, r) => (b[r] ?? 0) + dot(w, r * input.length, input, 0, input.length),
      );
    };
    if (P > 0) x = layer('project', P, x);
    logits.set(layer('out', this.vocabulary, x));
  }

  step(ids: Int32Array): Float32Array {
    const V = this.vocabulary;
    if (ids.length !== this.streams) {
      throw new RangeError(`${ids.length} tokens for ${this.streams} streams`);
    }
    for (let s = 0; s < this.streams; s++) {
      this.#token(s, ids[s] ?? -1, this.#logits.subarray(s * V, (s + 1) * V));
    }
    return this.#logits;
  }

  read(stream: number, ids: Int32Array): Float32Array {
    if (ids.length === 0) throw new RangeError('read() needs at least one token');
    for (const id of ids) this.#token(stream, id, this.#last);
    return this.#last;
  }

  score(stream: number, ids: Int32Array, targets: Int32Array, temperature = 1): number {
    if (ids.length !== targets.length) {
      throw new RangeError(`${ids.length} tokens but ${targets.length} targets`);
    }
    let total = 0;
    ids.forEach((id, i) => {
      this.#token(stream, id, this.#last);
      total += softmaxRow(this.#last, targets[i] ?? -1, temperature).nats;
    });
    return total;
  }

  copy(from: number, to: number): void {
    this.restore(to, this.save(from));
  }

  save(stream: number): Float32Array {
    const gru = this.#network.cell === 'gru';
    return Float32Array.from(
      this.#state(stream).flatMap(({ h, c }) => (gru ? [...h] : [...h, ...c])),
    );
  }

  restore(stream: number, state: Float32Array): void {
    const gru = this.#network.cell === 'gru';
    const size = this.save(stream).length;
    if (state.length !== size) {
      throw new RangeError(`A state has ${size} numbers, not ${state.length}`);
    }
    let at = 0;
    for (const layer of this.#state(stream)) {
      for (const part of gru ? (['h'] as const) : (['h', 'c'] as const)) {
        const size = layer[part].length;
        layer[part] = state.slice(at, at + size);
        at += size;
      }
    }
  }

  reset(stream: number): void {
    for (const { h, c } of this.#state(stream)) {
      h.fill(0);
      c.fill(0);
    }
  }

  dispose(): void {
    this.#states.length = 0;
  }
}
