import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as yauzl from 'yauzl';
import {
  assemble,
  partOf,
  writeBook,
  type Assembled,
  type BookOptions,
} from '../../src/main/formats/write/index.ts';
import type { BookFormat } from '../../src/shared/books.ts';

export const plainOptions: BookOptions = {
  title: null,
  author: null,
  language: null,
  titlePage: false,
  chapterHeadings: true,
  fallbackTitle: 'Untitled',
  fallbackLanguage: 'en-GB',
};

/** Documents by name: their text is Markdown. A single text is named "Document". */
export type Texts = string | Readonly<Record<string, string>>;

const partsOf = (texts: Texts) =>
  Object.entries(typeof texts === 'string' ? { Document: texts } : texts).map(([name, text]) =>
    partOf(name, text),
  );

/** A book of texts; without a title page where none is asked for. */
export const bookOf = (texts: Texts, options: Partial<BookOptions> = {}): Assembled =>
  assemble(partsOf(texts), { ...plainOptions, ...options });

export const DATE = new Date('2026-11-25T09:30:00Z');

/** The bytes of a book in a format; of a PDF the page that is printed. */
export async function written(
  texts: Texts,
  format: BookFormat,
  options: Partial<BookOptions> = {},
): Promise<Buffer> {
  const { written } = await writeBook({
    parts: partsOf(texts),
    format,
    pageSize: 'a4',
    date: DATE,
    options: { ...plainOptions, ...options },
  });
  return written.kind === 'page' ? Buffer.from(written.html) : Buffer.from(written.bytes);
}

export interface ZipEntry {
  readonly name: string;
  readonly stored: boolean;
  readonly extra: number;
  readonly content: Buffer;
}

/** The entries of a zip in their order. */
export async function unzip(bytes: Buffer): Promise<readonly ZipEntry[]> {
  const zip = await yauzl.fromBufferPromise(bytes);
  const entries: ZipEntry[] = [];
  for await (const entry of zip.eachEntry()) {
    const chunks: Buffer[] = [];
    const stream = await zip.openReadStreamPromise(entry);
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    entries.push({
      name: entry.fileName,
      stored: entry.compressionMethod === 0,
      extra: entry.extraFields.length,
      content: Buffer.concat(chunks),
    });
  }
  return entries;
}

/** The text of an entry. Throws where there is none. */
export async function entryText(bytes: Buffer, name: string): Promise<string> {
  const found = (await unzip(bytes)).find((entry) => entry.name === name);
  if (!found) throw new RangeError(`There is no ${name}`);
  return found.content.toString();
}

/** Why a program of another maker cannot judge here; null where it can. */
export function missingJudge(
  program: 'pandoc' | 'soffice' | 'epubcheck' | 'pdftotext',
): string | null {
  if (program === 'epubcheck') {
    if (existsSync(EPUBCHECK) && runs('java', '-version')) return null;
    return `epubcheck is not installed (apt-get install epubcheck)`;
  }
  const packages = { pandoc: 'pandoc', soffice: 'libreoffice-writer', pdftotext: 'poppler-utils' };
  if (runs(program, program === 'pdftotext' ? '-v' : '--version')) return null;
  return `${program} is not installed (apt-get install ${packages[program]})`;
}

const runs = (program: string, flag: string): boolean =>
  spawnSync(program, [flag], { stdio: 'ignore' }).error === undefined;

/** Debian's program is the archive itself. */
export const EPUBCHECK = '/usr/bin/epubcheck';

/** What epubcheck says of a file. */
export function epubcheck(file: string): string {
  const { stdout, stderr } = spawnSync('java', ['-jar', EPUBCHECK, file], { encoding: 'utf8' });
  return stdout + stderr;
}

/** Words of a text, whatever stands between them. */
export const wordsOf = (text: string): string[] =>
  text.normalize('NFC').match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];
