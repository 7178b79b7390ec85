import type { Sampling } from '../../../shared/api/index.ts';
import { settingsFor, strongDry, type SamplingSettings } from '../../lm/generation/index.ts';
import type { Lexicon } from '../../lm/text/index.ts';
import type { VoiceCard } from '../../lm/voice/card.ts';

/** What a writer set, as the sampler takes it: what is set by hand comes instead of what creativity stands for. */
export function samplingSettings(
  {
    card: { config, metrics },
    lexicon,
  }: {
    readonly card: Pick<VoiceCard, 'config' | 'metrics'>;
    readonly lexicon: Lexicon | null;
  },
  sampling: Sampling,
  { seed, stopTexts }: Pick<SamplingSettings, 'seed' | 'stopTexts'>,
): SamplingSettings {
  const { kind } = config.units;
  const base = settingsFor(sampling.creativity, kind, metrics.temperature);
  const dry = { off: null, normal: base.dry, strong: strongDry(kind) }[sampling.repetition];
  const { length } = sampling;
  // Longer than any paragraph: as many units as so many words may have.
  const unitsOfWord = kind === 'char' ? 12 : 4;
  return {
    ...base,
    temperature: sampling.temperature ?? base.temperature,
    topK: sampling.topK ?? base.topK,
    topP: sampling.topP ?? base.topP,
    minP: sampling.minP ?? base.minP,
    dry,
    lexicon: sampling.invent ? null : lexicon,
    seed: sampling.seed ?? seed,
    alternatives: sampling.alternatives,
    length,
    stopTexts,
    maxTokens:
      length.kind === 'words'
        ? Math.max(base.maxTokens, length.count * unitsOfWord)
        : base.maxTokens,
  };
}
