import { chooseBackend } from '../backends/choose.ts';
import { loadVoice } from '../files/voice-folder.ts';
import {
  checkSettings,
  generate,
  settingsFor,
  type GenerationEvent,
  type SamplingSettings,
} from '../lm/generation/index.ts';
import type { Precision } from '../lm/nn/stepper.ts';
import { normalise } from '../lm/text/normalise.ts';
import { yieldNow } from './system.ts';

export interface ContinueRequest {
  readonly voice: string;
  readonly prompt: string;
  /** 0 to 100; what `settings` names comes instead of what it stands for. */
  readonly creativity: number;
  readonly settings: Partial<SamplingSettings>;
  readonly threads?: number | undefined;
  readonly precision?: Precision;
}

/**
 * Continues a text with a voice, streaming. Does not load TensorFlow.js: sampling needs only the stepper.
 *
 * @throws UserError
 */
export async function* continueText(
  request: ContinueRequest,
  { signal }: { signal: AbortSignal },
): AsyncGenerator<GenerationEvent> {
  const { card, units, lexicon, weights } = await loadVoice(request.voice);
  const settings: SamplingSettings = {
    ...settingsFor(request.creativity, card.config.units.kind, card.metrics.temperature),
    lexicon,
    ...request.settings,
  };
  checkSettings(settings);
  const backend = await chooseBackend({ threads: request.threads });
  const stepper = backend.createStepper(card.config.network, weights, {
    streams: settings.alternatives,
    precision: request.precision ?? 'float32',
  });
  try {
    // The prompt is prepared as the training text was.
    const { text } = normalise(request.prompt, { ...card.config.text, joinLines: false });
    yield* generate(stepper, units, text, settings, { signal, yieldNow });
  } finally {
    stepper.dispose();
  }
}
