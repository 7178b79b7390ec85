import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../../shared/errors.ts';

/** What went wrong on the disk, as a sentence for the writer. */
export function diskError(error: unknown, path: string): UserError {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new UserError('disk.full', `The disk is full: ${path} was not saved; make room and try again.`, {
      cause: error,
    });
  }
  return new UserError(
    'disk.failed',
    `${path} cannot be written (${code || String(error)}); check the folder and its permissions.`,
    { cause: error },
  );
}

/** Makes the names in a folder durable. Windows does that by itself and has no such call. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Writes a new file whole and to the disk, and checks its length. */
export async function writeDurably(path: string, chunks: readonly Uint8Array[]): Promise<void> {
  const handle = await open(path, 'wx');
  try {
    let length = 0;
    for (const chunk of chunks) {
      await handle.writeFile(chunk);
      length += chunk.length;
    }
    await handle.sync();
    const { size } = await handle.stat();
    if (size !== length) throw new Error(`${size} of ${length} bytes were written`);
  } finally {
    await handle.close();
  }
}

let serial = 0;

/**
 * Replaces a file: at any moment, also after a power cut, it is whole, the old one or the new one.
 *
 * @throws UserError `disk.full`, `disk.failed`
 */
export async function writeAtomic(path: string, chunks: readonly Uint8Array[]): Promise<void> {
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}.${process.pid}-${serial++}.tmp`);
  try {
    await writeDurably(temporary, chunks);
    await rename(temporary, path);
    await syncFolder(folder);
  } catch (error) {
    await rm(temporary, { force: true });
    throw diskError(error, path);
  }
}
