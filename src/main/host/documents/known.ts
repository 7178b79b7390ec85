import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { UserError } from '../../../shared/errors.ts';
import { codeOf, type Attributes } from '../../files/atomic.ts';

/** Largest file that is opened, in bytes. */
const LARGEST = 50_000_000;

/** What a file was when it was last read or written here. */
export interface Known {
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly ino: bigint;
  readonly sha256: string;
}

export interface Found {
  readonly bytes: Buffer;
  readonly known: Known;
}

export const hashOf = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex');

export interface Facts extends Omit<Known, 'sha256'>, Attributes {
  readonly isFile: boolean;
  /** Names that the file has. */
  readonly names: number;
}

/** What the system tells of a file. Throws what the system says. */
export async function factsOf(path: string): Promise<Facts> {
  const stats = await fs.stat(path, { bigint: true });
  const { size, mtimeNs, ino } = stats;
  return {
    size,
    mtimeNs,
    ino,
    isFile: stats.isFile(),
    names: Number(stats.nlink),
    mode: Number(stats.mode & 0o7777n),
    uid: Number(stats.uid),
    gid: Number(stats.gid),
  };
}

/** Whether two names that are twins lead to one file, as they do where a file system ignores case. */
export async function isSameFile(one: string, other: string): Promise<boolean> {
  if (one === other) return true;
  try {
    const [a, b] = [await fs.stat(one, { bigint: true }), await fs.stat(other, { bigint: true })];
    if (a.ino === b.ino && a.dev === b.dev) return true;
    if (dirname(one) !== dirname(other)) return false;
    // FUSE numbers names, not files. A folder lists both where they are two.
    const names = await fs.readdir(dirname(one));
    return !names.includes(basename(one)) || !names.includes(basename(other));
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    // One of them is gone, or cannot be looked at: nothing says that they are the same.
    return false;
  }
}

/** Whether something has this name. What cannot be looked at counts as there. */
export const isThere = (path: string): Promise<boolean> =>
  fs.access(path).then(
    () => true,
    (error: unknown) => codeOf(error) !== 'ENOENT' && codeOf(error) !== 'ENOTDIR',
  );

/**
 * Reads a file and what it is; null where there is none. What is no ordinary file is not opened: a pipe
 * would never answer.
 *
 * @throws UserError `text.unreadable`, `document.too-large`
 */
export async function readKnown(path: string): Promise<Found | null> {
  for (let tries = 0; ; tries++) {
    try {
      const before = await factsOf(path);
      assertReadable(before, path);
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
      if (error instanceof UserError) throw error;
      throw new UserError(
        'text.unreadable',
        `${path} cannot be read (${codeOf(error) ?? String(error)}); check that you may open it.`,
        { cause: error },
      );
    }
  }
}

function assertReadable({ isFile, size }: Facts, path: string): void {
  if (!isFile) {
    throw new UserError(
      'text.unreadable',
      `${path} is no file, but a folder or a device; give that another name first.`,
    );
  }
  assertOpens(basename(path), size);
}

/** Throws UserError `document.too-large` where a file of so many bytes could not be opened. */
export function assertOpens(name: string, size: bigint | number): void {
  if (size <= LARGEST) return;
  throw new UserError(
    'document.too-large',
    `${name} is larger than ${LARGEST / 1e6} MB; split it into several documents.`,
  );
}

/** What a save came upon in place of the file it knew. */
export class Changed extends Error {
  /** The other file; null where it is gone. */
  readonly found: Found | null;

  constructor(found: Found | null) {
    super('The file is not the one that was read');
    this.found = found;
  }
}
