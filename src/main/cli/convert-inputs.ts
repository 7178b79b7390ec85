/** What `understudy convert` reads. */
import type { Stats } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { UserError } from '../../shared/errors.ts';
import { formatOf, isPlain, readableFormats, type Dropped } from '../../shared/formats.ts';
import { inReadingOrder } from '../../shared/reading-order.ts';
import { codeOf } from '../files/atomic.ts';
import { notReadable, readManuscript } from '../files/manuscripts.ts';
import { readProse } from '../formats/apart.ts';
import { partOf, type Part } from '../formats/write/index.ts';

/** Whether `path` is a manuscript: a file by its ending, or the folder of a Scrivener project. */
function isReadable(path: string, info: Stats): boolean {
  const format = formatOf(path);
  return format !== null && (format === 'scriv' ? info.isDirectory() : info.isFile());
}

const nameOf = (path: string): string => basename(resolve(path)).replace(/\.[^.]+$/, '');

const missing = (path: string, cause: unknown): UserError =>
  codeOf(cause) === 'ENOENT' || codeOf(cause) === 'ENOTDIR'
    ? new UserError('text.missing', `${path} was not found; check the name.`, { cause })
    : new UserError(
        'text.unreadable',
        `${path} cannot be read (${codeOf(cause) ?? String(cause)}); check that you may open it.`,
        { cause },
      );

/** Documents in a folder in reading order. Hidden entries and voices are passed over; links are followed once. */
async function documentsIn(folder: string, above: readonly string[]): Promise<string[]> {
  const real = await realpath(folder);
  if (above.includes(real)) return [];
  const entries: { kind: 'folder' | 'document'; name: string; path: string }[] = [];
  for (const name of await readdir(folder)) {
    // Hidden, a voice, or what word processors keep beside an open document.
    if (/^(?:\.|~\$)|\.voice$/.test(name)) continue;
    const path = join(folder, name);
    // A link that leads nowhere is none of the writer's texts.
    const info = await stat(path).catch((error: unknown) => {
      if (['ENOENT', 'ELOOP'].includes(codeOf(error) ?? '')) return null;
      throw error;
    });
    if (!info) continue;
    if (isReadable(path, info)) entries.push({ kind: 'document', name, path });
    else if (info.isDirectory()) entries.push({ kind: 'folder', name, path });
  }
  const found: string[] = [];
  for (const { kind, path } of entries.sort(inReadingOrder)) {
    if (kind === 'document') found.push(path);
    else found.push(...(await documentsIn(path, [...above, real])));
  }
  return found;
}

/**
 * The documents that are named: files in the order they are given, and those of folders in reading order.
 *
 * @throws UserError `text.missing`, `text.unreadable`, `text.unsupported`
 */
export async function findInputs(paths: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const path of paths) {
    const info = await stat(path).catch((error: unknown) => {
      throw missing(path, error);
    });
    if (isReadable(path, info)) {
      found.push(path);
    } else if (info.isDirectory() && !resolve(path).endsWith('.voice')) {
      const documents = await documentsIn(path, []).catch((error: unknown) => {
        throw missing(path, error);
      });
      if (documents.length === 0) {
        throw new UserError(
          'text.missing',
          `${path} holds no ${readableFormats} files; name a folder that does.`,
        );
      }
      found.push(...documents);
    } else throw notReadable(path);
  }
  return found;
}

export interface Input {
  readonly part: Part;
  readonly dropped: readonly Dropped[];
}

/** Reads one document; plain text is Markdown here, as it is in the editor. Throws UserError. */
export async function readInput(path: string): Promise<Input> {
  const name = nameOf(path);
  const format = formatOf(path);
  if (format !== null && !isPlain(format)) {
    const { prose, dropped } = await readProse({ kind: 'path', path }, format, path);
    return { part: { name, prose }, dropped };
  }
  const { text } = await readManuscript(path);
  return { part: partOf(name, text.replace(/\r\n?/g, '\n')), dropped: [] };
}

/** What a book of these inputs is called where nothing says so: the only file's or folder's name. */
export const fallbackTitle = (paths: readonly string[]): string =>
  paths.length === 1 ? nameOf(paths[0]!) : 'Untitled';
