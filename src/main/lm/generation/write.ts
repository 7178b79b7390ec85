import type { Stepper } from '../nn/stepper.ts';
import { createRandom } from '../random.ts';
import { withWordsOf } from '../text/lexicon.ts';
import { BOUNDARY, UNKNOWN, type Units } from '../text/units.ts';
import { Alternative, type Reason } from './alternative.ts';
import type { Context } from './context.ts';
import type { Healed } from './healing.ts';
import { forbid, spelling, type Processor } from './processors/index.ts';
import { sampler } from './sampler.ts';
import { checkSettings, type SamplingSettings } from './settings.ts';

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
  readonly signal?: AbortSignal | undefined;
  /** Lets other work run; called between tokens and between pieces of the prompt. */
  readonly yieldNow?: (() => Promise<void>) | undefined;
}

/** What reading a prompt leaves behind, beside the state of the stepper's stream 0. */
export interface Reading {
  /** Of the next token, [V]; null where reading was stopped. */
  readonly logits: Float32Array | null;
  readonly context: Context;
}

/** The prompt that was read. */
export interface Written extends Pick<Healed, 'held' | 'barred'> {
  /** All of it, or at least its last `LOOK_BACK` characters. */
  readonly prompt: string;
}

/** Characters before a text that decide where it ends, and whose words it may use. */
export const LOOK_BACK = 2000;

/** Throws RangeError when a stepper cannot write with these units, or not so many alternatives. */
export function checkFit(stepper: Stepper, units: Units, alternatives: number): void {
  if (stepper.streams < alternatives) {
    throw new RangeError(
      `The stepper has ${stepper.streams} streams for ${alternatives} alternatives`,
    );
  }
  if (units.size !== stepper.vocabulary) {
    throw new RangeError(`The stepper has ${stepper.vocabulary} tokens, the units ${units.size}`);
  }
}

/** The words of the voice, and those the writer has just used: new names above all. */
function spellingAfter(
  prompt: string,
  { lexicon }: SamplingSettings,
  units: Units,
): Processor | null {
  if (!lexicon || lexicon.length === 0 || units.config.kind !== 'char') return null;
  let before = prompt.slice(-LOOK_BACK);
  // Its first word may be cut.
  if (before.length < prompt.length) before = before.replace(/^\S*/u, '');
  return spelling(withWordsOf(before, lexicon), units);
}

function* ended(
  alternative: number,
  { text, reason, tokens }: Alternative,
): Generator<GenerationEvent> {
  if (reason !== null) yield { kind: 'end', alternative, text, reason, tokens };
}

/**
 * Goes on from where a prompt was read to: all alternatives take one step together. Alternative i is the
 * same however many are asked for; the same seed gives the same text. The signal is looked at between
 * tokens, and the whole words that came stay.
 *
 * @param stepper stream 0 has read the prompt; its states are overwritten
 * @throws UserError `generation.invalid`
 * @throws RangeError when stepper and units do not fit
 */
export async function* write(
  stepper: Stepper,
  units: Units,
  { prompt, held, barred }: Written,
  reading: Reading,
  settings: SamplingSettings,
  { signal, yieldNow }: GenerationOptions = {},
): AsyncGenerator<GenerationEvent> {
  checkSettings(settings);
  const n = settings.alternatives;
  checkFit(stepper, units, n);
  const V = stepper.vocabulary;
  const alternatives = Array.from(
    { length: n },
    () => new Alternative(settings, units, prompt, held),
  );
  let { logits } = reading;
  if (logits && !signal?.aborted) {
    for (let stream = 1; stream < n; stream++) stepper.copy(0, stream);
    const { context } = reading;
    const contexts = alternatives.map((_, i) => (i === 0 ? context : context.copy()));
    const seeded = createRandom(settings.seed);
    const randoms = alternatives.map((_, i) => seeded.fork(i));
    const spell = spellingAfter(prompt, settings, units);
    const choose = sampler(settings, [BOUNDARY, UNKNOWN], spell);
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
