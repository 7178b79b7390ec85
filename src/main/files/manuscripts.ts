import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import type { Stats } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { UserError } from '../../shared/errors.ts';
import { readAsText } from '../formats/apart.ts';
import { limits } from '../formats/limits.ts';
import {
  formatOf,
  isPlain,
  readableFormats,
  type Dropped,
  type Format,
} from '../../shared/formats.ts';
import { decodeText } from './read-text.ts';

export interface Manuscript {
  /** The path it was read from. */
  readonly name: string;
  readonly text: string;
  /** The encoding it was in, as WHATWG names it; "utf-8" where the format sees to that. */
  readonly encoding: string;
  /** Size of the file, or of all files of a project. */
  readonly bytes: number;
  /** Of the file's bytes, in hexadecimal; of a project's, of all its files by name. */
  readonly sha256: string;
  /** What the file has and the text has not. */
  readonly dropped: readonly Dropped[];
}

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

/** Whether `path` is a manuscript: a file by its ending, or the folder of a Scrivener project. */
function isManuscript(path: string, info: Stats | null): boolean {
  const format = formatOf(path);
  if (format === null || !info) return false;
  return format === 'scriv' ? info.isDirectory() : info.isFile();
}

/** Hidden, or what word processors keep beside an open document. */
const isPassedOver = (name: string): boolean =>
  name.startsWith('.') || name.startsWith('~$') || name.endsWith('.voice');

/**
 * The manuscripts among `paths`, sorted by path and each once: files as named, and folders searched to
 * the bottom for all formats that are read. In folders, hidden entries and voices are passed over; links
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
      if (isPassedOver(name)) continue;
      const path = join(folder, name);
      const info = await lookInFolder(path);
      if (isManuscript(path, info)) {
        await keep(path);
        n++;
      } else if (info?.isDirectory()) n += await search(path);
    }
    return n;
  };

  for (const path of paths) {
    const info = await look(path);
    if (basename(resolve(path)).endsWith('.voice')) {
      throw new UserError(
        'text.unsupported',
        `${path} is a voice, not a manuscript; name the files to learn from.`,
      );
    }
    if (isManuscript(path, info)) {
      await keep(path);
    } else if (info.isDirectory()) {
      seen.clear();
      if ((await search(path)) === 0) {
        throw new UserError(
          'text.missing',
          `${path} holds no ${readableFormats} files; name a folder that does.`,
        );
      }
    } else throw notReadable(path);
  }
  return [...found.values()].sort(byPath);
}

/** The UserError for a file of a format that is not read. */
export function notReadable(name: string): UserError {
  const isOldWord = /\.doc$/i.test(name);
  return new UserError(
    'text.unsupported',
    isOldWord
      ? `${name} is an old Word document (.doc); open it in Word or LibreOffice and save it as .docx.`
      : `${name} is not a ${readableFormats} file; save your manuscript as one of them first.`,
  );
}

/**
 * Reads a manuscript. Plain text and Markdown in whatever encoding they are in, without losing a character;
 * of all other formats the prose, without marks, and what was dropped.
 *
 * @throws UserError `text.*`
 */
export async function readManuscript(path: string): Promise<Manuscript> {
  const info = await look(path);
  const format = formatOf(path);
  if (format !== null && !isPlain(format)) return readFormatted(path, format, info);
  if (!info.isFile()) {
    throw new UserError('text.unsupported', `${path} is not a file; name a .txt or .md file.`);
  }
  if (info.size > limits.textFile) {
    throw new UserError(
      'text.too-large',
      `${path} is larger than ${limits.textFile / 1e6} MB; split it into several files.`,
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
      `${path} is not plain text; give it the ending of what it is, or save your manuscript as .txt or .md.`,
    );
  }
  if (decoded.kind === 'damaged') {
    throw new UserError(
      'text.unreadable',
      `${path} is marked as ${decoded.encoding.toUpperCase()} but holds bytes that are not; save it again as UTF-8.`,
    );
  }
  assertNotEmpty(path, decoded.text);
  return {
    name: path,
    text: decoded.text,
    encoding: decoded.encoding,
    bytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    dropped: [],
  };
}

function assertNotEmpty(path: string, text: string): void {
  if (/\S/.test(text)) return;
  throw new UserError('text.empty', `${path} is empty; leave it out or write something in it.`);
}

async function readFormatted(path: string, format: Format, info: Stats): Promise<Manuscript> {
  if (format === 'scriv' ? !info.isDirectory() : !info.isFile()) {
    throw new UserError(
      'text.unsupported',
      `${path} is not a ${format === 'scriv' ? 'folder, as a Scrivener project is' : 'file'}; check the name.`,
    );
  }
  const source = { kind: 'path', path } as const;
  const { text, dropped } = await readAsText(source, format, 'plain', path);
  assertNotEmpty(path, text);
  return { name: path, text, encoding: 'utf-8', dropped, ...(await sumOf(path, info)) };
}

/** The size and the sum of a file, or of all files of a project; nothing is held in memory. */
async function sumOf(path: string, info: Stats): Promise<Pick<Manuscript, 'bytes' | 'sha256'>> {
  const hash = createHash('sha256');
  let bytes = 0;
  const add = async (file: string): Promise<void> => {
    for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      hash.update(chunk);
    }
  };
  try {
    if (info.isDirectory()) {
      for (const name of (await readdir(path, { recursive: true })).sort(byPath)) {
        // Scrivener writes settings and indexes at every look; the text is in these.
        if (!/\.(?:rtf|scrivx)$/i.test(name)) continue;
        hash.update(`${name}\0`);
        await add(join(path, name));
      }
    } else await add(path);
  } catch (error) {
    throw refusal(path, error);
  }
  return { bytes, sha256: hash.digest('hex') };
}
