import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../shared/errors.ts';
import { weightSpecs, type Weights } from '../lm/nn/weights.ts';
import { unitsFromJSON, type Lexicon, type Units } from '../lm/text/index.ts';
import { unpackLexicon } from '../lm/text/lexicon.ts';
import { assertWeights, parseCard, pickWeights, type VoiceCard } from '../lm/voice/card.ts';
import {
  decodeHeader,
  decodeSafetensors,
  encodeSafetensors,
  headerLength,
  PREFIX,
  type NamedTensor,
} from '../lm/voice/safetensors.ts';
import { codeOf, diskError, isLeftover, writeAtomic } from './atomic.ts';
import { LOCK } from './lock.ts';

export const CARD = 'voice.json';
export const WEIGHTS = 'weights.safetensors';
export const CHECKPOINTS = 'checkpoints';

/** SHA-256 in hex of chunks, one after the other. */
export function sha256(chunks: Iterable<Uint8Array | string>): string {
  const sum = createHash('sha256');
  for (const chunk of chunks) sum.update(chunk);
  return sum.digest('hex');
}

const damaged = (path: string, why: string): UserError =>
  new UserError(
    'voice.damaged',
    `${path} is damaged (${why}); restore it from a backup or train the voice again.`,
  );

const unreadable = (error: unknown, path: string): UserError => {
  if (codeOf(error) === 'EISDIR') return damaged(path, 'it is a folder');
  return new UserError(
    'disk.failed',
    `${path} cannot be read (${codeOf(error) ?? String(error)}); check its permissions and the disk.`,
    { cause: error },
  );
};

/** The whole file, or null where there is none. Throws UserError. */
async function readOrNull(path: string): Promise<Buffer | null> {
  try {
    return await fs.readFile(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return null;
    throw unreadable(error, path);
  }
}

/** The first bytes of a weights file, with its header, and its size; null where there is none. */
async function readHeader(path: string): Promise<{ bytes: Uint8Array; size: number } | null> {
  let handle: fs.FileHandle;
  try {
    handle = await fs.open(path, 'r');
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return null;
    throw unreadable(error, path);
  }
  try {
    const { size } = await handle.stat();
    const first = async (length: number): Promise<Uint8Array> => {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(length), 0, length, 0);
      return buffer.subarray(0, bytesRead);
    };
    const length = headerLength(await first(PREFIX), size, path);
    return { bytes: await first(PREFIX + length), size };
  } catch (error) {
    throw error instanceof UserError ? error : unreadable(error, path);
  } finally {
    await handle.close();
  }
}

const checksumOf = ({ checksum: _, ...rest }: VoiceCard): string => sha256([JSON.stringify(rest)]);

/** The card as it is written: with what it belongs to, and its own sum. */
function sealed(card: VoiceCard, values: readonly Uint8Array[]): VoiceCard {
  const bytes = values.reduce((n, chunk) => n + chunk.length, 0);
  const json = JSON.stringify({ ...card, weights: { sha256: sha256(values), bytes } });
  // Through the reader: the sum is over the fields in its order, and no card is written that it refuses.
  const whole = parseCard(json, CARD);
  return { ...whole, checksum: checksumOf(whole) };
}

/** Reads a sealed card. Throws UserError. */
function unseal(json: string, path: string): VoiceCard {
  const card = parseCard(json, path);
  if (checksumOf(card) !== card.checksum) throw damaged(path, 'its checksum does not fit');
  return card;
}

/** The text of `voice.json`: one field a line; words and vocabulary, which are long, come last. */
export function cardText({ units, lexicon, ...rest }: VoiceCard): string {
  const words = lexicon === undefined ? '' : `,\n  "lexicon": ${JSON.stringify(lexicon)}`;
  const short = JSON.stringify(rest, null, 2).slice(0, -2);
  return `${short}${words},\n  "units": ${JSON.stringify(units)}\n}\n`;
}

/** The card that counts, from the weights' metadata; `voice.json` is checked too. */
async function cardOf(
  folder: string,
  metadata: Readonly<Record<string, string>> | null,
): Promise<VoiceCard> {
  const path = join(folder, CARD);
  const copy = await readOrNull(path);
  if (!copy && !metadata) throw await absent(folder);
  if (copy) unseal(copy.toString('utf8'), path);
  if (!metadata) throw damaged(join(folder, WEIGHTS), 'it is missing');
  const card = metadata['card'];
  if (card === undefined) {
    throw new UserError(
      'voice.foreign',
      `${join(folder, WEIGHTS)} was not written by Understudy; restore it from a backup or train the voice again.`,
    );
  }
  return unseal(card, join(folder, WEIGHTS));
}

async function absent(folder: string): Promise<UserError> {
  const there = await fs.stat(folder).catch(() => null);
  if (!there) {
    return new UserError(
      'voice.missing',
      `There is no voice at ${folder}; train one with "understudy train".`,
    );
  }
  if (!there.isDirectory()) {
    return new UserError(
      'voice.foreign',
      `${folder} is a file, not the folder of a voice; unpack an exported voice with "understudy import".`,
    );
  }
  const names = await fs.readdir(folder).catch((error: unknown) => {
    throw unreadable(error, folder);
  });
  if (!names.includes(CHECKPOINTS) && !(names.length > 0 && names.every(isOurs))) {
    return new UserError(
      'voice.foreign',
      `${folder} is not a voice (it has no ${CARD}); choose a folder that "understudy train" made.`,
    );
  }
  // What cannot be looked into is nothing to go on from.
  const saved = await fs.readdir(join(folder, CHECKPOINTS)).catch(() => [] as string[]);
  const next = saved.some((name) => /^ckpt-\d+$/.test(name)) ? ' --resume' : '';
  return new UserError(
    'voice.missing',
    `${folder} has no voice yet: training stopped before its first save; go on with "understudy train${next}".`,
  );
}

/**
 * Reads only the card: quick, for lists. The values are not looked at.
 *
 * @throws UserError as `loadVoice`
 */
export async function readCard(folder: string): Promise<VoiceCard> {
  const path = join(folder, WEIGHTS);
  const found = await readHeader(path);
  return cardOf(folder, found && decodeHeader(found.bytes, found.size, path).metadata);
}

export interface LoadedVoice {
  readonly card: VoiceCard;
  readonly units: Units;
  /** Words it may spell; null for voices that keep none. */
  readonly lexicon: Lexicon | null;
  readonly weights: Weights;
  /** The weights file, whose memory `weights` may share. */
  readonly bytes: Uint8Array;
}

/**
 * Reads a voice and checks all of it.
 *
 * Two files cannot be replaced at the same moment, so `weights.safetensors` alone is the voice: its
 * metadata carries the card, the card carries the sum of the values and its own. It is replaced in one
 * rename, so a kill at any moment leaves the old voice or the new one. `voice.json` is written after it
 * as a copy for people; a kill in between leaves the copy of the save before, which is whole and is not
 * what counts. A copy that is damaged is refused all the same, for then something else went wrong.
 *
 * @throws UserError `voice.missing`, `voice.foreign`, `voice.damaged`, `voice.too-new`, `disk.failed`
 */
export async function loadVoice(folder: string): Promise<LoadedVoice> {
  const path = join(folder, WEIGHTS);
  const bytes = await readOrNull(path);
  const header = bytes && decodeHeader(bytes, bytes.length, path);
  const card = await cardOf(folder, header && header.metadata);
  if (!bytes || !header) throw damaged(path, 'it is missing');
  if (sha256([bytes.subarray(header.start)]) !== card.weights?.sha256) {
    throw damaged(path, 'its checksum does not fit');
  }
  const { tensors } = decodeSafetensors(bytes, path);
  const weights = assertWeights(card.config.network, tensors, path);
  const units = unitsFromJSON(card.units, path);
  if (units.size !== card.config.network.vocabulary) {
    throw damaged(
      path,
      `its vocabulary has ${units.size} units, its network ${card.config.network.vocabulary}`,
    );
  }
  const lexicon = card.lexicon === undefined ? null : unpackLexicon(card.lexicon);
  return { card, units, lexicon, weights, bytes };
}

/** The weights of a card's network among other tensors. Throws UserError `voice.damaged` naming `path`. */
export const weightsOf = (
  { config }: Pick<VoiceCard, 'config'>,
  tensors: ReadonlyMap<string, NamedTensor>,
  path: string,
): Weights => pickWeights(config.network, tensors, path);

/** Weights with the shapes of their network, in file order. Throws RangeError when one is missing. */
export const namedTensors = (
  { config }: Pick<VoiceCard, 'config'>,
  weights: Weights,
): Map<string, NamedTensor> =>
  new Map(
    weightSpecs(config.network).map(({ name, shape }) => {
      const data = weights.get(name);
      if (!data) throw new RangeError(`Weight ${name} is missing`);
      return [name, { shape, data }];
    }),
  );

/**
 * Writes or replaces a voice; see `loadVoice` for the order. Gives the card with its sums.
 *
 * @throws UserError `disk.full`, `disk.failed`
 */
export async function saveVoice(
  folder: string,
  card: VoiceCard,
  weights: Weights,
): Promise<VoiceCard> {
  const tensors = namedTensors(card, weights);
  const written = sealed(card, encodeSafetensors(tensors).slice(2));
  const chunks = encodeSafetensors(tensors, { format: 'pt', card: JSON.stringify(written) });
  try {
    await fs.mkdir(folder, { recursive: true });
  } catch (error) {
    throw diskError(error, folder);
  }
  await writeAtomic(join(folder, WEIGHTS), chunks);
  await writeAtomic(join(folder, CARD), [new TextEncoder().encode(cardText(written))]);
  return written;
}

/** Names that may stand in a folder without making it someone else's. */
const isOurs = (name: string): boolean =>
  name === CHECKPOINTS || name === LOCK || name === '.DS_Store' || isLeftover(name);

/**
 * Refuses a folder that holds something else than a voice, or a voice while `replace` is false. A folder
 * with checkpoints alone is one whose training stopped early: it counts as free.
 *
 * @throws UserError `voice.exists`, `disk.failed`
 */
export async function assertFree(folder: string, replace: boolean): Promise<void> {
  const foreign = (why: string): UserError =>
    new UserError('voice.exists', `${folder} ${why}; choose another name with --out.`);
  let names: string[];
  try {
    names = await fs.readdir(folder);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    if (codeOf(error) === 'ENOTDIR') throw foreign('is a file');
    throw unreadable(error, folder);
  }
  if (names.every(isOurs)) return;
  if (!names.includes(CARD) && !names.includes(WEIGHTS)) {
    throw foreign('holds other files and is no voice');
  }
  // A damaged voice is still a voice; another program's voice.json is not.
  await readCard(folder).catch((error: unknown) => {
    if (!(error instanceof UserError)) throw error;
    if (error.code === 'voice.foreign') throw foreign('holds files of another program');
  });
  if (!replace) {
    throw new UserError(
      'voice.exists',
      `${folder} holds a voice already; choose another name with --out, or go on training it with --resume.`,
    );
  }
}

/** Removes what interrupted saves left in a folder; only for the process that holds its lock. */
export async function removeLeftovers(folder: string): Promise<void> {
  try {
    for (const name of await fs.readdir(folder)) {
      if (isLeftover(name)) await fs.rm(join(folder, name), { recursive: true, force: true });
    }
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw diskError(error, folder);
  }
}
