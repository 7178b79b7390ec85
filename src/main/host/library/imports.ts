import { Buffer } from 'node:buffer';
import fs from 'node:fs/promises';
import { join } from 'node:path';
import { MOST_BYTES, type ImportStep } from '../../../shared/api/index.ts';
import type { Dropped } from '../../../shared/formats.ts';
import { formatOf, sumOfDropped } from '../../../shared/formats.ts';
import { UserError } from '../../../shared/errors.ts';
import { readAsText } from '../../formats/apart.ts';
import { codeOf, diskError } from '../../files/atomic.ts';
import { notReadable } from '../../files/manuscripts.ts';
import { assertOpens } from '../documents/index.ts';
import { checkedName, cutName, isDocument, titleOf } from './names.ts';

/** A file that was dropped in or chosen; its name has folders where a whole folder was. */
export interface IncomingFile {
  readonly name: string;
  /** Where its bytes lie. */
  readonly place: string;
}

/** A document to be made: the folders it goes into, its name, and where what is in it lies. */
export interface Incoming {
  readonly folders: readonly string[];
  readonly name: string;
  readonly place: string;
}

export interface ImportOptions {
  /** A folder for what is made of the files, until it is in the library. */
  readonly temporary: string;
  readonly signal: AbortSignal;
}

export interface Incomings {
  readonly documents: readonly Incoming[];
  readonly dropped: readonly Dropped[];
}

/** Texts that were read: on the disk, for many of them may be more than memory should hold. */
class Texts {
  readonly #folder: string;
  #count = 0;
  #bytes = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Gives where it lies. Throws UserError. */
  async put(text: string): Promise<string> {
    const bytes = Buffer.from(text);
    this.#bytes += bytes.length;
    if (this.#bytes > MOST_BYTES) {
      throw new UserError(
        'text.too-large',
        `Those hold more than ${MOST_BYTES >> 20} MB of text; take fewer at once.`,
      );
    }
    const place = join(this.#folder, `text-${this.#count++}`);
    await fs.writeFile(place, bytes, { mode: 0o600 }).catch((error: unknown) => {
      throw diskError(error, place);
    });
    return place;
  }
}

/**
 * Reads all files before any document is made of them. Text and Markdown stay as they are, byte for byte;
 * manuscripts of other formats become Markdown; a Scrivener project becomes a folder of the draft's
 * documents, numbered in their order. Tells each file before it is read.
 *
 * @throws UserError `text.*`, `document.name`, `document.too-large`; the reason of the signal once that is aborted
 */
export async function* readIncoming(
  files: readonly IncomingFile[],
  { temporary, signal }: ImportOptions,
): AsyncGenerator<ImportStep, Incomings, void> {
  const texts = new Texts(temporary);
  const documents: Incoming[] = [];
  const dropped: (readonly Dropped[])[] = [];
  const projects = new Map<string, IncomingFile[]>();
  let done = 0;
  const step = (name: string): ImportStep => {
    signal.throwIfAborted();
    return { doing: 'reading', done, of: files.length, name };
  };
  for (const file of files) {
    const segments = segmentsOf(file.name);
    const project = segments.findIndex((name) => formatOf(name) === 'scriv');
    if (project !== -1 && project < segments.length - 1) {
      const path = segments.slice(0, project + 1).join('/');
      const known = projects.get(path) ?? [];
      known.push({ name: segments.slice(project + 1).join('/'), place: file.place });
      projects.set(path, known);
      continue;
    }
    const name = checkedName(cutName(segments.at(-1)!));
    const folders = segments.slice(0, -1).map((segment) => checkedName(cutName(segment)));
    yield step(name);
    done++;
    const { place } = file;
    if (isDocument(name)) {
      assertOpens(name, await sizeOf(name, place));
      documents.push({ folders, name, place });
      continue;
    }
    const format = formatOf(name);
    if (format === null) throw notReadable(name);
    const source = { kind: 'path', path: place } as const;
    const read = await readAsText(source, format, 'markdown', name, signal);
    dropped.push(read.dropped);
    const stem = name.replace(/\.[^.]+$/, '');
    documents.push({ folders, name: `${stem}.md`, place: await texts.put(read.text) });
  }
  for (const [path, inside] of projects) {
    yield step(path.split('/').at(-1)!);
    done += inside.length;
    const project = await readProject(path, inside, texts, signal);
    documents.push(...project.documents);
    dropped.push(project.dropped);
  }
  return { documents, dropped: sumOfDropped(dropped) };
}

async function sizeOf(name: string, place: string): Promise<number> {
  try {
    return (await fs.stat(place)).size;
  } catch (error) {
    throw new UserError(
      'text.unreadable',
      `${name} cannot be read (${codeOf(error) ?? String(error)}); drop it in again.`,
      { cause: error },
    );
  }
}

function segmentsOf(name: string): readonly string[] {
  const segments = name.split(/[\\/]/).filter((segment) => segment !== '');
  if (segments.length > 0) return segments;
  throw new UserError('document.name', 'A file has no name; give it one and try again.');
}

async function readProject(
  path: string,
  inside: readonly IncomingFile[],
  texts: Texts,
  signal: AbortSignal,
): Promise<Incomings> {
  const segments = path.split('/');
  const project = segments.at(-1)!;
  const files = inside.map(({ name, place }) => ({ path: name, place }));
  const read = await readAsText({ kind: 'files', files }, 'scriv', 'markdown', project, signal);
  const parts = read.parts ?? [];
  if (parts.length === 0) {
    throw new UserError('text.empty', `${project} holds no text in its draft; leave it out.`);
  }
  const folders = segments.slice(0, -1).map(checkedName);
  const title = checkedName(project.replace(/\.scriv$/i, ''));
  const digits = String(parts.length).length;
  const { dropped } = read;
  const [first, ...others] = parts;
  if (first && others.length === 0) {
    const whole = { folders, name: `${title}.md`, place: await texts.put(first.text) };
    return { documents: [whole], dropped };
  }
  const documents: Incoming[] = [];
  for (const [i, { title: part, text }] of parts.entries()) {
    const number = String(i + 1).padStart(Math.max(2, digits), '0');
    documents.push({
      folders: [...folders, title],
      name: `${number} ${safeName(part)}.md`,
      place: await texts.put(text),
    });
  }
  return { documents, dropped };
}

/** A title as a part of a file's name. */
function safeName(title: string): string {
  const name = titleOf(title)
    .replace(/[<>:"/\\|?*\0-\x1f\x7f]+/g, ' ')
    .replace(/\s+/g, ' ')
    .slice(0, 60)
    .replace(/[. ]+$/, '')
    .trim();
  return name === '' ? 'Untitled' : name;
}
