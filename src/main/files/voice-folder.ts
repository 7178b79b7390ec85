import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../shared/errors.ts';
import { elements, weightSpecs, type Weights } from '../lm/nn/weights.ts';
import { parseCard, type VoiceCard } from '../lm/voice/card.ts';
import { decodeSafetensors, encodeSafetensors, type NamedTensor } from '../lm/voice/safetensors.ts';
import { diskError, writeAtomic } from './atomic.ts';

const CARD = 'voice.json';
const WEIGHTS = 'weights.safetensors';

const missing = (folder: string): UserError =>
  new UserError('voice.missing', `There is no voice at ${folder}; train one with "understudy train".`);

const readOrNull = async (path: string): Promise<Buffer | null> => {
  try {
    return await readFile(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw new UserError('voice.damaged', `${path} cannot be read (${code ?? 'unknown error'}).`, {
      cause: error,
    });
  }
};

/** Reads only the card: quick, for lists. Throws UserError. */
export async function readCard(folder: string): Promise<VoiceCard> {
  const path = join(folder, CARD);
  const json = await readOrNull(path);
  if (json) return parseCard(json.toString('utf8'), path);
  const there = await stat(folder).catch(() => null);
  if (!there) throw missing(folder);
  throw new UserError(
    'voice.foreign',
    `${folder} is not a voice (it has no ${CARD}); choose a folder that "understudy train" made.`,
  );
}

/**
 * Reads a voice. Two files cannot be replaced at the same moment, so the weights carry the card they
 * belong to in their metadata: that one counts, and `voice.json` is the copy for people. A kill between
 * the two writes therefore leaves a voice that loads.
 *
 * @throws UserError `voice.missing`, `voice.foreign`, `voice.damaged`, `voice.too-new`
 */
export async function loadVoice(folder: string): Promise<{ card: VoiceCard; weights: Weights }> {
  const outline = await readCard(folder);
  const path = join(folder, WEIGHTS);
  const bytes = await readOrNull(path);
  if (!bytes) {
    throw new UserError(
      'voice.damaged',
      `${path} is missing; restore it from a backup or train the voice again.`,
    );
  }
  const { tensors, metadata } = decodeSafetensors(bytes, path);
  const card = metadata['card'] === undefined ? outline : parseCard(metadata['card'], path);
  return { card, weights: weightsOf(card, tensors, path) };
}

/** The tensors of a card's network. Throws UserError `voice.damaged` when one is missing or misshapen. */
export function weightsOf(
  card: Pick<VoiceCard, 'config'>,
  tensors: ReadonlyMap<string, NamedTensor>,
  path: string,
): Weights {
  const weights = new Map<string, Float32Array>();
  for (const { name, shape } of weightSpecs(card.config.network)) {
    const found = tensors.get(name);
    if (found?.shape.join() !== shape.join() || found.data.length !== elements(shape)) {
      throw new UserError(
        'voice.damaged',
        `${path} is damaged (${name} should have shape [${shape.join(', ')}]); restore it from a backup or train the voice again.`,
      );
    }
    weights.set(name, found.data);
  }
  return weights;
}

export const namedTensors = (
  card: Pick<VoiceCard, 'config'>,
  weights: Weights,
): Map<string, NamedTensor> =>
  new Map(
    weightSpecs(card.config.network).map(({ name, shape }) => {
      const data = weights.get(name);
      if (!data) throw new RangeError(`Weight ${name} is missing`);
      return [name, { shape, data }];
    }),
  );

/** Writes or replaces a voice; see `loadVoice` for the order. Throws UserError `disk.*`. */
export async function saveVoice(folder: string, card: VoiceCard, weights: Weights): Promise<void> {
  const json = `${JSON.stringify(card, null, 2)}\n`;
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw diskError(error, folder);
  }
  const metadata = { format: 'pt', card: JSON.stringify(card) };
  // The first save writes the card first: a folder with weights alone is nothing yet.
  await writeAtomic(join(folder, WEIGHTS), encodeSafetensors(namedTensors(card, weights), metadata));
  await writeAtomic(join(folder, CARD), [new TextEncoder().encode(json)]);
}

/**
 * Refuses a folder that holds something else than a voice, or a voice while `replace` is false.
 *
 * @throws UserError `voice.exists`
 */
export async function assertFree(folder: string, replace: boolean): Promise<void> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return;
    throw new UserError('voice.exists', `${folder} is not a folder; choose another name with --out.`);
  }
  const used = names.filter((name) => !name.endsWith('.tmp') && name !== 'checkpoints');
  if (used.length === 0) return;
  if (!used.includes(CARD) && !used.includes(WEIGHTS)) {
    throw new UserError(
      'voice.exists',
      `${folder} holds other files and is no voice; choose another name with --out.`,
    );
  }
  if (!replace) {
    throw new UserError(
      'voice.exists',
      `${folder} holds a voice already; choose another name with --out, or go on training it with --resume.`,
    );
  }
}

/** Removes what an interrupted save left behind. */
export async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    if (name.startsWith('.') && name.endsWith('.tmp')) await rm(join(folder, name), { force: true });
  }
}
