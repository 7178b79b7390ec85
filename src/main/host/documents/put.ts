/** How a finished file comes to its place, and nothing that another program wrote is lost on the way. */
// As a whole: so that a test can stand in for the disk.
import disk from 'node:fs';
import fs from 'node:fs/promises';
import { codeOf, linked, renameDurably, temporaryName } from '../../files/atomic.ts';
import { Changed, hashOf, readKnown, type Known } from './known.ts';

/** A file that keeps changing hands is compared so often before it counts as steady. */
const TRIES = 5;

/**
 * Renames `temporary` over the file at `path`, which must be the `expected` one. Between the last look and
 * the rename other programs may write, so a second name is given to the old file first: what is written
 * into it meanwhile is found there afterwards, and put back. A file that is renamed to the place of the
 * old one is seen by a look in the same breath as the rename.
 *
 * @throws Changed where another program wrote something else there; that is in its place
 */
export async function putOver(temporary: string, path: string, expected: Known): Promise<void> {
  for (let tries = 0; ; tries++) {
    const guard = await guardOf(path);
    try {
      const found = await readKnown(guard ?? path);
      if (found?.known.sha256 !== expected.sha256) throw new Changed(await readKnown(path));
      const isLast = tries === TRIES;
      const isDone = await renameWhere(temporary, path, isLast ? null : found.known.ino);
      if (!isDone) continue;
      if (guard) await putBack(guard, path, expected);
      return;
    } finally {
      if (guard) await fs.rm(guard, { force: true });
    }
  }
}

/** A second name of the file; null where it can have none. */
async function guardOf(path: string): Promise<string | null> {
  const guard = temporaryName(path);
  try {
    return (await linked(path, guard)) ? guard : null;
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' && codeOf(error) !== 'ENOTDIR') throw error;
    throw new Changed(null);
  }
}

/** Renames if the file at `path` is still this one; null: whichever it is. Gives whether it was. */
async function renameWhere(temporary: string, path: string, ino: bigint | null): Promise<boolean> {
  let isSame = true;
  await renameDurably(temporary, path, (from, to) => {
    // Not a moment may pass between the two, so these calls do not wait for their turn.
    const there = disk.statSync(to, { bigint: true, throwIfNoEntry: false });
    isSame = ino === null || there?.ino === ino;
    if (isSame) disk.renameSync(from, to);
    return Promise.resolve();
  });
  return isSame;
}

/** What was written into the old file at the last moment takes its place again. Throws Changed then. */
async function putBack(guard: string, path: string, expected: Known): Promise<void> {
  const late = await readKnown(guard);
  if (!late || hashOf(late.bytes) === expected.sha256) return;
  await renameDurably(guard, path);
  throw new Changed(late);
}
