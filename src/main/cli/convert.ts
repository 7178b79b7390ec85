import { readFile, realpath, stat } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Option, type Command } from 'commander';
import {
  bookFormatOf,
  bookFormats,
  pageSizeOf,
  pageSizes,
  type BookFormat,
  type PageSize,
} from '../../shared/books.ts';
import { UserError } from '../../shared/errors.ts';
import { droppedWords, sumOfDropped, type Dropped } from '../../shared/formats.ts';
import { bytes } from './format.ts';
import { onInterrupt } from './interrupt.ts';
import type { Output } from './output.ts';

interface ConvertFlags {
  readonly to?: BookFormat;
  readonly title?: string;
  readonly author?: string;
  readonly language?: string;
  readonly titlePage?: boolean;
  readonly chapterHeadings: boolean;
  readonly pageSize?: PageSize;
  readonly force?: true;
  readonly json?: true;
}

/** What standard output takes: text. */
const toStandardOutput: readonly BookFormat[] = ['md', 'txt', 'html'];

/** `understudy convert`: manuscripts to a book. */
export function addConvert(program: Command, output: Output): void {
  program
    .command('convert')
    .summary('make a book of manuscripts')
    .description(
      'Makes one book of manuscripts, or of a folder of them in reading order, in the format that the ' +
        'ending of its name says: .docx, .epub, .pdf, .html, .md or .txt.',
    )
    .usage('[options] <in...> <out>')
    .argument(
      '<in...>',
      'manuscripts, or folders of them, and last the file to write; "-" for standard output',
    )
    .addOption(new Option('--to <format>', 'the format, for standard output').choices(bookFormats))
    .option('--title <text>', 'title of the book (default: what the text says, else the name)')
    .option('--author <text>', 'who wrote it (default: what the text says)')
    .option(
      '--language <tag>',
      'language of the text, as in en-GB (default: what the text says, else yours)',
    )
    .option(
      '--title-page',
      'begin with a title page (default: for books of several documents, or with a title)',
    )
    .option('--no-title-page', 'begin with the text')
    .option('--no-chapter-headings', 'give documents without a heading none')
    .addOption(
      new Option(
        '--page-size <paper>',
        'paper of .docx, .pdf and .html (default: as it is usual where you are)',
      ).choices(pageSizes),
    )
    .option('--force', 'replace the file if it is there')
    .option('--json', 'print one JSON line: event, file, bytes, documents, dropped')
    .action(async (paths: string[], flags: ConvertFlags) => convert(paths, flags, output));
}

/** Aborts between two pieces of work, and lets a Ctrl+C be heard. */
async function breath(signal: AbortSignal): Promise<void> {
  await nextTurn();
  signal.throwIfAborted();
}

async function convert(
  paths: readonly string[],
  flags: ConvertFlags,
  output: Output,
): Promise<void> {
  const [inputs, out] = [paths.slice(0, -1), paths.at(-1)!];
  if (inputs.length === 0) {
    throw new UserError(
      'usage',
      `Name the file to write, too: understudy convert ${out} book.docx`,
    );
  }
  const format = formatFor(out, flags);
  const interrupt = onInterrupt(output, '');
  try {
    const { signal } = interrupt;
    const { findInputs, readInput, fallbackTitle } = await import('./convert-inputs.ts');
    const files = await findInputs(inputs);
    await assertFree(out, inputs, files, flags);
    const copy = await plainCopy(files, format, flags);
    const dropped: Dropped[] = [];
    let content = copy;
    if (content === null) {
      const parts = [];
      for (const file of files) {
        const { part, dropped: lost } = await readInput(file);
        parts.push(part);
        dropped.push(...lost);
        await breath(signal);
      }
      const { titleOf, writeBook } = await import('../formats/write/index.ts');
      const locale = Intl.DateTimeFormat().resolvedOptions().locale;
      const { written, dropped: lost } = await writeBook({
        parts,
        format,
        pageSize: flags.pageSize ?? pageSizeOf(locale),
        date: new Date(),
        options: {
          title: flags.title ?? null,
          author: flags.author ?? null,
          language: languageOf(flags),
          titlePage:
            flags.titlePage ??
            wantsTitlePage(format, flags, parts.length > 1 || titleOf(parts[0]!) !== null),
          chapterHeadings: flags.chapterHeadings,
          fallbackTitle: fallbackTitle(inputs),
          fallbackLanguage: locale,
        },
      });
      dropped.push(...lost);
      await breath(signal);
      content = written.kind === 'file' ? written.bytes : await printed(written.html, signal);
    }
    await breath(signal);
    await write(out, content, flags, output);
    tell(out, content.length, files.length, sumOfDropped([dropped]), flags, output);
  } catch (error) {
    if (!interrupt.signal.aborted) throw error;
    throw new UserError('generation.cancelled', `Stopped; ${out} was not written.`, {
      cause: error,
    });
  } finally {
    interrupt.dispose();
  }
}

async function printed(html: string, signal: AbortSignal): Promise<Uint8Array> {
  const { printWithChromium } = await import('../formats/print/index.ts');
  return printWithChromium(html, signal);
}

function formatFor(out: string, { to }: ConvertFlags): BookFormat {
  if (out === '-') {
    if (to !== undefined && toStandardOutput.includes(to)) return to;
    throw new UserError(
      'usage',
      `Standard output takes ${toStandardOutput.map((format) => `--to ${format}`).join(', ')}; name a file for other formats.`,
    );
  }
  const format = to ?? bookFormatOf(out);
  if (format !== null) return format;
  throw new UserError(
    'usage',
    `${out} does not say what to write; name it .docx, .epub, .pdf, .html, .md or .txt.`,
  );
}

/** Throws UserError `document.exists`, `usage`. */
async function assertFree(
  out: string,
  inputs: readonly string[],
  files: readonly string[],
  { force }: ConvertFlags,
): Promise<void> {
  if (out === '-') return;
  const info = await stat(out).catch(() => null);
  if (info === null) return;
  if (info.isDirectory()) {
    throw new UserError('usage', `${out} is a folder; name the file to write last.`);
  }
  const real = await realpath(out);
  const sources = await Promise.all([...inputs, ...files].map((path) => realpath(path)));
  if (sources.includes(real)) {
    throw new UserError(
      'usage',
      `${out} is one of the manuscripts; choose another name for the book.`,
    );
  }
  if (!force) {
    throw new UserError(
      'document.exists',
      `${out} is there already; choose another name, or add --force.`,
    );
  }
}

/** One document that is Markdown stays as it is, to the last byte, unless something else is asked for. */
async function plainCopy(
  files: readonly string[],
  format: BookFormat,
  { title, author, language, titlePage }: ConvertFlags,
): Promise<Uint8Array | null> {
  const [only] = files;
  const asked = title ?? author ?? language ?? (titlePage === true ? 'title page' : undefined);
  if (files.length !== 1 || format !== 'md' || asked !== undefined) return null;
  if (only === undefined || bookFormatOf(only) !== 'md') return null;
  const { readManuscript } = await import('../files/manuscripts.ts');
  // It must be a text, and say so where it is not.
  await readManuscript(only);
  return readFile(only);
}

/** A book has a title page where it is one by its parts or its title; plain text needs it to be asked for. */
function wantsTitlePage(format: BookFormat, { title }: ConvertFlags, isBook: boolean): boolean {
  if (format === 'md' || format === 'txt') return title !== undefined;
  return isBook || title !== undefined;
}

/** Throws UserError `usage` for what is no language. */
function languageOf({ language }: ConvertFlags): string | null {
  if (language === undefined) return null;
  try {
    return Intl.getCanonicalLocales(language)[0] ?? null;
  } catch (error) {
    throw new UserError(
      'usage',
      `--language is "${language}"; it must be a tag such as en or en-GB.`,
      {
        cause: error,
      },
    );
  }
}

async function write(
  out: string,
  content: Uint8Array,
  { force }: ConvertFlags,
  output: Output,
): Promise<void> {
  if (out === '-') return output.out(Buffer.from(content).toString());
  const { codeOf, createDurably, diskError, writeAtomic } = await import('../files/atomic.ts');
  if (force) return writeAtomic(out, [content]);
  try {
    await createDurably(out, [content]);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw diskError(error, out);
    throw new UserError(
      'document.exists',
      `${out} is there already; choose another name, or add --force.`,
      {
        cause: error,
      },
    );
  }
}

function tell(
  out: string,
  length: number,
  documents: number,
  dropped: readonly Dropped[],
  { json }: ConvertFlags,
  output: Output,
): void {
  if (json && out !== '-')
    output.json({ event: 'converted', file: out, bytes: length, documents, dropped });
  if (dropped.length > 0 && !json) {
    output.note(`Left out: ${dropped.map(droppedWords).join(', ')}.\n`);
  }
  if (json || out === '-') return;
  const from = documents === 1 ? '' : `, of ${documents} documents`;
  output.out(`${out} is written (${bytes(length)}${from}).\n`);
}
