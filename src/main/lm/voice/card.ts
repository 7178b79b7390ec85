import * as v from 'valibot';
import { real, whole } from '../../../shared/api/values.ts';
import { UserError } from '../../../shared/errors.ts';
import type { VoiceConfig } from '../../../shared/config.ts';
import { networkFields } from '../../../shared/network-schema.ts';
import { LONGEST_WORD, MOST_WORDS, unpackLexicon } from '../text/lexicon.ts';
import { outputSize, weightSpecs, type Weights } from '../nn/weights.ts';
import type { NamedTensor } from './safetensors.ts';

/** Version of the folder's format; readers refuse newer ones. */
export const FORMAT = 1;
export const KIND = 'understudy-voice';

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
  v.object(networkFields),
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

const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, 'not a SHA-256'));

/** Schema of the choices a voice is made of, with their bounds. */
export const configSchema: v.GenericSchema<unknown, VoiceConfig> = v.object({
  text,
  units,
  network,
  training,
});

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
    heldBackNats: v.nullable(real(0, 1e6)),
    bitsPerCharacter: v.nullable(real(0, 1e6)),
    /** The temperature that fits the held-back text. */
    temperature: real(0.1, 10),
    steps: whole(0, 1e12),
    seconds: real(0, 1e12),
    epochs: v.exactOptional(real(0, 1e12)),
    /** Characters read in training, each as often as it was read. */
    characters: v.exactOptional(real(0, 1e15)),
  }),
  /** Words of the text it was trained on, as `packLexicon` gives them; only of voices of characters. */
  lexicon: v.exactOptional(
    v.pipe(
      v.string(),
      v.maxLength(MOST_WORDS * (LONGEST_WORD + 1)),
      v.check((packed) => unpackLexicon(packed) !== null, 'its words are not in order'),
    ),
  ),
  /** What samples begin with. */
  prompt: v.exactOptional(v.string()),
  /** The values this card belongs to: SHA-256 in hex, and their length in bytes. Set when saved. */
  weights: v.exactOptional(v.object({ sha256, bytes: whole(0, 2 ** 53 - 1) })),
  /** SHA-256 in hex of the rest of the card as compact JSON. Set when saved. */
  checksum: v.exactOptional(sha256),
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
    throw refuse(file, 'it is not JSON');
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
    // It quotes what it found, which may be anything.
    throw refuse(file, `${where}: ${issue.message.slice(0, 100)}`);
  }
  return parsed.output;
}

const refuse = (file: string, why: string): UserError =>
  new UserError(
    'voice.damaged',
    `${file} is damaged (${why}); restore it from a backup or train the voice again.`,
  );

/**
 * The weights of a network among `tensors`, in file order.
 *
 * @param file its name, for the error
 * @throws UserError `voice.damaged` when one is missing or misshapen
 */
export function pickWeights(
  network: VoiceConfig['network'],
  tensors: ReadonlyMap<string, NamedTensor>,
  file: string,
): Weights {
  const weights = new Map<string, Float32Array>();
  for (const { name, shape } of weightSpecs(network)) {
    const found = tensors.get(name);
    if (!found) throw refuse(file, `${name} is missing`);
    if (found.shape.join() !== shape.join()) {
      throw refuse(
        file,
        `${name} has shape [${found.shape.join(', ')}], not [${shape.join(', ')}]`,
      );
    }
    weights.set(name, found.data);
  }
  return weights;
}

/** The same for a file that holds nothing else. Throws UserError `voice.damaged`. */
export function assertWeights(
  network: VoiceConfig['network'],
  tensors: ReadonlyMap<string, NamedTensor>,
  file: string,
): Weights {
  const weights = pickWeights(network, tensors, file);
  for (const name of tensors.keys()) {
    if (weights.has(name)) continue;
    throw refuse(file, `${JSON.stringify(name.slice(0, 60))} does not belong to it`);
  }
  return weights;
}
