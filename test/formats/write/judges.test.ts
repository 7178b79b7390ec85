/** What programs of other makers read in our files. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readAsText } from '../../../src/main/formats/index.ts';
import type { BookFormat } from '../../../src/shared/books.ts';
import { epubcheck, missingJudge, wordsOf, written } from '../../helpers/books.ts';
import { temporaryFolder, type Folder } from '../../helpers/understudy.ts';
import { chapter, everything, hostile } from './texts.ts';

const why = (missing: string | null): string => (missing === null ? '' : ` (skipped: ${missing})`);

async function file(
  folder: Folder,
  format: BookFormat,
  texts = everything as Parameters<typeof written>[0],
) {
  const path = join(folder.path, `book.${format}`);
  writeFileSync(
    path,
    await written(texts, format, { title: 'Tides', author: 'Ada', titlePage: true }),
  );
  return path;
}

const pandoc = (path: string, to: string): string => {
  const { stdout, status, stderr } = spawnSync('pandoc', [path, '-t', to, '--wrap=none'], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return stdout;
};

const noPandoc = missingJudge('pandoc');
describe.skipIf(noPandoc !== null)(`pandoc${why(noPandoc)}`, () => {
  test.each(['docx', 'epub', 'html'] as const)(
    'reads the words of a .%s in their order',
    async (format) => {
      using folder = temporaryFolder();
      const text = pandoc(await file(folder, format), 'plain');
      const words = wordsOf(text).join(' ');
      for (const piece of [
        'There was a letter said Marion and then there was not a letter',
        'In the morning the tide had gone out Sir I regret it I regret it very much O the sea she is wide and the sea she is deep',
        'A Smaller Heading The end',
        'It was b grey b wide',
        'It was a good clock',
      ]) {
        expect(words).toContain(piece);
      }
    },
  );

  test.each(['docx', 'epub'] as const)(
    'sees headings, emphasis, lists, quotes, tables and notes in a .%s',
    async (format) => {
      using folder = temporaryFolder();
      const markdown = pandoc(await file(folder, format), 'markdown');
      expect(markdown).toMatch(/^# The Letter/m);
      expect(markdown).toMatch(/^## A Smaller Heading/m);
      expect(markdown).toContain('*not*');
      expect(markdown).toContain('**gone**');
      expect(markdown).toMatch(/^> I regret it \*very\* much\./m);
      expect(markdown).toMatch(/^1\. +a clock;/m);
      expect(markdown).toMatch(/^ +- +left/m);
      expect(markdown).toMatch(/high +6\.12/);
      expect(markdown).toContain('[the almanac](https://example.org/?a=1&b=2)');
      if (format === 'docx') expect(markdown).toMatch(/^\[\^1\]: It was a \*good\* clock\./m);
    },
  );
});

const noOffice = missingJudge('soffice');
describe.skipIf(noOffice !== null)(`LibreOffice${why(noOffice)}`, () => {
  test('opens a .docx and gives the same words, emphasis and notes back', async () => {
    using folder = temporaryFolder();
    const path = await file(folder, 'docx');
    const { status } = spawnSync(
      'soffice',
      [
        `-env:UserInstallation=file://${folder.path}/profile`,
        ...['--headless', '--convert-to', 'odt', '--outdir', folder.path, path],
      ],
      { stdio: 'ignore' },
    );
    expect(status).toBe(0);
    const [content] = spawnSync('unzip', ['-p', join(folder.path, 'book.odt'), 'content.xml'], {
      encoding: 'utf8',
    }).output.filter((text) => typeof text === 'string' && text !== '');
    expect(content).toMatch(/<text:note [^>]*text:note-class="footnote">.*It was a .*good/s);
    expect(content).toMatch(/text:outline-level="1"[^>]*>(?:<[^>]*>)*The Letter/);
    expect(content).toMatch(/<text:list /);
    const words = wordsOf(content!.replace(/<[^>]*>/g, ' ')).join(' ');
    expect(words).toContain('there was not a letter');
    expect(words).toContain('In the morning the tide had gone out Sir I regret it');
  });
});

/** What a .docx does not keep of the chapter, or says in another way, and why. */
const differences: readonly (readonly [string, string, string])[] = [
  [
    '~~or not~~',
    'or not',
    'what is struck out is read as text: the formats that writers use have no sign for it',
  ],
  ['`code`', 'code', 'a typeface of one width is only a look, and read as text'],
  ['a\\\nhard', 'a  \nhard', 'the other way to write a line break'],
  [
    'wide\n  and the sea',
    'wide  \nand the sea',
    'lines of verse are broken by breaks, and their indent is a look',
  ],
  [
    'Of *three*',
    'Of three',
    'headings of the third level are in italics, in which emphasis is not seen',
  ],
  ['| :--- | ---: |', '| - | - |', 'how the columns of a table are set is a look'],
  ['a=1&b=2', 'a=1\\&b=2', 'the same address: the sign is escaped'],
];

describe.skipIf(noOffice !== null)(`LibreOffice as a writer${why(noOffice)}`, () => {
  test.each([
    ['odt', 'odt', 'en-GB'],
    // It writes the language of the computer into what it makes.
    ['docx', 'docx:MS Word 2007 XML', null],
  ] as const)(
    'saves a chapter as .%s and loses nothing of it',
    async (format, filter, language) => {
      using folder = temporaryFolder();
      const path = await file(folder, 'docx', { 'The Letter': chapter });
      const out = join(folder.path, 'out');
      const { status } = spawnSync(
        'soffice',
        [
          `-env:UserInstallation=file://${folder.path}/profile`,
          ...['--headless', '--convert-to', filter, '--outdir', out, path],
        ],
        { stdio: 'ignore' },
      );
      expect(status).toBe(0);
      const source = { kind: 'path', path: join(out, `book.${format}`) } as const;
      const { text, dropped } = await readAsText(source, format, 'markdown', 'book');
      const expected = differences.reduce((whole, [from, to]) => {
        expect(whole).toContain(from);
        return whole.replace(from, to);
      }, chapter);
      const [, tag] = /^lang: "(.*)"\n/m.exec(text) ?? [];
      if (language !== null) expect(tag).toBe(language);
      expect(text).toBe(`---\ntitle: "Tides"\nauthor: "Ada"\nlang: "${tag}"\n---\n\n${expected}`);
      expect(dropped).toEqual([]);
    },
    60_000,
  );
});

const noEpubcheck = missingJudge('epubcheck');
describe.skipIf(noEpubcheck !== null)(`epubcheck${why(noEpubcheck)}`, () => {
  test('finds no errors and no warnings, whatever stands in the text', async () => {
    using folder = temporaryFolder();
    const texts = {
      ...everything,
      hostile,
      'verse & "quotes"': 'a\n  b\nc\n\n> d\n> e\n\n- [ ] f\n',
    };
    expect(epubcheck(await file(folder, 'epub', texts))).toContain(
      '0 fatals / 0 errors / 0 warnings',
    );
    expect(epubcheck(await file(folder, 'epub', 'One line.'))).toContain(
      '0 fatals / 0 errors / 0 warnings',
    );
    expect(readFileSync(join(folder.path, 'book.epub')).length).toBeGreaterThan(1000);
  });
});
