import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { findChromium } from '../../src/main/formats/print/index.ts';
import { entryText, unzip } from '../helpers/books.ts';
import {
  jsonLines,
  prose,
  start,
  temporaryFolder,
  understudy,
  type Folder,
} from '../helpers/understudy.ts';

const chromium = await findChromium();

let folder: Folder;
let cwd: string;
beforeEach(() => {
  folder = temporaryFolder();
  cwd = folder.path;
});
afterEach(() => {
  vi.unstubAllEnvs();
  folder[Symbol.dispose]();
});

const read = (name: string): Buffer => readFileSync(join(cwd, name));

describe('one manuscript', () => {
  test('is written in the format that the ending says', async () => {
    folder.write('fog.md', '# The Fog\n\nIt *came*.\n');
    for (const ending of ['docx', 'epub', 'html', 'txt']) {
      const { code, out, err } = await understudy(cwd, ['convert', 'fog.md', `fog.${ending}`]);
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(out).toMatch(new RegExp(`^fog\\.${ending} is written \\(.* k?B\\)\\.\\n$`));
    }
    expect(await entryText(read('fog.docx'), 'word/document.xml')).toContain('came');
    expect(read('fog.html').toString()).toContain('<em>came</em>');
    expect(read('fog.txt').toString()).toBe('The Fog\n\nIt came.\n');
  });

  test('that is Markdown stays as it is to the last byte', async () => {
    const bytes = Buffer.from(
      '\ufeff---\r\ntitle: x\r\n---\r\n\r\nSetext\r\n===\r\n* a\r\n\r\n\r\nend',
    );
    folder.write('a.md', bytes);
    expect((await understudy(cwd, ['convert', 'a.md', 'b.md'])).code).toBe(0);
    expect(read('b.md').equals(bytes)).toBe(true);
  });

  test('goes to standard output for a pipe, and remarks go beside it', async () => {
    folder.write('fog.md', '# Fog\n\nIt *came* ![x](y.png).\n');
    const { code, out, err } = await understudy(cwd, ['convert', 'fog.md', '-', '--to', 'txt']);
    expect({ code, out, err }).toEqual({
      code: 0,
      out: 'Fog\n\nIt came .\n',
      err: 'Left out: 1 image.\n',
    });
  });
});

describe('a folder', () => {
  test('becomes one book in reading order, folders first and as people count', async () => {
    for (const [name, text] of [
      ['10 End.md', 'Ten.'],
      ['2 Middle.md', 'Two.'],
      ['Part 1/1.txt', 'One.'],
      ['.hidden.md', 'Hidden.'],
      ['notes.pdf', 'Notes.'],
    ] as const) {
      mkdirSync(join(cwd, 'novel', 'Part 1'), { recursive: true });
      folder.write(`novel/${name}`, text);
    }
    const args = ['--author', 'Ada Quill', '--json'];
    const { out, code } = await understudy(cwd, ['convert', 'novel', 'novel.epub', ...args]);
    expect(code).toBe(0);
    expect(jsonLines(out)).toEqual([
      {
        event: 'converted',
        file: 'novel.epub',
        bytes: read('novel.epub').length,
        documents: 3,
        dropped: [],
      },
    ]);
    const nav = await entryText(read('novel.epub'), 'OEBPS/nav.xhtml');
    expect(
      [...nav.matchAll(/chapter-\d+\.xhtml">([^<]+)/g)].map(([, title]) => title).slice(0, 3),
    ).toEqual(['1', '2 Middle', '10 End']);
    expect(nav).toContain('<title>novel</title>');
    expect((await unzip(read('novel.epub'))).some(({ name }) => name.endsWith('title.xhtml'))).toBe(
      true,
    );
  });

  test('takes what it is told about title, headings and paper', async () => {
    folder.write('a.md', 'One.');
    folder.write('b.md', 'Two.');
    const flags = [
      '--title',
      'Tides',
      '--no-title-page',
      '--no-chapter-headings',
      '--language',
      'en-us',
    ];
    const { code } = await understudy(cwd, [
      'convert',
      'b.md',
      'a.md',
      'x.html',
      ...flags,
      '--page-size',
      'letter',
    ]);
    expect(code).toBe(0);
    const html = read('x.html').toString();
    expect(html).toContain('<title>Tides</title>');
    expect(html).toContain('<html lang="en-US">');
    expect(html).toContain('size: Letter');
    expect(html).not.toMatch(/<h1|<header/);
    expect(html.indexOf('Two.')).toBeLessThan(html.indexOf('One.'));
  });
});

describe('what cannot be done', () => {
  test('never replaces a file that is there, until it is told to', async () => {
    folder.write('a.md', 'New.');
    folder.write('b.txt', 'Old.');
    const refused = await understudy(cwd, ['convert', 'a.md', 'b.txt']);
    expect(refused).toMatchObject({ code: 3, out: '' });
    expect(refused.err).toContain('b.txt is there already');
    expect(read('b.txt').toString()).toBe('Old.');
    expect((await understudy(cwd, ['convert', 'a.md', 'b.txt', '--force'])).code).toBe(0);
    expect(read('b.txt').toString()).toBe('New.\n');
  });

  test('never replaces a manuscript by its own book', async () => {
    folder.write('a.md', 'Text.');
    const { code, err } = await understudy(cwd, [
      'convert',
      '.',
      'a.md',
      '--force',
      '--title',
      'x',
    ]);
    expect(code).toBe(2);
    expect(err).toContain('a.md is one of the manuscripts');
    expect(read('a.md').toString()).toBe('Text.');
  });

  test.each<[string, string[], number, string]>([
    ['no file to write', ['a.md'], 2, 'Name the file to write, too'],
    ['an ending that says nothing', ['a.md', 'b.odt'], 2, 'name it .docx'],
    ['a folder to write', ['a.md', 'sub'], 2, 'sub does not say what to write'],
    ['a PDF to standard output', ['a.md', '-', '--to', 'pdf'], 2, 'Standard output takes --to md'],
    ['a manuscript that is not there', ['no.md', 'b.docx'], 3, 'no.md was not found'],
    ['a file that is no text', ['photo.md', 'b.docx'], 3, 'photo.md is not plain text'],
    ['another kind of file', ['a.xyz', 'b.docx'], 3, 'a.xyz is not a'],
    ['a folder without documents', ['sub', 'b.docx'], 3, 'sub holds no .docx'],
    ['an empty text', ['empty.md', 'b.docx'], 3, 'empty.md is empty'],
    ['a folder that is not there', ['a.md', 'no/b.docx'], 5, 'no/b.docx cannot be written'],
    ['a language that is none', ['a.md', 'b.docx', '--language', '?!'], 2, '--language is "?!"'],
    ['a paper that is none', ['a.md', 'b.docx', '--page-size', 'a9'], 2, '--page-size'],
  ])('%s is told in a sentence, and nothing is written', async (_, args, exit, sentence) => {
    folder.write('a.md', 'Text.');
    folder.write('a.xyz', 'Text.');
    folder.write('empty.md', ' \n');
    folder.write(
      'photo.md',
      Uint8Array.from({ length: 4000 }, (_, i) => (i * 7919) % 256),
    );
    mkdirSync(join(cwd, 'sub'));
    const before = readdirSync(cwd);
    const { code, out, err } = await understudy(cwd, ['convert', ...args]);
    expect(err).toContain(sentence);
    expect(err).not.toContain('    at ');
    expect({ code, out }).toEqual({ code: exit, out: '' });
    expect(readdirSync(cwd)).toEqual(before);
  });

  test.skipIf(chromium === null)('leaves nothing when it is stopped', async () => {
    const temporary = join(cwd, 'tmp');
    mkdirSync(temporary);
    writeFileSync(join(cwd, 'long.md'), prose(5000));
    vi.stubEnv('TMPDIR', temporary);
    const running = start(cwd, ['convert', 'long.md', 'long.pdf']);
    // It has read the text, and the browser is at work.
    await vi.waitFor(() => expect(readdirSync(temporary)).not.toEqual([]), 20_000);
    running.child.kill('SIGINT');
    const { code, out, err } = await running.ended;
    expect({ code, out }).toEqual({ code: 130, out: '' });
    expect(err).toContain('Stopped; long.pdf was not written.');
    expect(readdirSync(cwd).sort()).toEqual(['long.md', 'tmp']);
    expect(readdirSync(temporary)).toEqual([]);
  });
});
