import { createHash } from 'node:crypto';
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import type { Stats } from 'node:fs';
import { basename, extname, join, resolve } from 'node:path';
import { UserError } from '../../shared/errors.ts';
import { decodeText } from './read-text.ts';

export interface Manuscript {
  /** The path it was read from. */
  readonly name: string;
  readonly text: string;
  /** The encoding it was in, as WHATWG names it. */
  readonly encoding: string;
  /** Size of the file. */
  readonly bytes: number;
  /** Of the file's bytes, in hexadecimal. */
  readonly sha256: string;
}

const endings = new Set(['.txt', '.md', '.markdown']);
const isText = (path: string): boolean => endings.has(extname(path).toLowerCase());

/** Largest file, in bytes: a string of JavaScript holds no more. */
const LARGEST = 500_000_000;

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';

/** The UserError that says why `path` cannot be read. */
function refusal(path: string, error: unknown): UserError {
  const code = codeOf(error);
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new UserError('text.missing', `${path} was not found; check the name.`, {
      cause: error,
    });
  }
  return new UserError(
    'text.unreadable',
    `${path} cannot be read (${code}); check that you may open it.`,
    { cause: error },
  );
}

async function look(path: string): Promise<Stats> {
  try {
    return await stat(path);
  } catch (error) {
    throw refusal(path, error);
  }
}

/** What `path` is, or null for a link that leads nowhere or round in a circle. */
async function lookInFolder(path: string): Promise<Stats | null> {
  try {
    return await stat(path);
  } catch (error) {
    if (['ENOENT', 'ELOOP'].includes(codeOf(error))) return null;
    throw refusal(path, error);
  }
}

const byPath = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * The manuscripts among `paths`, sorted by path and each once: files as named, and folders searched to
 * the bottom for .txt, .md and .markdown. In folders, hidden entries and voices are passed over; links
 * are followed, to each folder once.
 *
 * @throws UserError `text.missing` for what is not there, `text.unsupported` for other kinds of file,
 *   `text.unreadable` for what may not be opened
 */
export async function findManuscripts(paths: readonly string[]): Promise<string[]> {
  const found = new Map<string, string>();
  const seen = new Set<string>();

  const keep = async (path: string): Promise<void> => {
    const real = await realpath(path);
    if (!found.has(real)) found.set(real, path);
  };

  const search = async (folder: string): Promise<number> => {
    const real = await realpath(folder);
    if (seen.has(real)) return 0;
    seen.add(real);
    let names: string[];
    try {
      names = await readdir(folder);
    } catch (error) {
      throw refusal(folder, error);
    }
    let n = 0;
    for (const name of names.sort(byPath)) {
      if (name.startsWith('.') || name.endsWith('.voice')) continue;
      const path = join(folder, name);
      const info = await lookInFolder(path);
      if (info?.isDirectory()) {
        n += await search(path);
      } else if (info?.isFile() && isText(path)) {
        await keep(path);
        n++;
      }
    }
    return n;
  };

  for (const path of paths) {
    const info = await look(path);
    if (basename(resolve(path)).endsWith('.voice')) {
      throw new UserError(
        'text.unsupported',
        `${path} is a voice, not a manuscript; name the .txt or .md files to learn from.`,
      );
    }
    if (info.isDirectory()) {
      seen.clear();
      if ((await search(path)) === 0) {
        throw new UserError(
          'text.missing',
          `${path} holds no .txt or .md files; name a folder that does.`,
        );
      }
    } else if (info.isFile() && isText(path)) {
      await keep(path);
    } else {
      throw new UserError(
        'text.unsupported',
        `${path} is not a .txt or .md file; save your manuscript as plain text first.`,
      );
    }
  }
  return [...found.values()].sort(byPath);
}

/**
 * Reads a manuscript in whatever encoding it is in, without losing a character.
 *
 * @throws UserError `text.missing`, `text.empty`, `text.binary`, `text.unreadable`, `text.unsupported`
 */
export async function readManuscript(path: string): Promise<Manuscript> {
  const info = await look(path);
  if (!info.isFile()) {
    throw new UserError('text.unsupported', `${path} is not a file; name a .txt or .md file.`);
  }
  if (info.size > LARGEST) {
    throw new UserError(
      'text.unreadable',
      `${path} is larger than ${LARGEST / 1e6} MB; split it into several files.`,
    );
  }
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw refusal(path, error);
  }
  const decoded = await decodeText(bytes);
  if (decoded.kind === 'binary') {
    throw new UserError(
      'text.binary',
      `${path} is not plain text; save your manuscript as .txt or .md first.`,
    );
  }
  if (decoded.kind === 'damaged') {
    throw new UserError(
      'text.unreadable',
      `${path} is marked as ${decoded.encoding.toUpperCase()} but holds bytes that are not; save it again as UTF-8.`,
    );
  }
  if (!/\S/.test(decoded.text)) {
    throw new UserError('text.empty', `${path} is empty; leave it out or write something in it.`);
  }
  return {
    name: path,
    text: decoded.text,
    encoding: decoded.encoding,
    bytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
}
