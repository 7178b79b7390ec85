import type { Stepper } from '../../../src/main/lm/nn/stepper.ts';
import { BOUNDARY } from '../../../src/main/lm/text/units.ts';
import { CharacterUnits } from '../../../src/main/lm/text/char.ts';

/** A language model of counted n-grams behind the interface of a network. */
export class TableStepper implements Stepper {
  readonly streams: number;
  readonly vocabulary: number;
  readonly #order: number;
  readonly #counts = new Map<string, Map<number, number>>();
  readonly #states: number[][];
  readonly #logits: Float32Array;
  /** Lengths of the pieces read with `read`, and number of steps. */
  readonly reads: number[] = [];
  steps = 0;

  /** @param order tokens that decide the next one */
  constructor(text: ArrayLike<number>, vocabulary: number, order: number, streams: number) {
    this.streams = streams;
    this.vocabulary = vocabulary;
    this.#order = order;
    this.#states = Array.from({ length: streams }, () => []);
    this.#logits = new Float32Array(streams * vocabulary);
    const tokens = [BOUNDARY, ...Array.from(text)];
    tokens.forEach((token, i) => {
      for (let n = 0; n <= Math.min(order, i); n++) {
        const key = tokens.slice(i - n, i).join();
        const row = this.#counts.get(key) ?? new Map<number, number>();
        row.set(token, (row.get(token) ?? 0) + 1);
        this.#counts.set(key, row);
      }
    });
  }

  #push(stream: number, token: number): void {
    const state = this.#states[stream]!;
    if (token === BOUNDARY) state.length = 0;
    state.push(token);
    if (state.length > this.#order) state.shift();
  }

  #row(stream: number, row: Float32Array): Float32Array {
    row.fill(-12);
    let state = this.#states[stream]!;
    while (state.length > 0 && !this.#counts.has(state.join())) state = state.slice(1);
    const counts = this.#counts.get(state.join()) ?? new Map<number, number>();
    const total = [...counts.values()].reduce((a, b) => a + b, 0);
    for (const [token, n] of counts) row[token] = Math.log(n / total);
    return row;
  }

  step(ids: Int32Array): Float32Array {
    this.steps++;
    ids.forEach((id, stream) => {
      this.#push(stream, id);
      this.#row(
        stream,
        this.#logits.subarray(stream * this.vocabulary).subarray(0, this.vocabulary),
      );
    });
    return this.#logits;
  }

  read(stream: number, ids: Int32Array): Float32Array {
    this.reads.push(ids.length);
    for (const id of ids) this.#push(stream, id);
    return this.#row(stream, this.#logits.subarray(0, this.vocabulary));
  }

  score(stream: number, ids: Int32Array, targets: Int32Array, temperature = 1): number {
    let nats = 0;
    ids.forEach((id, i) => {
      this.#push(stream, id);
      const row = this.#row(stream, new Float32Array(this.vocabulary));
      let total = 0;
      for (const logit of row) total += Math.exp(logit / temperature);
      nats += Math.log(total) - row[targets[i]!]! / temperature;
    });
    return nats;
  }

  copy(from: number, to: number): void {
    this.#states[to] = [...this.#states[from]!];
  }

  save(stream: number): Float32Array {
    return Float32Array.from(this.#states[stream]!);
  }

  restore(stream: number, state: Float32Array): void {
    this.#states[stream] = [...state];
  }

  reset(stream: number): void {
    this.#states[stream] = [];
  }

  dispose(): void {
    this.#counts.clear();
  }
}

export function characters(text: string): CharacterUnits {
  const config = { kind: 'char', vocabularyLimit: 4096, minimumCount: 1 } as const;
  return new CharacterUnits(config, [...new Set(text)].sort());
}

/** A stepper and its units that know `text`. */
export function voiceOf(
  text: string,
  { order = 4, streams = 1 } = {},
): { units: CharacterUnits; stepper: TableStepper } {
  const units = characters(text);
  return { units, stepper: new TableStepper(units.encode(text), units.size, order, streams) };
}
