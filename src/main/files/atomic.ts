import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isUserError, UserError } from '../../shared/errors.ts';
import { beginningOf } from './file-names.ts';

/** The system's code of an error, such as ENOSPC, or undefined. */
export const codeOf = (error: unknown): string | undefined =>
  error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;

/** What goes on after "cannot be written". */
const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'because its folder is not there any more; put that back, or copy your text elsewhere',
  ENOMEM: 'because there is no memory left; close other programs and try again',
  ENAMETOOLONG: 'because its name or its path is too long; choose a shorter one',
  EROFS: 'because its disk can only be read; make it writable, or copy your text elsewhere',
};

/** Most characters of a path that a sentence holds. */
const LONGEST_SHOWN = 300;

/** A path in a sentence: of one that would fill a page, the name alone. */
export const shownPath = (path: string): string =>
  path.length > LONGEST_SHOWN ? basename(path) : path;

/** What went wrong on the disk, as a sentence for the writer. */
export function diskError(error: unknown, place: string): UserError {
  if (isUserError(error)) return error;
  const path = shownPath(place);
  const code = codeOf(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new UserError(
      'disk.full',
      `The disk is full: ${path} was not saved; make room and try again.`,
      { cause: error },
    );
  }
  const why =
    reasons[code ?? ''] ?? `(${code ?? String(error)}); check the folder and its permissions`;
  return new UserError('disk.failed', `${path} cannot be written ${why}.`, { cause: error });
}

/** What file systems of a network or of a stick say to a call that they do not have. */
const unsupported = ['EINVAL', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP'];

/** Brings what is open to the disk; where the file system has no such call, it is as durable as it gets. */
async function sync(handle: fs.FileHandle): Promise<void> {
  await handle.sync().catch((error: unknown) => {
    if (!unsupported.includes(codeOf(error) ?? '')) throw error;
  });
}

/** Makes the names in a folder durable. Windows does that by itself and has no such call. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await fs.open(folder, 'r');
  try {
    await sync(handle);
  } finally {
    await handle.close();
  }
}

/** What a file has beside its content, and its successor is to have as well. */
export interface Attributes {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** Gives a new file the owner, the group and the mode of the old one, as far as the system lets. */
async function takeAfter(handle: fs.FileHandle, { mode, uid, gid }: Attributes): Promise<void> {
  if (process.platform === 'win32') return;
  const own = await handle.stat();
  if (own.uid !== uid || own.gid !== gid) {
    // A file may be given away by root alone, to a group by its members.
    await handle
      .chown(uid, gid)
      .catch(() => handle.chown(own.uid, gid))
      .catch(unlessRefused);
  }
  // What is asked for at the opening is narrowed by the process's mask, and a new owner takes bits away.
  await handle.chmod(mode).catch(unlessRefused);
}

function unlessRefused(error: unknown): void {
  const code = codeOf(error) ?? '';
  if (code !== 'EPERM' && !unsupported.includes(code)) throw error;
}

/** Longest piece handed to the system at once, in bytes. */
const PIECE = 1 << 26;

/**
 * Writes a new file whole and to the disk, and checks its length. Fails if the name is taken.
 *
 * @param old whose owner, group and mode it takes; without it, what the system gives new files
 */
export async function writeDurably(
  path: string,
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  old?: Attributes,
): Promise<void> {
  const handle = await fs.open(path, 'wx', old?.mode ?? 0o666);
  try {
    if (old) await takeAfter(handle, old);
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
    await sync(handle);
    const { size } = await handle.stat();
    if (size !== length) throw new Error(`${size} of ${length} bytes were written`);
  } finally {
    await handle.close();
  }
}

/** Bytes of a name that its temporary one has: file systems take 255, some less. */
const RECOGNISED = 80;

/** A fresh name beside `path`; what ends like this is a leftover of an interrupted save. */
export function temporaryName(path: string): string {
  const name = beginningOf(basename(path), RECOGNISED);
  return join(dirname(path), `.${name}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`);
}

export const isLeftover = (name: string): boolean => /^\..+\.\d+-[0-9a-f]{8}\.tmp$/.test(name);

/** Milliseconds for which Windows may refuse to rename while a virus scanner reads the file. */
const PATIENCE = 60_000;

type Rename = (from: string, to: string) => Promise<void>;

/** Renames a file or folder and makes the new name durable. */
export async function renameDurably(
  from: string,
  to: string,
  rename: Rename = fs.rename,
): Promise<void> {
  for (let waited = 0, wait = 10; ; wait *= 2) {
    try {
      await rename(from, to);
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
        if (codeOf(error) === 'ENOENT') return undefined;
        throw error;
      });
      await writeDurably(temporary, chunks, old && { ...old, mode: old.mode & 0o777 });
      await renameDurably(temporary, path);
    },
    path,
  );
}

/** What a file system says that knows no links, or lets nobody make this one. */
const unlinkable = ['EPERM', 'EACCES', 'EMLINK', 'EISDIR', ...unsupported];

/** Gives a file a second name; gives whether it could have one. Fails with EEXIST where that is taken. */
export async function linked(path: string, name: string): Promise<boolean> {
  try {
    await fs.link(path, name);
    return true;
  } catch (error) {
    if (unlinkable.includes(codeOf(error) ?? '')) return false;
    throw error;
  }
}

/**
 * Puts a finished file at a place where nothing is, for good. Unlike a rename it fails with EEXIST where
 * the name is taken: no other program's file can be replaced.
 */
export async function putNew(temporary: string, path: string): Promise<void> {
  if (!(await linked(temporary, path))) await copyNew(temporary, path);
  await fs.rm(temporary, { force: true });
  await syncFolder(dirname(path));
}

/** Where there are no links the file grows under its own name; half a one is removed. */
async function copyNew(from: string, path: string): Promise<void> {
  try {
    await writeDurably(path, [await fs.readFile(from)]);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') await fs.rm(path, { force: true });
    throw error;
  }
}

/** Writes a new file that is whole from the moment it has its name. Fails with EEXIST where that is taken. */
export async function createDurably(
  path: string,
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<void> {
  const temporary = temporaryName(path);
  try {
    await writeDurably(temporary, chunks);
    await putNew(temporary, path);
  } finally {
    await fs.rm(temporary, { force: true });
  }
}
