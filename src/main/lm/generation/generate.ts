import { createRandom } from '../random.ts';
import type { Stepper } from '../nn/stepper.ts';
import { BOUNDARY, UNKNOWN, type Units } from '../text/units.ts';
import { sampler } from './sampler.ts';
import { checkSettings, type SamplingSettings } from './settings.ts';
import { endOf, lastBoundary, stopAt } from './stop.ts';

export type Reason = 'length' | 'stop' | 'tokens' | 'cancelled';

export type GenerationEvent =
  | { readonly kind: 'text'; readonly alternative: number; readonly text: string }
  | {
      readonly kind: 'end';
      readonly alternative: number;
      /** All of its text: the pieces streamed before, joined. */
      readonly text: string;
      readonly reason: Reason;
      readonly tokens: number;
    };

export interface GenerationOptions {
  readonly signal: AbortSignal;
  /** Lets other work run; called between tokens. */
  yieldNow(): Promise<void>;
}

/** Tokens of the prompt read between two looks at the signal. */
const CHUNK = 1024;

/** One continuation in the making. */
class Alternative {
  readonly #settings: SamplingSettings;
  readonly #decoder: ReturnType<Units['decoder']>;
  #streamed = 0;
  text = '';
  tokens = 0;
  reason: Reason | null = null;

  constructor(settings: SamplingSettings, units: Units) {
    this.#settings = settings;
    this.#decoder = units.decoder();
  }

  /** Takes a token; returns the text that is now certain to stay. */
  push(token: number): string {
    this.tokens++;
    this.text += this.#decoder.push(token);
    const { found, certain } = stopAt(this.text, this.#settings.stopTexts);
    const end = endOf(found === null ? this.text : this.text.slice(0, found), this.#settings.length);
    if (end !== null) return this.finish(end, 'length');
    if (found !== null) return this.finish(found, 'stop');
    if (this.tokens >= this.#settings.maxTokens) {
      return this.finish(Math.max(this.#streamed, lastBoundary(this.text)), 'tokens');
    }
    // White space at the end waits: it goes when the text ends there. So does a last word, which may
    // turn out to be unfinished when the tokens run out.
    const settled = this.text.slice(0, certain).search(/\s*\S*$/u);
    return this.#stream(Math.max(this.#streamed, settled));
  }

  finish(end: number, reason: Reason): string {
    this.text = this.text.slice(0, Math.max(end, this.#streamed));
    this.reason = reason;
    return this.#stream(this.text.length);
  }

  #stream(to: number): string {
    const piece = this.text.slice(this.#streamed, to);
    this.#streamed = Math.max(this.#streamed, to);
    return piece;
  }
}

/**
 * Continues `prompt`. The whole prompt is read, many tokens at a time; then all alternatives take one
 * step together. Alternative i is the same however many are asked for; the same seed gives the same
 * text. The signal is looked at between tokens, and what came stays.
 *
 * @param stepper as many streams as alternatives, in the zero state
 * @throws UserError `generation.invalid`
 */
export async function* generate(
  stepper: Stepper,
  units: Units,
  prompt: string,
  settings: SamplingSettings,
  options: GenerationOptions,
): AsyncGenerator<GenerationEvent> {
  checkSettings(settings);
  const n = settings.alternatives;
  if (stepper.streams !== n) {
    throw new RangeError(`The stepper has ${stepper.streams} streams for ${n} alternatives`);
  }
  const start = [BOUNDARY, ...units.encode(prompt)];
  const alternatives = Array.from({ length: n }, () => new Alternative(settings, units));
  let logits: Float32Array | null = null;
  for (let i = 0; i < start.length && !options.signal.aborted; i += CHUNK) {
    logits = stepper.read(0, Int32Array.from(start.slice(i, i + CHUNK)));
    await options.yieldNow();
  }
  for (let stream = 1; stream < n; stream++) stepper.copy(0, stream);

  const choose = sampler(settings, [BOUNDARY, UNKNOWN]);
  const histories = alternatives.map(() => [...start]);
  const randoms = alternatives.map((_, i) => createRandom((settings.seed + i * 0x9e3779b9) >>> 0));
  const ids = new Int32Array(n);
  const V = stepper.vocabulary;
  let first = true;
  while (!options.signal.aborted && alternatives.some(({ reason }) => reason === null)) {
    for (const [i, alternative] of alternatives.entries()) {
      const history = histories[i];
      const random = randoms[i];
      if (alternative.reason !== null || !logits || !history || !random) continue;
      const row = first ? logits.slice() : logits.subarray(i * V, (i + 1) * V);
      const token = choose(row, history, random);
      history.push(token);
      ids[i] = token;
      const text = alternative.push(token);
      if (text !== '') yield { kind: 'text', alternative: i, text };
      const { reason, tokens } = alternative;
      if (reason !== null) {
        yield { kind: 'end', alternative: i, text: alternative.text, reason, tokens };
      }
    }
    first = false;
    if (alternatives.every(({ reason }) => reason !== null)) return;
    logits = stepper.step(ids);
    await options.yieldNow();
  }
  for (const [i, alternative] of alternatives.entries()) {
    if (alternative.reason !== null) continue;
    const rest = alternative.finish(alternative.text.length, 'cancelled');
    if (rest !== '') yield { kind: 'text', alternative: i, text: rest };
    const { text, tokens } = alternative;
    yield { kind: 'end', alternative: i, text, reason: 'cancelled', tokens };
  }
}
