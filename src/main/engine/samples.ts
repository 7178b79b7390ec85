import type { UnitsKind } from '../../shared/config.ts';
import type { Sample } from '../../shared/events.ts';
import { generate, settingsFor } from '../lm/generation/index.ts';
import type { Stepper } from '../lm/nn/stepper.ts';
import type { Lexicon, TokenStream, Units } from '../lm/text/index.ts';
import { computer, type System } from './system.ts';

const TEMPERATURES = [0.5, 0.8, 1];
const PROMPT_TOKENS: Readonly<Record<UnitsKind, number>> = { char: 80, subword: 30, word: 30 };
const SAMPLE_TOKENS: Readonly<Record<UnitsKind, number>> = { char: 160, subword: 50, word: 60 };

/** What samples begin with: the first words of the held-back text, which is never trained on. */
export function samplePrompt(units: Units, heldBack: TokenStream): string {
  const text = units.decode(heldBack.ids.subarray(0, PROMPT_TOKENS[units.config.kind]));
  const line = text.trim().split('\n', 1)[0] ?? '';
  // The last word may be cut off.
  return line.replace(/\s+\S*$/u, '') || line;
}

/** The same prompt and seed at three temperatures, so that one look compares with the next. */
export async function writeSamples(
  stepper: Stepper,
  units: Units,
  options: {
    readonly prompt: string;
    readonly lexicon: Lexicon | null;
    readonly seed: number;
    readonly step: number;
    readonly signal: AbortSignal;
    readonly written: (sample: Sample) => void;
    readonly system?: System;
  },
): Promise<void> {
  const { prompt, lexicon, seed, step, signal, written } = options;
  const { pause: yieldNow } = options.system ?? computer;
  const { kind } = units.config;
  for (const temperature of TEMPERATURES) {
    stepper.reset(0);
    const settings = {
      ...settingsFor(50, kind, 1),
      temperature,
      lexicon,
      seed,
      maxTokens: SAMPLE_TOKENS[kind],
    };
    for await (const item of generate(stepper, units, prompt, settings, { signal, yieldNow })) {
      if (item.kind === 'end' && item.reason !== 'cancelled') {
        written({ step, temperature, prompt, text: item.text });
      }
    }
  }
}
