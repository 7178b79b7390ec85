import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import chardet from 'chardet';
import { isBinaryFile } from 'isbinaryfile';
import { UserError } from '../../shared/errors.ts';

export interface Manuscript {
  readonly name: string;
  readonly text: string;
  /** The encoding it was read in, as WHATWG names it. */
  readonly encoding: string;
  readonly bytes: number;
  readonly sha256: string;
}

const endings = new Set(['.txt', '.md', '.markdown']);

/**
 * The text files among `paths`: files as named, folders searched to the bottom in order of names. Hidden
 * entries, voices and links are passed over.
 *
 * @throws UserError `text.missing`, `text.unsupported`
 */
export async function findManuscripts(paths: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  const search = async (folder: string): Promise<void> => {
    const entries = await readdir(folder, { withFileTypes: true });
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      if (entry.name.startsWith('.') || entry.name.endsWith('.voice')) continue;
      const path = join(folder, entry.name);
      if (entry.isDirectory()) await search(path);
      else if (entry.isFile() && endings.has(extname(path).toLowerCase())) found.push(path);
    }
  };
  for (const path of paths) {
    const info = await stat(path).catch(() => null);
    if (!info) {
      throw new UserError('text.missing', `${path} was not found; check the name.`);
    }
    if (info.isDirectory()) {
      const before = found.length;
      await search(path);
      if (found.length === before) {
        throw new UserError('text.missing', `${path} holds no .txt or .md files.`);
      }
    } else if (endings.has(extname(path).toLowerCase())) {
      found.push(path);
    } else {
      throw new UserError(
        'text.unsupported',
        `${path} is not a .txt or .md file; save your manuscript as plain text first.`,
      );
    }
  }
  return [...new Set(found)];
}

const decode = (bytes: Uint8Array, encoding: string): string | null => {
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    // Not this encoding, or none this platform reads; the caller tries the next.
    return null;
  }
};

function decodeText(bytes: Uint8Array): { text: string; encoding: string } | null {
  const mark = [...bytes.subarray(0, 3)];
  const marked =
    mark[0] === 0xff && mark[1] === 0xfe
      ? 'utf-16le'
      : mark[0] === 0xfe && mark[1] === 0xff
        ? 'utf-16be'
        : null;
  const sample = bytes.subarray(0, 1 << 16);
  const nulls = [0, 1].map((odd) => sample.filter((b, i) => i % 2 === odd && b === 0).length);
  const pairs = sample.length / 2;
  // Western text in UTF-16 without a mark: every second byte is zero.
  const wide =
    (nulls[1] ?? 0) > 0.4 * pairs ? 'utf-16le' : (nulls[0] ?? 0) > 0.4 * pairs ? 'utf-16be' : null;
  const guesses = marked ? [marked] : wide ? [wide] : ['utf-8', chardet.detect(sample), 'windows-1252'];
  for (const encoding of guesses) {
    const text = encoding === null || encoding === undefined ? null : decode(bytes, encoding);
    if (text !== null && encoding) return { text, encoding: encoding.toLowerCase() };
  }
  return null;
}

/**
 * Reads a manuscript in whatever encoding it is in, without losing a character.
 *
 * @throws UserError `text.missing`, `text.empty`, `text.binary`, `text.unreadable`
 */
export async function readManuscript(path: string): Promise<Manuscript> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new UserError('text.missing', `${path} was not found.`);
    throw new UserError('text.unreadable', `${path} cannot be read (${code ?? 'unknown error'}).`, {
      cause: error,
    });
  }
  const binary = new UserError(
    'text.binary',
    `${path} is not text; save your manuscript as plain text first.`,
  );
  const decoded = decodeText(bytes);
  if (!decoded) throw binary;
  if (!decoded.encoding.startsWith('utf-16') && (await isBinaryFile(bytes))) throw binary;
  if (decoded.text.trim() === '') {
    throw new UserError('text.empty', `${path} is empty; leave it out or write something in it.`);
  }
  return {
    name: path,
    ...decoded,
    bytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
}
