/** Understudy's own folder: one process uses it, and finds it as it needs it. */
import fs from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isUserError, UserError } from '../../shared/errors.ts';
import { lockVoice } from '../files/lock.ts';
import { removeLeftovers } from '../files/voice-folder.ts';

/** Nobody writes without these: a text would have no journal. */
const NEEDED = ['journals', 'voices'];
/** One can write without these: who keeps something there says what goes wrong. */
const WANTED = ['undo', 'snapshots', 'marks'];

/** Makes the folders, and removes what interrupted saves left in them. Throws UserError. */
export async function prepare(folder: string, log: (line: string) => void): Promise<void> {
  await removeLeftovers(folder);
  for (const name of NEEDED) {
    await fs.mkdir(join(folder, name), { recursive: true });
    await removeLeftovers(join(folder, name));
  }
  for (const name of WANTED) {
    const path = join(folder, name);
    try {
      await fs.mkdir(path, { recursive: true });
      await removeLeftovers(path);
      for (const entry of await fs.readdir(path, { withFileTypes: true })) {
        if (entry.isDirectory()) await removeLeftovers(join(path, entry.name));
      }
    } catch (error) {
      log(`${path}: ${String(error)}`);
    }
  }
}

/** Makes this process the only one that uses the folder. Gives the function that lets go. */
export async function claim(folder: string): Promise<() => Promise<void>> {
  try {
    return await lockVoice(folder);
  } catch (error) {
    if (isUserError(error) && error.code === 'voice.busy') {
      throw new UserError(
        'usage',
        `Understudy is running with ${basename(folder)} already; close it first, or choose another --data folder.`,
        { cause: error },
      );
    }
    throw error;
  }
}
