import type { Stats } from 'node:fs';
import fs from 'node:fs/promises';
import { join } from 'node:path';
import type { DocumentEntry, Entry, FolderEntry } from '../../../shared/api/index.ts';
import { inReadingOrder } from '../../../shared/reading-order.ts';
import { codeOf, isLeftover } from '../../files/atomic.ts';
import { isDocument, titleOf } from './names.ts';
import type { Places } from './places.ts';
import type { Counted } from './words.ts';

/** Deepest folder and most entries that are shown. */
export const DEEPEST = 16;
export const MOST = 20_000;

export interface Tree {
  readonly root: FolderEntry;
  /** Real paths of documents whose words are to be counted. */
  readonly uncounted: readonly string[];
  /** Files that saves which were cut off have left. */
  readonly leftovers: readonly string[];
  /** Some of the folder is not shown: it is too deep or has too many entries. */
  readonly cut: boolean;
}

type Words = (path: string, stats: Stats) => Counted;

/** No path of the library has these (shared/api/values.ts). */
const unspeakable = /[\0-\x1f\x7f\\]/;

/**
 * The documents and folders of a library. Hidden entries, voices and what is no document are passed
 * over; so are links that lead out of it or round in a circle.
 */
export async function readTree(places: Places, name: string, words: Words): Promise<Tree> {
  const uncounted: string[] = [];
  const leftovers: string[] = [];
  let left = MOST;
  let cut = false;

  async function entryOf(path: string, file: string, above: readonly string[]) {
    const real = await fs.realpath(file);
    if (places.pathOf(real) === null) return null;
    const stats = await fs.stat(real);
    const title = path.split('/').at(-1)!;
    if (stats.isDirectory()) {
      if (above.includes(real)) return null;
      return folder(path, title, real, [...above, real]);
    }
    if (!stats.isFile() || !isDocument(title)) return null;
    const counted = words(real, stats);
    if (!counted.fresh) uncounted.push(real);
    const document: DocumentEntry = {
      kind: 'document',
      path,
      name: titleOf(title),
      words: counted.words,
      modified: Math.round(stats.mtimeMs),
    };
    return document;
  }

  async function folder(
    path: string,
    title: string,
    real: string,
    above: readonly string[],
  ): Promise<FolderEntry> {
    const entries: Entry[] = [];
    if (above.length > DEEPEST) {
      cut = true;
      return { kind: 'folder', path, name: title, entries };
    }
    for (const name of await fs.readdir(real).catch(unlessGone([]))) {
      if (isLeftover(name)) leftovers.push(join(real, name));
      if (name.startsWith('.') || name.endsWith('.voice') || unspeakable.test(name)) continue;
      if (left-- <= 0) {
        cut = true;
        break;
      }
      const inside = path === '' ? name : `${path}/${name}`;
      const entry = await entryOf(inside, join(real, name), above).catch(unlessGone(null));
      if (entry) entries.push(entry);
    }
    return { kind: 'folder', path, name: title, entries: entries.sort(inReadingOrder) };
  }

  const root = await folder('', name, places.root, [places.root]);
  return { root, uncounted, leftovers, cut };
}

/** What went while it was looked at, or may not be read, is not there. Anything else is a bug. */
const unlessGone =
  <T>(value: T) =>
  (error: unknown): T => {
    if (codeOf(error) === undefined) throw error;
    return value;
  };

/** Every document of a tree. */
export function* documentsOf(folder: FolderEntry): Generator<DocumentEntry> {
  for (const entry of folder.entries) {
    if (entry.kind === 'document') yield entry;
    else yield* documentsOf(entry);
  }
}

/**
 * The manuscripts of a folder; of the library as a whole, without the folder that finished books are saved
 * into. Who asks for that folder itself gets it.
 */
export function* manuscriptsOf(
  folder: FolderEntry,
  exportsFolder: string | null,
): Generator<DocumentEntry> {
  for (const document of documentsOf(folder)) {
    const isExported = folder.path === '' && document.path.startsWith(`${exportsFolder}/`);
    if (exportsFolder === null || !isExported) yield document;
  }
}
