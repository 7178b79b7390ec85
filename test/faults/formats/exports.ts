import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { partOf, writeBook } from '../../../src/main/formats/write/index.ts';
import { settleLines } from '../../../src/main/formats/write/lines.ts';
import { EPUBCHECK, missingJudge, plainOptions, wordsOf } from '../../helpers/books.ts';
import { temporaryFolder, type Folder } from '../../helpers/understudy.ts';
import { every, skipped, times, type Figure, type Run, type Section } from '../section.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const PACKS = resolve(ROOT, '../shared/corpora/fiction');
const SAMPLE_TEXT = join(ROOT, 'resources/sample-manuscript.md');
const NOVELS = 135;
/** Opening one takes LibreOffice and epubcheck many seconds. */
const SAMPLE = 10;
const formats = ['docx', 'epub', 'html'] as const;
type Judged = (typeof formats)[number];

interface Ended {
  readonly code: number | null;
  readonly out: string;
}

/** A program to its end; what it says on both streams. */
const run = (program: string, args: readonly string[]): Promise<Ended> =>
  new Promise((done) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', (error) => done({ code: null, out: error.message }));
    child.on('close', (code) => done({ code, out: Buffer.concat(chunks).toString() }));
  });

/** Whole novels where they are at hand, else the manuscript that comes with Understudy. */
async function manuscripts(folder: Folder, wanted: number): Promise<readonly string[]> {
  const packs = existsSync(PACKS) ? readdirSync(PACKS).filter((name) => name.endsWith('.xz')) : [];
  const found: string[] = [];
  for (const pack of packs.sort()) {
    if (found.length >= wanted) break;
    const data = join(folder.path, pack.replace(/\W/g, '-'));
    mkdirSync(data);
    await run('tar', ['-xJf', join(PACKS, pack), '-C', data]);
    const fiction = join(data, 'fiction');
    found.push(...readdirSync(fiction).map((name) => join(fiction, name)));
  }
  return found.length === 0 ? [SAMPLE_TEXT] : found.slice(0, wanted);
}

const hasNovels = (files: readonly string[]): boolean => files[0] !== SAMPLE_TEXT;

/** Marks of emphasis may stand within a word. */
const wordsIn = (text: string): string[] => wordsOf(text.replace(/[*_]/g, ''));

/** Null where both have the same words; else where they part. */
function difference(expected: readonly string[], found: readonly string[]): string | null {
  const at = expected.findIndex((word, i) => word !== found[i]);
  if (at === -1 && expected.length === found.length) return null;
  const from = at === -1 ? expected.length : at;
  const around = (words: readonly string[]) =>
    words.slice(Math.max(0, from - 3), from + 4).join(' ');
  return `at word ${from}: "${around(expected)}" became "${around(found)}"`;
}

interface Tally {
  good: number;
  all: number;
  seconds: number;
  bytes: number;
  slowest: number;
}
const empty = (): Tally => ({ good: 0, all: 0, seconds: 0, bytes: 0, slowest: 0 });

/** Other programs may take minutes for a long book on a busy computer: a sign of life, and of what it is at. */
function heartOf({ told }: Run): Disposable & { at: string } {
  const timer = setInterval(() => told(heart.at), 20_000);
  const heart = { at: 'unpacking', [Symbol.dispose]: () => clearInterval(timer) };
  return heart;
}

/** Novels written in every format, and read by programs of other makers. */
export const exports: Section = {
  name: 'exports',
  about:
    'novels are written as .docx, .epub and .html, and other programs read the same words in them',
  short: 0.01,
  among: 0.05,
  async measure(section: Run): Promise<readonly Figure[]> {
    using folder = temporaryFolder();
    using heart = heartOf(section);
    const files = await manuscripts(folder, times(section, NOVELS));
    const noPandoc = missingJudge('pandoc');
    // In a short run they would take the most of it; test/formats/write/judges.test.ts asks them.
    const short = section.share < 0.05 ? 'a short run' : null;
    const noOffice = short ?? missingJudge('soffice');
    const noCheck = short ?? missingJudge('epubcheck');
    const tallies: Record<Judged, Tally> = { docx: empty(), epub: empty(), html: empty() };
    const office = { good: 0, all: 0 };
    const check = { good: 0, all: 0 };
    const findings: string[] = [];
    const find = (name: string, why: string): void => {
      findings.push(`${name}: ${why}`);
      section.told(`${name}: ${why}`);
    };
    const sampled = Math.max(1, Math.ceil(files.length / SAMPLE));
    for (const [i, file] of files.entries()) {
      const name = basename(file).replace(/\.\w+$/, '');
      const text = readFileSync(file, 'utf8');
      const expected = wordsIn(settleLines(text).replace(/^---\n[\s\S]*?\n---\n/, ''));
      const part = partOf(name, text);
      section.told(`${i + 1} of ${files.length}: ${name}`);
      for (const format of formats) {
        const tally = tallies[format];
        const path = join(folder.path, `book.${format}`);
        const before = performance.now();
        const { written } = await writeBook({
          parts: [part],
          format,
          pageSize: 'a4',
          date: new Date(),
          options: { ...plainOptions, fallbackTitle: name, chapterHeadings: false },
        });
        const seconds = (performance.now() - before) / 1000;
        if (written.kind !== 'file') throw new RangeError(`A .${format} is a file`);
        writeFileSync(path, written.bytes);
        tally.seconds += seconds;
        tally.slowest = Math.max(tally.slowest, seconds);
        tally.bytes += written.bytes.length;
        tally.all++;
        if (noPandoc !== null) continue;
        heart.at = `${name}.${format} by pandoc`;
        const { code, out } = await run('pandoc', [path, '-t', 'plain', '--wrap=none']);
        const why = code === 0 ? difference(expected, wordsIn(out)) : out.slice(0, 200);
        if (why === null) tally.good++;
        else find(`${name}.${format}`, why);
      }
      if (i % sampled !== 0) continue;
      if (noOffice === null) {
        office.all++;
        heart.at = `${name} by LibreOffice`;
        const why = await readByOffice(folder, expected);
        if (why === null) office.good++;
        else find(`${name} in LibreOffice`, why);
      }
      if (noCheck === null) {
        heart.at = `${name} by epubcheck`;
        check.all++;
        const { out } = await run('java', ['-jar', EPUBCHECK, join(folder.path, 'book.epub')]);
        if (out.includes('0 fatals / 0 errors / 0 warnings')) check.good++;
        else find(`${name} by epubcheck`, out.slice(0, 300));
      }
    }
    return [
      {
        what: 'texts that were written',
        measured: hasNovels(files)
          ? `${files.length} novels`
          : 'the sample manuscript alone: the novels are not here',
        bar: 'told',
        met: true,
      },
      ...formats.flatMap((format) => figures(format, tallies[format], noPandoc)),
      noOffice === null
        ? every('.docx in which LibreOffice reads the same words', office.good, office.all)
        : skipped('.docx in which LibreOffice reads the same words', noOffice, 'all'),
      noCheck === null
        ? every('.epub without an error or a warning', check.good, check.all)
        : skipped('.epub without an error or a warning', noCheck, 'all'),
    ];
  },
};

function figures(format: Judged, tally: Tally, missing: string | null): readonly Figure[] {
  const what = `.${format} in which pandoc reads the same words`;
  const mean = (sum: number): number => sum / tally.all;
  return [
    missing === null ? every(what, tally.good, tally.all) : skipped(what, missing, 'all'),
    {
      what: `.${format}: seconds and kB for a text, and the slowest`,
      measured: `${mean(tally.seconds).toFixed(2)} s, ${Math.round(mean(tally.bytes) / 1000)} kB, ${tally.slowest.toFixed(1)} s`,
      bar: 'told',
      met: true,
    },
  ];
}

/** Null where LibreOffice reads the same words in the .docx. */
async function readByOffice(folder: Folder, expected: readonly string[]): Promise<string | null> {
  const { code, out } = await run('soffice', [
    `-env:UserInstallation=file://${folder.path}/profile`,
    ...['--headless', '--convert-to', 'txt:Text (encoded):UTF8', '--outdir', folder.path],
    join(folder.path, 'book.docx'),
  ]);
  const text = join(folder.path, 'book.txt');
  if (code !== 0 || !existsSync(text)) return out.slice(0, 200);
  return difference(expected, wordsIn(readFileSync(text, 'utf8')));
}
