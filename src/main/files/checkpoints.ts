import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../shared/errors.ts';
import { decodeSafetensors, encodeSafetensors, type NamedTensor } from '../lm/voice/safetensors.ts';
import { diskError, syncFolder, writeDurably } from './atomic.ts';

/** Where a training run can go on: tensors, and whatever JSON the loop wants back. */
export interface Checkpoint {
  readonly step: number;
  readonly tensors: ReadonlyMap<string, NamedTensor>;
  readonly state: unknown;
}

const KEPT = 3;
const named = /^ckpt-(\d+)$/;

const hash = (chunks: readonly Uint8Array[]): string => {
  const sum = createHash('sha256');
  for (const chunk of chunks) sum.update(chunk);
  return sum.digest('hex');
};

const list = async (folder: string): Promise<number[]> =>
  (await readdir(folder).catch(() => []))
    .flatMap((name) => named.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => b - a);

/**
 * Writes `checkpoints/ckpt-STEP` in one rename and keeps the newest three. The sums in its manifest tell
 * a whole checkpoint from a damaged one.
 *
 * @throws UserError `disk.full` (also beforehand, unless twice its size is free), `disk.failed`
 */
export async function saveCheckpoint(voice: string, checkpoint: Checkpoint): Promise<void> {
  const folder = join(voice, 'checkpoints');
  const final = join(folder, `ckpt-${checkpoint.step}`);
  const temporary = `${final}.tmp`;
  const chunks = encodeSafetensors(checkpoint.tensors);
  const bytes = chunks.reduce((n, chunk) => n + chunk.length, 0);
  try {
    await mkdir(folder, { recursive: true });
    const { bavail, bsize } = await statfs(folder);
    if (bavail * bsize < 2 * bytes) throw Object.assign(new Error('no room'), { code: 'ENOSPC' });
    await rm(temporary, { recursive: true, force: true });
    await mkdir(temporary);
    await writeDurably(join(temporary, 'state.safetensors'), chunks);
    const manifest = {
      version: 1,
      step: checkpoint.step,
      sha256: hash(chunks),
      state: checkpoint.state,
    };
    const json = JSON.stringify(manifest);
    const sum = createHash('sha256').update(json).digest('hex');
    await writeDurably(join(temporary, 'manifest.json'), [
      new TextEncoder().encode(`${sum}\n${json}\n`),
    ]);
    await syncFolder(temporary);
    await rm(final, { recursive: true, force: true });
    await rename(temporary, final);
    await syncFolder(folder);
    for (const old of (await list(folder)).slice(KEPT)) {
      await rm(join(folder, `ckpt-${old}`), { recursive: true, force: true });
    }
  } catch (error) {
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
    throw error instanceof UserError ? error : diskError(error, final);
  }
}

async function read(folder: string): Promise<Checkpoint | null> {
  try {
    const [sum, json = ''] = (await readFile(join(folder, 'manifest.json'), 'utf8')).split('\n');
    if (createHash('sha256').update(json).digest('hex') !== sum) return null;
    const manifest = JSON.parse(json) as { step: number; sha256: string; state: unknown };
    const bytes = await readFile(join(folder, 'state.safetensors'));
    if (hash([bytes]) !== manifest.sha256) return null;
    const { tensors } = decodeSafetensors(bytes, folder);
    return { step: manifest.step, tensors, state: manifest.state };
  } catch (error) {
    // Missing or unreadable parts make a checkpoint unusable; an older one serves instead.
    if (error instanceof UserError || (error as NodeJS.ErrnoException).code) return null;
    throw error;
  }
}

/** The newest checkpoint that is whole, or null. */
export async function loadLatestCheckpoint(voice: string): Promise<Checkpoint | null> {
  const folder = join(voice, 'checkpoints');
  for (const step of await list(folder)) {
    const checkpoint = await read(join(folder, `ckpt-${step}`));
    if (checkpoint) return checkpoint;
  }
  return null;
}

export const removeCheckpoints = (voice: string): Promise<void> =>
  rm(join(voice, 'checkpoints'), { recursive: true, force: true });
