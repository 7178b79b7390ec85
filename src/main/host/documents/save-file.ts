import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import { UserError } from '../../../shared/errors.ts';
import {
  codeOf,
  createDurably,
  diskError,
  orRemove,
  renameDurably,
  temporaryName,
  writeDurably,
} from '../../files/atomic.ts';

/** What a file was when it was last read or written here. */
export interface Known {
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly ino: bigint;
  readonly sha256: string;
}

export const hashOf = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex');

const factsOf = async (path: string): Promise<Omit<Known, 'sha256'> & { mode: number }> => {
  const { size, mtimeNs, ino, mode } = await fs.stat(path, { bigint: true });
  return { size, mtimeNs, ino, mode: Number(mode & 0o7777n) };
};

/** Reads a file and what it is; null where there is none. */
export async function readKnown(path: string): Promise<{ bytes: Buffer; known: Known } | null> {
  for (let tries = 0; ; tries++) {
    try {
      const before = await factsOf(path);
      const bytes = await fs.readFile(path);
      const { size, mtimeNs, ino } = await factsOf(path);
      // Changed while it was read: once more, so that the facts belong to the bytes.
      const steady =
        before.mtimeNs === mtimeNs && before.ino === ino && size === BigInt(bytes.length);
      if (steady || tries === 5) {
        return { bytes, known: { size, mtimeNs, ino, sha256: hashOf(bytes) } };
      }
    } catch (error) {
      if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return null;
      throw new UserError(
        'text.unreadable',
        `${path} cannot be read (${codeOf(error) ?? String(error)}); check that you may open it.`,
        { cause: error },
      );
    }
  }
}

/** What a save came upon in place of the file it knew. */
export class Changed extends Error {
  /** The other file; null where it is gone. */
  readonly found: { readonly bytes: Buffer; readonly known: Known } | null;

  constructor(found: Changed['found']) {
    super('The file is not the one that was read');
    this.found = found;
  }
}

const queues = new Map<string, Promise<unknown>>();

/** Runs `work` after all that was queued for the same file. */
async function queued<T>(path: string, work: () => Promise<T>): Promise<T> {
  const before = queues.get(path) ?? Promise.resolve();
  const mine = before.then(work, work);
  queues.set(path, mine);
  try {
    return await mine;
  } finally {
    if (queues.get(path) === mine) queues.delete(path);
  }
}

export type Expected = Known | 'nothing' | 'anything';

/**
 * Replaces the text file at `path`, which must be a real path: at any moment, also after a power cut, it
 * is whole, the old one or the new one. It is compared with what was known of it first, and nothing
 * another program wrote is ever replaced unless `expected` is "anything".
 *
 * @throws Changed when there is another file than expected
 * @throws UserError `disk.full`, `disk.failed`
 */
export function saveFile(path: string, bytes: Buffer, expected: Expected): Promise<Known> {
  return queued(path, async () => {
    await compare(path, expected);
    const temporary = temporaryName(path);
    let known: Known | null = null;
    let changed: Changed | null = null;
    await orRemove(
      temporary,
      async () => {
        const old = await factsOf(path).catch((error: unknown) => {
          if (codeOf(error) === 'ENOENT') return null;
          throw error;
        });
        await writeDurably(temporary, [bytes], old?.mode);
        const { size, mtimeNs, ino } = await factsOf(temporary);
        known = { size, mtimeNs, ino, sha256: hashOf(bytes) };
        // Once more at the last moment: writing took a while.
        changed = await compare(path, expected).then(
          () => null,
          (error: unknown) => {
            if (error instanceof Changed) return error;
            throw error;
          },
        );
        if (changed) await fs.rm(temporary, { force: true });
        else await renameDurably(temporary, path);
      },
      path,
    );
    if (changed) throw changed as Changed;
    return known!;
  });
}

/** Throws Changed unless the file is as expected. The hash decides; size and times only hint. */
async function compare(path: string, expected: Expected): Promise<void> {
  if (expected === 'anything') return;
  const found = await readKnown(path);
  if (expected === 'nothing' ? found === null : found?.known.sha256 === expected.sha256) return;
  throw new Changed(found);
}

/** Creates a file that must not exist. Throws UserError `document.exists`, `disk.full`, `disk.failed`. */
export async function createFile(path: string, bytes: Buffer): Promise<Known> {
  try {
    return await saveNew(path, bytes);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') {
      throw new UserError('document.exists', `${path} exists already; choose another name.`, {
        cause: error,
      });
    }
    throw diskError(error, path);
  }
}

async function saveNew(path: string, bytes: Buffer): Promise<Known> {
  let known: Known | null = null;
  await createDurably(path, [bytes], async (temporary) => {
    const { size, mtimeNs, ino } = await factsOf(temporary);
    known = { size, mtimeNs, ino, sha256: hashOf(bytes) };
  });
  return known!;
}
