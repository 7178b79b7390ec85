/** Reads manuscripts of all formats. Runs in the thread of ../worker.ts, which can be ended at any time. */
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Format } from '../../../shared/formats.ts';
import { decodeText } from '../decode-text.ts';
import { proseFromMarkdown } from '../front-matter.ts';
import { limits } from '../limits.ts';
import type { Reading } from '../prose.ts';
import { hostile, Refusal } from '../refusal.ts';
import { decodeHtml } from './decode-html.ts';
import { docxPart, readDocx } from './docx.ts';
import { readEpub } from './epub.ts';
import { readHtml } from './html.ts';
import { readOdt } from './odt.ts';
import { proseOfText } from './plain.ts';
import { readRtf } from './rtf.ts';
import { readScrivener, type Folder, type ScrivenerPart } from './scrivener.ts';
import { contentOf } from './sniff.ts';
import { openZip, type Zip } from './zip.ts';

export interface Read extends Reading {
  /** Documents that it falls into, where it is a project of several. */
  readonly parts: readonly ScrivenerPart[] | null;
}

/** A file on the disk, or the bytes of one; a Scrivener project is a folder, or its files and where they lie. */
export type Source =
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  | { readonly kind: 'files'; readonly files: ReadonlyMap<string, string> };

/**
 * Reads a manuscript by what it holds; `format` is what its name says.
 *
 * @throws Refusal, and errors of the system where it cannot be opened
 */
export async function readManuscript(source: Source, format: Format): Promise<Read> {
  if (format === 'scriv') return readScrivener(folderOf(source));
  const reading = await readOne(source, format);
  if (!holdsText(reading)) {
    throw new Refusal('text.empty', 'holds no text; leave it out or choose another file.');
  }
  const { prose, dropped } = reading;
  return { prose: { ...prose, language: languageOf(prose.language) }, dropped, parts: null };
}

/** "C" and "und" are what programs say that do not know. */
const languageOf = (tag: string | null): string | null =>
  tag !== null && /^[a-z]{2,3}(?:[-_][a-z0-9]+)*$/i.test(tag) && !/^(?:und|zxx|mul)\b/i.test(tag)
    ? tag.replaceAll('_', '-')
    : null;

const holdsText = ({ prose }: Reading): boolean =>
  prose.body.children.some(({ type }) => type !== 'thematicBreak') || prose.title !== null;

async function readOne(source: Source, format: Format): Promise<Reading> {
  const head = await headOf(source);
  const content = contentOf(head, format);
  if (content === 'zip') {
    const zip = await openZip(source.kind === 'path' ? source.path : head);
    try {
      return await readPacked(zip);
    } finally {
      zip.close();
    }
  }
  const limit = content === 'rtf' ? limits.rtfFile : limits.htmlFile;
  const bytes = await wholeOf(source, head, limit);
  switch (content) {
    case 'rtf':
      return readRtf(bytes);
    case 'html':
      return readHtml(await decodeHtml(bytes));
    case 'text': {
      if (format !== 'md' && format !== 'txt') throw notWhatItSays(format);
      const decoded = await decodeText(bytes);
      if (decoded.kind !== 'text')
        throw new Refusal('text.binary', 'is not plain text; choose another file.');
      if (format === 'md') return { prose: proseFromMarkdown(decoded.text), dropped: [] };
      const body = proseOfText(decoded.text);
      return { prose: { title: null, author: null, language: null, body }, dropped: [] };
    }
  }
}

const notWhatItSays = (format: Format): Refusal =>
  new Refusal(
    'text.unsupported',
    `is named .${format} and is something else; open it in the program it was made with and save it again.`,
  );

async function readPacked(zip: Zip): Promise<Reading> {
  const mimetype = (await zip.read('mimetype'))?.toString('latin1', 0, 200).trim() ?? '';
  if (mimetype === 'application/epub+zip' || zip.has('META-INF/container.xml'))
    return readEpub(zip);
  if (mimetype.startsWith('application/vnd.oasis.opendocument.text')) return readOdt(zip);
  if (zip.has('[Content_Types].xml')) {
    const part = await docxPart(zip);
    if (part !== null) return readDocx(zip, part);
  }
  if (mimetype === '' && zip.has('content.xml')) return readOdt(zip);
  throw new Refusal(
    'text.unsupported',
    'is no text document; choose a .docx, .odt, .epub, .rtf, .html, .md or .txt file.',
  );
}

/** Enough of a file to tell what it is; all of it where it is in memory. */
async function headOf(source: Source): Promise<Buffer> {
  if (source.kind === 'files') throw new RangeError('Only Scrivener projects are folders');
  const size = source.kind === 'bytes' ? source.bytes.length : 0;
  if (size > limits.packedFile) throw tooLarge(limits.packedFile);
  if (source.kind === 'bytes') return source.bytes;
  const file = await open(source.path);
  try {
    const { size: length } = await file.stat();
    if (length > limits.packedFile) throw tooLarge(limits.packedFile);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(1 << 16), 0, 1 << 16, 0);
    const head = buffer.subarray(0, bytesRead);
    // A document of Office before 2007 lists its parts anywhere: the small ones are locked new ones.
    if (head[0] !== 0xd0 || length > 64 * 2 ** 20) return head;
    return await file.readFile();
  } finally {
    await file.close();
  }
}

async function wholeOf(source: Source, head: Buffer, limit: number): Promise<Buffer> {
  if (source.kind === 'path') return readWhole(source.path, limit, () => tooLarge(limit));
  if (head.length > limit) throw tooLarge(limit);
  return head;
}

/** A file is measured before it is read: nothing larger comes into memory. */
async function readWhole(path: string, limit: number, refusal: () => Refusal): Promise<Buffer> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    if (size > limit) throw refusal();
    return await file.readFile();
  } finally {
    await file.close();
  }
}

const tooLarge = (limit: number): Refusal =>
  new Refusal(
    'text.too-large',
    `is larger than ${limit / 2 ** 20} MB; split it, or take its pictures out.`,
  );

const partTooLarge = (limit: number): Refusal =>
  new Refusal(
    'text.too-large',
    `holds a file of more than ${Math.floor(limit / 2 ** 20)} MB; split that document in Scrivener, or take its pictures out.`,
  );

function folderOf(source: Source): Folder {
  if (source.kind === 'files') {
    return {
      names: () => Promise.resolve([...source.files.keys()]),
      async read(path, limit) {
        const place = source.files.get(path);
        return place === undefined ? null : readWhole(place, limit, () => partTooLarge(limit));
      },
    };
  }
  if (source.kind === 'bytes') {
    throw new Refusal(
      'text.unsupported',
      'is no folder, as a Scrivener project is; choose the whole folder.',
    );
  }
  const root = source.path;
  return {
    async names() {
      const names: string[] = [];
      const search = async (folder: string, depth: number): Promise<void> => {
        for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
          const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
          if (entry.isFile()) names.push(path);
          // Links may lead anywhere; a project has none.
          else if (entry.isDirectory() && depth < 4) await search(path, depth + 1);
          if (names.length > limits.entries) {
            throw hostile(`holds more than ${limits.entries.toLocaleString('en')} files`);
          }
        }
      };
      await search('', 0);
      return names;
    },
    read: (path, limit) => readWhole(join(root, path), limit, () => partTooLarge(limit)),
  };
}
