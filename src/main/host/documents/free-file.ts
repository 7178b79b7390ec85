import fs from 'node:fs/promises';
import { join } from 'node:path';
import { isUserError } from '../../../shared/errors.ts';
import { diskError } from '../../files/atomic.ts';
import { twinOf } from '../../files/file-names.ts';
import type { Known } from './known.ts';
import { createFile } from './save-file.ts';

export interface Created {
  readonly name: string;
  readonly path: string;
  readonly known: Known;
}

/**
 * Creates a file under the first of these names that is free in the folder: also free of names that differ
 * in case or composition alone, so that no file system takes the one for the other. Throws UserError.
 */
export async function createFree(
  folder: string,
  names: Iterable<string>,
  bytes: Buffer,
): Promise<Created> {
  const there = await fs.readdir(folder).catch((error: unknown) => {
    throw diskError(error, folder);
  });
  for (const name of names) {
    if (twinOf(there, name) !== undefined) continue;
    const path = join(folder, name);
    try {
      return { name, path, known: await createFile(path, bytes) };
    } catch (error) {
      // Taken since the folder was read.
      if (!isUserError(error) || error.code !== 'document.exists') throw error;
    }
  }
  throw new RangeError('There is always a free name');
}
