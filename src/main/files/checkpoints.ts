import fs from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { UserError } from '../../shared/errors.ts';
import { decodeSafetensors, encodeSafetensors, type NamedTensor } from '../lm/voice/safetensors.ts';
import {
  codeOf,
  diskError,
  orRemove,
  renameDurably,
  syncFolder,
  writeAtomic,
  writeDurably,
} from './atomic.ts';
import { CHECKPOINTS, sha256 } from './voice-folder.ts';

/** Where a training run can go on: tensors, and whatever JSON the loop wants back. */
export interface Checkpoint {
  readonly step: number;
  readonly tensors: ReadonlyMap<string, NamedTensor>;
  /** JSON, with finite numbers. */
  readonly state: unknown;
}

export interface LoadedCheckpoint extends Checkpoint {
  /** What was wrong with newer ones that had to be passed over, a sentence each. */
  readonly passedOver: readonly string[];
}

const manifestSchema = v.object({
  version: v.number(),
  step: v.pipe(v.number(), v.integer(), v.minValue(0)),
  /** Sum and length of `state.safetensors`. */
  sha256: v.string(),
  bytes: v.number(),
  state: v.unknown(),
});
type Manifest = v.InferOutput<typeof manifestSchema>;

const VERSION = 1;
const KEPT = 3;
const LATEST = 'LATEST';
const TENSORS = 'state.safetensors';
const MANIFEST = 'manifest.json';
const NAME = /^ckpt-(\d{1,15})$/;

/** JSON would turn a number that is not finite into null, and training would go on from that. */
function finite(key: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new RangeError(`The checkpoint's ${key} is ${value}, which JSON cannot hold`);
  }
  return value;
}

/** Numbers of the checkpoints in a folder, newest first. */
async function numbers(folder: string): Promise<number[]> {
  try {
    const names = await fs.readdir(folder);
    return names
      .map((name) => Number(NAME.exec(name)?.[1]))
      .filter((number) => number > 0)
      .sort((a, b) => b - a);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw diskError(error, folder);
  }
}

async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await fs.readdir(folder)) {
    if (name.endsWith('.tmp')) await fs.rm(join(folder, name), { recursive: true, force: true });
  }
}

/**
 * Writes `checkpoints/ckpt-N`, N one more than the last, and keeps the newest three. It is written under
 * another name, brought to the disk and renamed; then LATEST names it. The manifest's first line is the
 * sum of the rest, which holds the sum of the tensors.
 *
 * @throws UserError `disk.full` (also beforehand, unless twice its size is free), `disk.failed`
 */
export async function saveCheckpoint(voice: string, checkpoint: Checkpoint): Promise<void> {
  const folder = join(voice, CHECKPOINTS);
  const chunks = encodeSafetensors(checkpoint.tensors);
  const manifest: Manifest = {
    version: VERSION,
    step: checkpoint.step,
    sha256: sha256(chunks),
    bytes: chunks.reduce((n, chunk) => n + chunk.length, 0),
    state: checkpoint.state,
  };
  const json = JSON.stringify(manifest, finite);
  let number: number;
  try {
    await fs.mkdir(folder, { recursive: true });
    await removeLeftovers(folder);
    await assertRoom(folder, 2 * (manifest.bytes + json.length));
    number = ((await numbers(folder))[0] ?? 0) + 1;
  } catch (error) {
    throw diskError(error, folder);
  }
  const final = join(folder, `ckpt-${number}`);
  const temporary = `${final}.tmp`;
  await orRemove(
    temporary,
    async () => {
      await fs.mkdir(temporary);
      await writeDurably(join(temporary, TENSORS), chunks);
      await writeDurably(join(temporary, MANIFEST), [
        new TextEncoder().encode(`${sha256([json])}\n${json}\n`),
      ]);
      await syncFolder(temporary);
      await renameDurably(temporary, final);
    },
    final,
  );
  await writeAtomic(join(folder, LATEST), [new TextEncoder().encode(`ckpt-${number}\n`)]);
  try {
    for (const old of (await numbers(folder)).slice(KEPT)) {
      // Renamed first: a kill while it is removed leaves no part of it under its name.
      const path = join(folder, `ckpt-${old}`);
      await fs.rename(path, `${path}.tmp`);
      await fs.rm(`${path}.tmp`, { recursive: true, force: true });
    }
  } catch (error) {
    throw diskError(error, folder);
  }
}

async function assertRoom(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await fs.statfs(folder);
  const free = bavail * bsize;
  if (free >= bytes) return;
  const mb = (n: number): string => `${Math.ceil(n / 1e6)} MB`;
  throw new UserError(
    'disk.full',
    `The disk is nearly full: a checkpoint in ${folder} needs ${mb(bytes)} and ${mb(free)} are free; make room and try again.`,
  );
}

function manifestOf(json: string): Manifest | null {
  try {
    const parsed = v.safeParse(manifestSchema, JSON.parse(json));
    return parsed.success ? parsed.output : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** A whole checkpoint, or a sentence that says what is wrong with it. */
async function read(folder: string): Promise<Checkpoint | string> {
  try {
    const text = await fs.readFile(join(folder, MANIFEST), 'utf8');
    const end = text.indexOf('\n');
    const json = text.slice(end + 1, -1);
    if (`${sha256([json])}\n${json}\n` !== text) {
      return `The checkpoint ${folder} is damaged (${MANIFEST} does not fit its checksum).`;
    }
    const manifest = manifestOf(json);
    if (!manifest) return `The checkpoint ${folder} is damaged (${MANIFEST} is no manifest).`;
    if (manifest.version !== VERSION) {
      return `The checkpoint ${folder} was made by another version of Understudy (${manifest.version}).`;
    }
    const bytes = await fs.readFile(join(folder, TENSORS));
    if (sha256([bytes]) !== manifest.sha256) {
      return `The checkpoint ${folder} is damaged (${TENSORS} does not fit its checksum).`;
    }
    const { tensors } = decodeSafetensors(bytes, join(folder, TENSORS));
    return { step: manifest.step, tensors, state: manifest.state };
  } catch (error) {
    if (error instanceof UserError) return error.message;
    const code = codeOf(error);
    if (code === undefined) throw error;
    return `The checkpoint ${folder} cannot be read (${code}).`;
  }
}

async function latest(folder: string): Promise<number | null> {
  try {
    const text = await fs.readFile(join(folder, LATEST), 'utf8');
    return Number(NAME.exec(text.trim())?.[1] ?? NaN);
  } catch (error) {
    // Without it the numbers tell the order as well.
    if (codeOf(error) === undefined) throw error;
    return null;
  }
}

/**
 * The checkpoint that LATEST names, or the newest that is whole; null when training never made one.
 *
 * @throws UserError `voice.damaged` when there are some and none is whole, `disk.failed`
 */
export async function loadLatestCheckpoint(voice: string): Promise<LoadedCheckpoint | null> {
  const folder = join(voice, CHECKPOINTS);
  const all = await numbers(folder);
  if (all.length === 0) return null;
  const named = await latest(folder);
  const order = all.filter((n) => n === named).concat(all.filter((n) => n !== named));
  const passedOver: string[] = [];
  for (const number of order) {
    const found = await read(join(folder, `ckpt-${number}`));
    if (typeof found !== 'string') return { ...found, passedOver };
    passedOver.push(found);
  }
  throw new UserError(
    'voice.damaged',
    `No checkpoint in ${folder} can be read (${passedOver[0]}); train again without --resume.`,
  );
}

/** Removes all checkpoints of a voice. Throws UserError `disk.failed`. */
export async function removeCheckpoints(voice: string): Promise<void> {
  const folder = join(voice, CHECKPOINTS);
  await fs.rm(folder, { recursive: true, force: true }).catch((error: unknown) => {
    throw diskError(error, folder);
  });
}
