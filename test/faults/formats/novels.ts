import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { isUserError } from '../../../src/shared/errors.ts';
import { readAsText } from '../../../src/main/formats/index.ts';
import { corporaAt, corporaIn } from '../../bench/corpora.ts';
import { temporaryFolder } from '../../helpers/understudy.ts';
import { skipped, times, type Figure, type Section } from '../section.ts';
import { difference, htmlOf, wordsOf, wordsOfNovel } from './novel.ts';

const formats = ['docx', 'odt', 'epub', 'rtf', 'html'] as const;
type Format = (typeof formats)[number];

const execute = promisify(execFile);

const works = (program: string): Promise<boolean> =>
  execute(program, ['--version']).then(
    () => true,
    () => false,
  );

/** One novel in this many is written by LibreOffice too, which takes its time. */
const SAMPLE = 15;

/** Milliseconds that another program may take for a novel. */
const LONGEST = 600_000;

/** A file of another program's making. */
type Writer = (source: string, format: Format, folder: string) => Promise<string>;

const pandoc: Writer = async (source, format, folder) => {
  const out = join(folder, `novel.${format}`);
  const args = ['-f', 'html', '-s', '--wrap=none', source, '-o', out];
  await execute('pandoc', args, { timeout: LONGEST });
  return out;
};

/** From pandoc's .docx, for LibreOffice reads HTML as a page of the web. */
const libreOffice: Writer = async (source, format, folder) => {
  const profile = pathToFileURL(join(folder, 'profile')).href;
  const out = join(folder, 'office');
  await mkdir(out, { recursive: true });
  const args = [`-env:UserInstallation=${profile}`, '--headless', '--convert-to', format];
  await execute('soffice', [...args, '--outdir', out, source], { timeout: LONGEST });
  const written = join(out, `${basename(source, '.docx')}.${format}`);
  const kept = join(folder, `office.${format}`);
  await rename(written, kept);
  return kept;
};

interface Count {
  novels: number;
  words: number;
  same: number;
  slowest: number;
  readonly found: string[];
}

/** Every novel of the corpora, written by other programs, has the same words when it is read here. */
export const novels: Section = {
  name: 'novels',
  about: 'novels that other programs wrote in each format are read with the same words',
  short: 0.005,
  among: 0.05,
  async measure(run) {
    const what = 'novels with the same words';
    if (!(await works('pandoc'))) return [skipped(what, 'pandoc is not installed', 'all')];
    if (corporaAt() === null) return [skipped(what, 'the corpora are not here', 'all')];
    const office = run.share >= 0.05 && (await works('soffice'));
    using folder = temporaryFolder();
    const { novels: shelf } = corporaIn(folder.path);
    const fiction = (await readdir(shelf)).sort().map((name) => join(shelf, name));
    const counts = new Map<string, Count>();
    const files = fiction.slice(0, times(run, fiction.length));
    for (const [i, file] of files.entries()) {
      const text = await readFile(file, 'utf8');
      const source = join(folder.path, 'source.html');
      await writeFile(source, htmlOf(text));
      const wanted = wordsOfNovel(text);
      const check = async (by: string, write: Writer, from: string, format: Format) => {
        const count = countOf(counts, `${by} ${format}`);
        // A long novel on a busy computer takes its writer minutes; it has a limit of its own.
        const waiting = setInterval(() => run.told(`${basename(file)}: ${by} at work`), 30_000);
        const written = await write(from, format, folder.path);
        clearInterval(waiting);
        count.novels++;
        count.words += wanted.length;
        const began = performance.now();
        const why = await readAgain(written, format, wanted);
        count.slowest = Math.max(count.slowest, performance.now() - began);
        run.told(`${basename(file)} as ${format} by ${by}: ${why ?? 'the same words'}`);
        if (why === null) count.same++;
        else count.found.push(`${basename(file)}: ${why}`);
        // LibreOffice begins with pandoc's .docx.
        if (!written.endsWith('novel.docx')) await rm(written);
      };
      await Promise.all(formats.map((format) => check('pandoc', pandoc, source, format)));
      if (!office || i % SAMPLE !== 0) continue;
      const docx = join(folder.path, 'novel.docx');
      for (const format of formats) await check('LibreOffice', libreOffice, docx, format);
    }
    return [...counts].map(([name, count]) => figureOf(name, count));
  },
};

function countOf(counts: Map<string, Count>, name: string): Count {
  const known = counts.get(name);
  if (known) return known;
  const count: Count = { novels: 0, words: 0, same: 0, slowest: 0, found: [] };
  counts.set(name, count);
  return count;
}

async function readAgain(
  path: string,
  format: Format,
  wanted: readonly string[],
): Promise<string | null> {
  if (!existsSync(path)) return 'it was not written';
  try {
    const { text } = await readAsText({ kind: 'path', path }, format, 'plain', basename(path));
    return difference(wanted, wordsOf(text));
  } catch (error) {
    if (isUserError(error)) return error.message;
    throw error;
  }
}

const figureOf = (name: string, { novels: all, same, words, slowest, found }: Count): Figure => ({
  what: `${name}: novels with the same words`,
  measured:
    found.length === 0
      ? `${same}/${all}, ${words.toLocaleString('en')} words, slowest ${(slowest / 1000).toFixed(1)} s`
      : `${same}/${all}: ${found[0]!}`,
  bar: 'all',
  met: same === all,
});
