import fs from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { codeOf } from '../../files/atomic.ts';
import { readTextFile, type TextFile } from './text-file.ts';

/** What the system says of what may not be written. */
const refusals = ['EACCES', 'EPERM', 'EROFS'];

/**
 * Why a file is not to be written, to go on after its name; null where it may be. A save puts a new file
 * in the place of the old one, which the system allows where only the folder may be written: so it would
 * pass over a protection that somebody meant.
 */
export async function protectionOf(real: string): Promise<string | null> {
  if (await isProtected(real)) return 'is write-protected';
  return (await isRefused(dirname(real))) ? 'lies in a folder that can only be read' : null;
}

async function isProtected(real: string): Promise<boolean> {
  // Root may write everything; that nobody is to write is in the mode.
  const { mode } = await fs.stat(real);
  return (mode & 0o222) === 0 || isRefused(real);
}

const isRefused = (path: string): Promise<boolean> =>
  fs.access(path, fs.constants.W_OK).then(
    () => false,
    (error: unknown) => refusals.includes(codeOf(error) ?? ''),
  );

/** Reads the bytes of the document at `real`, which is for reading only where it is protected. Throws UserError. */
export async function readDocument(
  bytes: Buffer,
  { path, real }: { readonly path: string; readonly real: string },
): Promise<TextFile> {
  const file = await readTextFile(bytes, path);
  // Gone meanwhile: the next look at it tells.
  const protection = file.readOnly ? null : await protectionOf(real).catch(() => null);
  if (protection === null) return file;
  const readOnly = `${basename(path)} ${protection}, so it can only be read here; take the protection off and open it again.`;
  return { ...file, readOnly };
}
