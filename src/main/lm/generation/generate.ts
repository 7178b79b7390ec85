import type { Stepper } from '../nn/stepper.ts';
import { BOUNDARY, type Units } from '../text/units.ts';
import { contextOf } from './context.ts';
import { heal } from './healing.ts';
import { checkSettings, type SamplingSettings } from './settings.ts';
import {
  checkFit,
  write,
  type Continuation,
  type GenerationEvent,
  type GenerationOptions,
} from './write.ts';

/** Tokens of the prompt read between two looks at the signal. */
const CHUNK = 1024;

/**
 * Continues `prompt`: the whole prompt is read, many tokens at a time, and then `write` goes on from there.
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
  options: GenerationOptions = {},
): AsyncGenerator<GenerationEvent> {
  checkSettings(settings);
  checkFit(stepper, units, settings.alternatives);
  const { signal, yieldNow } = options;
  const { tokens, held, barred } = heal(units, prompt);
  const start = new Int32Array(tokens.length + 1);
  start[0] = BOUNDARY;
  start.set(tokens, 1);
  stepper.reset(0);
  let logits: Float32Array | null = null;
  for (let i = 0; i < start.length && !signal?.aborted; i += CHUNK) {
    logits = stepper.read(0, start.slice(i, i + CHUNK));
    await yieldNow?.();
  }
  const reading = { logits, context: contextOf(units, start) };
  yield* write(stepper, units, { prompt, held, barred }, reading, settings, options);
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
