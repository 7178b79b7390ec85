import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isUserError, UserError } from '../../shared/errors.ts';

/** The system's code of an error, such as ENOSPC, or undefined. */
export const codeOf = (error: unknown): string | undefined =>
  error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;

/** What went wrong on the disk, as a sentence for the writer. */
export function diskError(error: unknown, path: string): UserError {
  if (isUserError(error)) return error;
  const code = codeOf(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new UserError(
      'disk.full',
      `The disk is full: ${path} was not saved; make room and try again.`,
      { cause: error },
    );
  }
  if (code === 'ENOMEM') {
    return new UserError(
      'disk.failed',
      `${path} cannot be written: there is no memory left; close other programs and try again.`,
      { cause: error },
    );
  }
  return new UserError(
    'disk.failed',
    `${path} cannot be written (${code ?? String(error)}); check the folder and its permissions.`,
    { cause: error },
  );
}

/** Makes the names in a folder durable. Windows does that by itself and has no such call. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await fs.open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Longest piece handed to the system at once, in bytes. */
const PIECE = 1 << 26;

/**
 * Writes a new file whole and to the disk, and checks its length. Fails if the name is taken.
 *
 * @param mode exactly this one; without it, what the system gives new files
 */
export async function writeDurably(
  path: string,
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  mode?: number,
): Promise<void> {
  const handle = await fs.open(path, 'wx', mode ?? 0o666);
  try {
    // What is asked for at the opening is narrowed by the process's mask.
    if (mode !== undefined && process.platform !== 'win32') await handle.chmod(mode);
    let length = 0;
    for await (const chunk of chunks) {
      // The system may take less than it is given, and does so when the disk fills.
      for (let at = 0; at < chunk.length;) {
        const { bytesWritten } = await handle.write(chunk, at, Math.min(PIECE, chunk.length - at));
        if (bytesWritten <= 0) throw new Error(`nothing was written at byte ${length + at}`);
        at += bytesWritten;
      }
      length += chunk.length;
    }
    await handle.sync();
    const { size } = await handle.stat();
    if (size !== length) throw new Error(`${size} of ${length} bytes were written`);
  } finally {
    await handle.close();
  }
}

/** A fresh name beside `path`; what ends like this is a leftover of an interrupted save. */
export const temporaryName = (path: string): string =>
  join(dirname(path), `.${basename(path)}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`);

export const isLeftover = (name: string): boolean => /^\..+\.\d+-[0-9a-f]{8}\.tmp$/.test(name);

/** Milliseconds for which Windows may refuse to rename while a virus scanner reads the file. */
const PATIENCE = 60_000;

/** Renames a file or folder and makes the new name durable. */
export async function renameDurably(from: string, to: string): Promise<void> {
  for (let waited = 0, wait = 10; ; wait *= 2) {
    try {
      await fs.rename(from, to);
      break;
    } catch (error) {
      const held = ['EPERM', 'EACCES', 'EBUSY'].includes(codeOf(error) ?? '');
      if (process.platform !== 'win32' || !held || waited >= PATIENCE) throw error;
      await pause(wait);
      waited += wait;
    }
  }
  await syncFolder(dirname(to));
}

/**
 * Runs `work`; when it fails, removes `path` and throws its error as one for the writer. That `path`
 * cannot be removed either is not told: the first error says what matters.
 */
export async function orRemove(
  path: string,
  work: () => Promise<void>,
  named: string,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    await fs.rm(path, { recursive: true, force: true }).catch(() => undefined);
    throw diskError(error, named);
  }
}

/**
 * Replaces a file: at any moment, also after a power cut, it is whole, the old one or the new one. A new
 * file is written beside it, brought to the disk, measured, and renamed over it; the old one is never
 * opened. An existing file keeps its mode.
 *
 * @throws UserError `disk.full`, `disk.failed`
 */
export async function writeAtomic(
  path: string,
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<void> {
  const temporary = temporaryName(path);
  await orRemove(
    temporary,
    async () => {
      const old = await fs.stat(path).catch((error: unknown) => {
        if (codeOf(error) === 'ENOENT') return null;
        throw error;
      });
      await writeDurably(temporary, chunks, old ? old.mode & 0o777 : undefined);
      await renameDurably(temporary, path);
    },
    path,
  );
}

/**
 * Writes a new file that is whole from the moment it has its name. Unlike a rename, it fails with EEXIST
 * where the name is taken: no other program's file can be replaced.
 *
 * @param look hears of the file before it has its name
 */
export async function createDurably(
  path: string,
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  look: (temporary: string) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const temporary = temporaryName(path);
  try {
    await writeDurably(temporary, chunks);
    await look(temporary);
    await fs.link(temporary, path).catch(async (error: unknown) => {
      // Some file systems know no links.
      const code = codeOf(error) ?? '';
      if (!['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP'].includes(code)) throw error;
      await fs.copyFile(temporary, path, fs.constants.COPYFILE_EXCL);
    });
    await fs.rm(temporary, { force: true });
    await syncFolder(dirname(path));
  } finally {
    await fs.rm(temporary, { force: true });
  }
}
