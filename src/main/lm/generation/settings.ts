import { temperatureFor } from '../../../shared/api/sampling.ts';
import type { UnitsKind } from '../../../shared/config.ts';
import { UserError } from '../../../shared/errors.ts';
import type { Lexicon } from '../text/lexicon.ts';

export type Length =
  | { readonly kind: 'phrase' | 'sentence' | 'paragraph' }
  | { readonly kind: 'words'; readonly count: number };

/** "Don't repeat yourself": a penalty that grows with the length of the repeat a token would go on with. */
export interface DryConfig {
  readonly multiplier: number;
  readonly base: number;
  /** Repeats up to this many tokens are free. */
  readonly allowed: number;
}

/** How the next token is chosen. Off: topK 0, topP 1, minP 0, typical 1, dry null, lexicon null. */
export interface SamplingSettings {
  readonly greedy: boolean;
  readonly temperature: number;
  readonly topK: number;
  readonly topP: number;
  readonly minP: number;
  readonly typical: number;
  readonly dry: DryConfig | null;
  /** A voice of characters spells only these words, and those of the text before; null: any. */
  readonly lexicon: Lexicon | null;
  readonly seed: number;
  /** Continuations made side by side. */
  readonly alternatives: number;
  readonly length: Length;
  readonly stopTexts: readonly string[];
  /** Tokens after which it ends at the last clean boundary. */
  readonly maxTokens: number;
}

/** Two words may be said again, or 14 characters; what goes on from there costs more by the word. */
const dryFor: Readonly<Record<UnitsKind, DryConfig>> = {
  char: { multiplier: 0.8, base: 1.15, allowed: 14 },
  subword: { multiplier: 0.8, base: 1.75, allowed: 2 },
  // A space is a unit of its own here: two words with theirs are five, and a word costs two steps.
  word: { multiplier: 0.8, base: Math.sqrt(1.75), allowed: 5 },
};

/** For loops that the usual guard lets through: it sets in sooner and weighs more. */
export const strongDry = (kind: UnitsKind): DryConfig => ({
  ...dryFor[kind],
  multiplier: 2 * dryFor[kind].multiplier,
  allowed: Math.ceil(dryFor[kind].allowed / 2),
});

/**
 * Settings for a creativity of 0 to 100. Temperature rises from 0.55 to 1.25 (characters: 0.45 to 1.05)
 * times the temperature that fits the writer's own held-back pages; min-p falls from .15 to .02.
 */
export function settingsFor(
  creativity: number,
  kind: UnitsKind,
  fittedTemperature: number,
): SamplingSettings {
  checked('creativity', creativity, 0, 100);
  const c = creativity / 100;
  return {
    greedy: false,
    temperature: temperatureFor(creativity, kind, fittedTemperature),
    topK: 0,
    topP: 1,
    minP: 0.15 * (0.02 / 0.15) ** c,
    typical: 1,
    dry: dryFor[kind],
    lexicon: null,
    seed: 1,
    alternatives: 1,
    length: { kind: 'paragraph' },
    stopTexts: [],
    maxTokens: kind === 'char' ? 2000 : 500,
  };
}

function checked(name: string, value: number, least: number, most: number, integer = false): void {
  if (value >= least && value <= most && (!integer || Number.isInteger(value))) return;
  const what = integer ? 'a whole number' : 'a number';
  throw new UserError(
    'generation.invalid',
    `${name} is ${value}; give ${what} from ${least} to ${most}.`,
  );
}

/** Throws UserError `generation.invalid` naming the first value out of its bounds. */
export function checkSettings(settings: SamplingSettings): void {
  checked('temperature', settings.temperature, 0.01, 10);
  checked('top-k', settings.topK, 0, 1e6, true);
  checked('top-p', settings.topP, 0.001, 1);
  checked('min-p', settings.minP, 0, 1);
  checked('typical', settings.typical, 0.001, 1);
  checked('seed', settings.seed, 0, 2 ** 32 - 1, true);
  checked('count', settings.alternatives, 1, 64, true);
  checked('max-tokens', settings.maxTokens, 1, 100_000, true);
  if (settings.length.kind === 'words') checked('length', settings.length.count, 1, 10_000, true);
  if (settings.dry) {
    checked('dry multiplier', settings.dry.multiplier, 0, 100);
    checked('dry base', settings.dry.base, 1, 10);
    checked('dry allowed', settings.dry.allowed, 1, 1000, true);
  }
  for (const text of settings.stopTexts) checked('length of a stop text', text.length, 1, 1000);
}
