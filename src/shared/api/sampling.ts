import * as v from 'valibot';
import type { UnitsKind } from '../config.ts';
import { real, seed, text, whole } from './values.ts';

export const lengthSchema = v.variant('kind', [
  v.strictObject({ kind: v.picklist(['phrase', 'sentence', 'paragraph']) }),
  v.strictObject({ kind: v.literal('words'), count: whole(1, 2000) }),
]);

/** How a suggestion is made: the slider, and what Advanced puts in the place of what it stands for. */
export const samplingSchema = v.strictObject({
  /** 0 close to me, 100 wild. */
  creativity: real(0, 100),
  length: lengthSchema,
  alternatives: whole(1, 8),
  /** null: another one each time. */
  seed: v.nullable(seed),
  /** Each null: as the creativity says. */
  temperature: v.nullable(real(0.01, 10)),
  topK: v.nullable(whole(0, 1_000_000)),
  topP: v.nullable(real(0.001, 1)),
  minP: v.nullable(real(0, 1)),
  /** The guard against loops. */
  repetition: v.picklist(['off', 'normal', 'strong']),
  /** May a voice of characters spell words it has never met? Older files do not say. */
  invent: v.optional(v.boolean(), false),
});
export type Sampling = v.InferOutput<typeof samplingSchema>;

export const defaultSampling: Sampling = {
  creativity: 50,
  length: { kind: 'paragraph' },
  alternatives: 3,
  seed: null,
  temperature: null,
  topK: null,
  topP: null,
  minP: null,
  repetition: 'normal',
  invent: false,
};

export interface SuggestionItem {
  readonly alternative: number;
  /** A piece of text, as it comes. */
  readonly text: string;
}

export interface SuggestionEnd {
  /** Of its entry in the history. */
  readonly id: string;
  readonly alternatives: readonly {
    readonly text: string;
    readonly reason: 'length' | 'stop' | 'tokens' | 'cancelled';
  }[];
  /** The one that was used, so that it can be made again. */
  readonly seed: number;
  readonly temperature: number;
}

/** One suggestion of the history. */
export interface HistoryEntry {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly path: string;
  readonly voice: string;
  readonly creativity: number;
  /** Null where the voice was cut off before it told; then it is as the creativity says. */
  readonly temperature: number | null;
  readonly seed: number;
  /** The end of the text before it. */
  readonly before: string;
  readonly alternatives: readonly string[];
  /** Text of it that was taken into the document; null where none was. */
  readonly accepted: string | null;
}

export const turnSchema = v.strictObject({
  speaker: v.picklist(['writer', 'voice']),
  text: text(20_000),
});
export type Turn = v.InferOutput<typeof turnSchema>;

/** Ends of the creativity slider, in multiples of the temperature that fits the writer's own pages. */
export const temperatureRange: Readonly<Record<UnitsKind, readonly [low: number, high: number]>> = {
  char: [0.45, 1.05],
  subword: [0.55, 1.25],
  word: [0.55, 1.25],
};

/** The temperature a creativity of 0 to 100 stands for with this voice. */
export function temperatureFor(creativity: number, kind: UnitsKind, fitted: number): number {
  const [low, high] = temperatureRange[kind];
  return fitted * (low + ((high - low) * creativity) / 100);
}
