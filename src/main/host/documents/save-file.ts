import fs from 'node:fs/promises';
import { UserError } from '../../../shared/errors.ts';
import {
  codeOf,
  createDurably,
  diskError,
  orRemove,
  putNew,
  temporaryName,
  writeDurably,
} from '../../files/atomic.ts';
import { Changed, factsOf, hashOf, readKnown, type Known } from './known.ts';
import { protectionOf } from './protection.ts';
import { putOver } from './put.ts';

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

export type Expected = Known | 'nothing';

/**
 * Replaces the text file at `path`, which must be a real path: at any moment, also after a power cut, it
 * is whole, the old one or the new one. It is compared with what was known of it first, and nothing
 * another program wrote is ever replaced.
 *
 * @throws Changed when there is another file than expected
 * @throws UserError `document.read-only`, `disk.full`, `disk.failed`
 */
export function saveFile(path: string, bytes: Buffer, expected: Expected): Promise<Known> {
  return queued(path, async () => {
    // Before anything is written: most changes of others are seen here.
    await compare(path, expected);
    if (expected !== 'nothing') await assertWritable(path);
    const temporary = temporaryName(path);
    let known: Known | null = null;
    let changed: Changed | null = null;
    await orRemove(
      temporary,
      async () => {
        const old = expected === 'nothing' ? undefined : await oldFacts(path);
        await writeDurably(temporary, [bytes], old);
        const { size, mtimeNs, ino } = await factsOf(temporary);
        known = { size, mtimeNs, ino, sha256: hashOf(bytes) };
        changed = await put(temporary, path, expected);
        if (changed) await fs.rm(temporary, { force: true });
      },
      path,
    );
    if (changed) throw changed as Changed;
    return known!;
  });
}

/** Throws UserError `document.read-only`. */
async function assertWritable(path: string): Promise<void> {
  const protection = await protectionOf(path).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return null;
    throw diskError(error, path);
  });
  if (protection === null) return;
  throw new UserError(
    'document.read-only',
    `${path} ${protection} and was not saved; take the protection off, or copy your text elsewhere.`,
  );
}

const oldFacts = (path: string) =>
  factsOf(path).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  });

/** Puts the new file at its place; gives what another program has put there meanwhile. */
async function put(temporary: string, path: string, expected: Expected): Promise<Changed | null> {
  try {
    if (expected === 'nothing') await putNew(temporary, path);
    else await putOver(temporary, path, expected);
    return null;
  } catch (error) {
    if (error instanceof Changed) return error;
    if (expected !== 'nothing' || codeOf(error) !== 'EEXIST') throw error;
    return new Changed(await readKnown(path));
  }
}

/** Throws Changed unless the file is as expected. The hash decides; size and times only hint. */
async function compare(path: string, expected: Expected): Promise<void> {
  const found = await readKnown(path);
  if (expected === 'nothing' ? found === null : found?.known.sha256 === expected.sha256) return;
  throw new Changed(found);
}

/** Creates a file that must not exist. Throws UserError `document.exists`, `disk.full`, `disk.failed`. */
export async function createFile(path: string, bytes: Buffer): Promise<Known> {
  try {
    await createDurably(path, [bytes]);
    const { size, mtimeNs, ino } = await factsOf(path);
    return { size, mtimeNs, ino, sha256: hashOf(bytes) };
  } catch (error) {
    if (codeOf(error) === 'EEXIST') {
      throw new UserError('document.exists', `${path} exists already; choose another name.`, {
        cause: error,
      });
    }
    throw diskError(error, path);
  }
}
