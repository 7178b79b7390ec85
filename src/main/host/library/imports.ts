import { Buffer } from 'node:buffer';
import type { ImportStep } from '../../../shared/api/index.ts';
import type { Dropped } from '../../../shared/formats.ts';
import { formatOf, sumOfDropped } from '../../../shared/formats.ts';
import { UserError } from '../../../shared/errors.ts';
import { readAsText } from '../../formats/apart.ts';
import { notReadable } from '../../files/manuscripts.ts';
import { checkedName, cutName, isDocument, titleOf } from './names.ts';

/** A file that was dropped in or chosen; its name has folders where a whole folder was. */
export interface IncomingFile {
  readonly name: string;
  /** In base64. */
  readonly bytes: string;
}

/** A document to be made: the folders it goes into, its name, and what is in it. */
export interface Incoming {
  readonly folders: readonly string[];
  readonly name: string;
  readonly bytes: Buffer;
}

export interface Incomings {
  readonly documents: readonly Incoming[];
  readonly dropped: readonly Dropped[];
}

/**
 * Reads all files before any document is made of them. Text and Markdown stay as they are, byte for byte;
 * manuscripts of other formats become Markdown; a Scrivener project becomes a folder of the draft's
 * documents, numbered in their order. Tells each file before it is read.
 *
 * @throws UserError `text.*`, `document.name`; the reason of the signal once that is aborted
 */
export async function* readIncoming(
  files: readonly IncomingFile[],
  signal: AbortSignal,
): AsyncGenerator<ImportStep, Incomings, void> {
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
      known.push({ name: segments.slice(project + 1).join('/'), bytes: file.bytes });
      projects.set(path, known);
      continue;
    }
    const name = checkedName(cutName(segments.at(-1)!));
    const folders = segments.slice(0, -1).map((segment) => checkedName(cutName(segment)));
    yield step(name);
    done++;
    const bytes = Buffer.from(file.bytes, 'base64');
    if (isDocument(name)) {
      documents.push({ folders, name, bytes });
      continue;
    }
    const format = formatOf(name);
    if (format === null) throw notReadable(name);
    const read = await readAsText({ kind: 'bytes', bytes }, format, 'markdown', name, signal);
    dropped.push(read.dropped);
    const stem = name.replace(/\.[^.]+$/, '');
    documents.push({ folders, name: `${stem}.md`, bytes: Buffer.from(read.text) });
  }
  for (const [path, inside] of projects) {
    yield step(path.split('/').at(-1)!);
    done += inside.length;
    const project = await readProject(path, inside, signal);
    documents.push(...project.documents);
    dropped.push(project.dropped);
  }
  return { documents, dropped: sumOfDropped(dropped) };
}

function segmentsOf(name: string): readonly string[] {
  const segments = name.split(/[\\/]/).filter((segment) => segment !== '');
  if (segments.length > 0) return segments;
  throw new UserError('document.name', 'A file has no name; give it one and try again.');
}

async function readProject(
  path: string,
  inside: readonly IncomingFile[],
  signal: AbortSignal,
): Promise<Incomings> {
  const segments = path.split('/');
  const project = segments.at(-1)!;
  const files = inside.map(({ name, bytes }) => ({
    path: name,
    bytes: Buffer.from(bytes, 'base64'),
  }));
  const read = await readAsText({ kind: 'files', files }, 'scriv', 'markdown', project, signal);
  const parts = read.parts ?? [];
  if (parts.length === 0) {
    throw new UserError('text.empty', `${project} holds no text in its draft; leave it out.`);
  }
  const folders = segments.slice(0, -1).map(checkedName);
  const title = checkedName(project.replace(/\.scriv$/i, ''));
  const digits = String(parts.length).length;
  const documents = parts.map(({ title: part, text }, i): Incoming => {
    const number = String(i + 1).padStart(Math.max(2, digits), '0');
    return {
      folders: [...folders, title],
      name: `${number} ${safeName(part)}.md`,
      bytes: Buffer.from(text),
    };
  });
  const [only] = parts;
  if (parts.length > 1 || !only) return { documents, dropped: read.dropped };
  const whole = { folders, name: `${title}.md`, bytes: Buffer.from(only.text) };
  return { documents: [whole], dropped: read.dropped };
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
