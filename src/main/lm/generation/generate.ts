import type { Stepper } from '../nn/stepper.ts';
import { createRandom } from '../random.ts';
import { BOUNDARY, UNKNOWN, type Units } from '../text/units.ts';
import { Alternative, type Reason } from './alternative.ts';
import { Context } from './context.ts';
import { heal } from './healing.ts';
import { forbid } from './processors/index.ts';
import { sampler } from './sampler.ts';
import { checkSettings, type SamplingSettings } from './settings.ts';

export type { Reason } from './alternative.ts';

/** A finished continuation. */
export interface Continuation {
  readonly alternative: number;
  /** All of its text: the pieces streamed before, joined. */
  readonly text: string;
  readonly reason: Reason;
  readonly tokens: number;
}

export type GenerationEvent =
  | { readonly kind: 'text'; readonly alternative: number; readonly text: string }
  | ({ readonly kind: 'end' } & Continuation);

export interface GenerationOptions {
  readonly signal?: AbortSignal;
  /** Lets other work run; called between tokens and between pieces of the prompt. */
  readonly yieldNow?: () => Promise<void>;
}

/** Tokens of the prompt read between two looks at the signal. */
const CHUNK = 1024;

function* ended(
  alternative: number,
  { text, reason, tokens }: Alternative,
): Generator<GenerationEvent> {
  if (reason !== null) yield { kind: 'end', alternative, text, reason, tokens };
}

/**
 * Continues `prompt`. The whole prompt is read, many tokens at a time; then all alternatives take one
 * step together. Alternative i is the same however many are asked for; the same seed gives the same
 * text. The signal is looked at between tokens, and the whole words that came stay.
 *
 * @param stepper at least as many streams as alternatives; its states are overwritten
 * @throws UserError `generation.invalid`
 * @throws RangeError when stepper and units do not fit
 */
export async function* generate(
  stepper: Stepper,
  units: Units,
  prompt: string,
  settings: SamplingSettings,
  { signal, yieldNow }: GenerationOptions = {},
): AsyncGenerator<GenerationEvent> {
  checkSettings(settings);
  const n = settings.alternatives;
  const V = stepper.vocabulary;
  if (stepper.streams < n) {
    throw new RangeError(`The stepper has ${stepper.streams} streams for ${n} alternatives`);
  }
  if (units.size !== V)
    throw new RangeError(`The stepper has ${V} tokens, the units ${units.size}`);

  const { tokens, held, barred } = heal(units, prompt);
  const alternatives = Array.from(
    { length: n },
    () => new Alternative(settings, units, prompt, held),
  );
  const start = new Int32Array(tokens.length + 1);
  start[0] = BOUNDARY;
  start.set(tokens, 1);
  stepper.reset(0);
  let logits: Float32Array | null = null;
  for (let i = 0; i < start.length && !signal?.aborted; i += CHUNK) {
    logits = stepper.read(0, start.slice(i, i + CHUNK));
    await yieldNow?.();
  }
  if (logits && !signal?.aborted) {
    for (let stream = 1; stream < n; stream++) stepper.copy(0, stream);
    const context = new Context(start, (token) => units.text(token).includes('\n'));
    const contexts = alternatives.map((_, i) => (i === 0 ? context : context.copy()));
    const seeded = createRandom(settings.seed);
    const randoms = alternatives.map((_, i) => seeded.fork(i));
    const choose = sampler(settings, [BOUNDARY, UNKNOWN]);
    const ids = new Int32Array(stepper.streams);
    const row = new Float32Array(V);
    // What a reader does with an event may abort, so the signal is looked at before every choice.
    for (let first = true; !signal?.aborted; first = false) {
      const at = first ? 0 : V;
      for (let i = 0; i < n && !signal?.aborted; i++) {
        const alternative = alternatives[i]!;
        if (alternative.reason !== null) continue;
        row.set(logits.subarray(i * at, i * at + V));
        if (alternative.held !== '') forbid(barred(alternative.held))(row, context);
        const token = choose(row, contexts[i]!, randoms[i]!);
        contexts[i]!.push(token);
        ids[i] = token;
        const text = alternative.push(token);
        if (text !== '') yield { kind: 'text', alternative: i, text };
        yield* ended(i, alternative);
      }
      if (signal?.aborted || alternatives.every(({ reason }) => reason !== null)) break;
      logits = stepper.step(ids);
      await yieldNow?.();
    }
  }
  for (const [i, alternative] of alternatives.entries()) {
    if (alternative.reason !== null) continue;
    const rest = alternative.cancel();
    if (rest !== '') yield { kind: 'text', alternative: i, text: rest };
    yield* ended(i, alternative);
  }
}

/** `generate`, waited for: the finished continuations in their order. */
export async function generateText(
  stepper: Stepper,
  units: Units,
  prompt: string,
  settings: SamplingSettings,
  options: GenerationOptions = {},
): Promise<Continuation[]> {
  const done: Continuation[] = [];
  for await (const event of generate(stepper, units, prompt, settings, options)) {
    if (event.kind === 'text') continue;
    const { alternative, text, reason, tokens } = event;
    done[alternative] = { alternative, text, reason, tokens };
  }
  return done;
}
