import * as v from 'valibot';
import { UserError } from '../../../shared/errors.ts';
import { outputSize } from '../nn/weights.ts';

/** Version of the folder's format; readers refuse newer ones. */
export const FORMAT = 1;
export const KIND = 'understudy-voice';

const whole = (least: number, most: number) =>
  v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most));
const real = (least: number, most: number) =>
  v.pipe(v.number(), v.finite(), v.minValue(least), v.maxValue(most));

const text = v.object({
  joinLines: v.boolean(),
  nfc: v.boolean(),
  lowerCase: v.boolean(),
  stripPunctuation: v.boolean(),
  heldBack: real(0, 0.9),
});
const units = v.object({
  kind: v.picklist(['char', 'word', 'subword']),
  vocabularyLimit: whole(2, 1_000_000),
  minimumCount: whole(1, 1_000_000),
});
const network = v.pipe(
  v.object({
    cell: v.picklist(['lstm', 'gru']),
    vocabulary: whole(2, 1_000_000),
    embedding: whole(1, 8192),
    layers: v.pipe(v.array(whole(1, 8192)), v.minLength(1), v.maxLength(4), v.readonly()),
    projection: whole(0, 8192),
    tied: v.boolean(),
  }),
  v.check(
    (config) => !config.tied || outputSize(config) === config.embedding,
    'tied weights need the last size to equal the embedding',
  ),
);
const training = v.object({
  batch: whole(1, 4096),
  window: whole(1, 8192),
  rate: real(0, 1e9),
  finalRate: real(0, 1),
  warmup: whole(0, 1e9),
  beta1: real(0, 1),
  beta2: real(0, 1),
  epsilon: real(0, 1),
  weightDecay: real(0, 100),
  clip: real(0, 1e9),
  dropoutIn: real(0, 0.95),
  dropoutBetween: real(0, 0.95),
  dropoutOut: real(0, 0.95),
  weightDrop: real(0, 0.95),
  epochs: whole(1, 1e6),
  minutes: v.nullable(real(0, 1e6)),
  patience: whole(0, 1e6),
  seed: whole(0, 2 ** 32 - 1),
});

/** Schema of the choices a voice is made of, with their bounds. */
export const configSchema = v.object({ text, units, network, training });

const cardSchema = v.object({
  kind: v.literal(KIND),
  format: whole(1, FORMAT),
  name: v.pipe(v.string(), v.minLength(1), v.maxLength(200)),
  appVersion: v.string(),
  config: configSchema,
  units: v.unknown(),
  trainedOn: v.array(
    v.object({
      name: v.string(),
      sha256: v.string(),
      words: whole(0, 1e12),
      characters: whole(0, 1e12),
    }),
  ),
  metrics: v.object({
    /** Nats per unit and bits per character of the held-back text; null before the first look. */
    heldBackNats: v.nullable(v.number()),
    bitsPerCharacter: v.nullable(v.number()),
    /** The temperature that fits the held-back text. */
    temperature: real(0.1, 10),
    steps: whole(0, 1e12),
    seconds: real(0, 1e12),
  }),
});

/** The model card, `voice.json`. */
export type VoiceCard = v.InferOutput<typeof cardSchema>;

/**
 * Reads a model card.
 *
 * @param file its name, for the error
 * @throws UserError `voice.damaged`, `voice.foreign`, `voice.too-new`
 */
export function parseCard(json: string, file: string): VoiceCard {
  let card: unknown;
  try {
    card = JSON.parse(json);
  } catch {
    throw new UserError(
      'voice.damaged',
      `${file} is damaged (it is not JSON); restore it from a backup or train the voice again.`,
    );
  }
  const { kind, format } = (typeof card === 'object' && card !== null ? card : {}) as Record<
    string,
    unknown
  >;
  if (kind !== KIND) {
    throw new UserError(
      'voice.foreign',
      `${file} does not belong to a voice of Understudy; choose a folder that "understudy train" made.`,
    );
  }
  if (typeof format === 'number' && format > FORMAT) {
    throw new UserError(
      'voice.too-new',
      `${file} was made by a newer Understudy (format ${format}, this one reads ${FORMAT}); update Understudy.`,
    );
  }
  const parsed = v.safeParse(cardSchema, card);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    const where = v.getDotPath(issue) ?? 'the card';
    throw new UserError(
      'voice.damaged',
      `${file} is damaged (${where}: ${issue.message}); restore it from a backup or train the voice again.`,
    );
  }
  return parsed.output;
}
