import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { entryText, wordsOf, written } from '../helpers/books.ts';
import { prose, temporaryFolder, tiny, understudy, type Folder } from '../helpers/understudy.ts';

const fixtures = join(import.meta.dirname, '../fixtures/formats');

let folder: Folder;
let cwd: string;
beforeEach(() => {
  folder = temporaryFolder();
  cwd = folder.path;
});
afterEach(() => folder[Symbol.dispose]());

const read = (name: string): Buffer => readFileSync(join(cwd, name));

/** A project as Scrivener 3 keeps it, with two documents in its draft and one beside it. */
function writeProject(name: string): void {
  const item = (id: string, title: string): string =>
    `<BinderItem UUID="${id}" Type="Text"><Title>${title}</Title></BinderItem>`;
  const files = {
    [`${name}.scrivx`]: `<?xml version="1.0"?><ScrivenerProject Version="2.0"><Binder>
      <BinderItem UUID="D" Type="DraftFolder"><Title>Draft</Title><Children>
        ${item('A', 'The Quay')}${item('B', 'Afterwards')}</Children></BinderItem>
      <BinderItem UUID="R" Type="ResearchFolder"><Title>Research</Title><Children>
        ${item('C', 'Tides')}</Children></BinderItem></Binder></ScrivenerProject>`,
    'Files/Data/A/content.rtf': '{\\rtf1\\ansi It was {\\i late}.\\par}',
    'Files/Data/B/content.rtf': '{\\rtf1\\ansi The sea was grey.\\par}',
    'Files/Data/C/content.rtf': '{\\rtf1\\ansi High at noon.\\par}',
  };
  for (const [path, content] of Object.entries(files)) {
    const place = join(cwd, `${name}.scriv`, path);
    mkdirSync(dirname(place), { recursive: true });
    writeFileSync(place, content);
  }
}

describe('convert reads', () => {
  test.each(['docx', 'odt', 'epub', 'rtf', 'html'])('.%s', async (ending) => {
    const name = `rich.${ending}`;
    folder.write(name, readFileSync(join(fixtures, name)));
    for (const to of ['md', 'docx']) {
      const { code, out } = await understudy(cwd, ['convert', name, `out.${to}`]);
      expect({ code, out }).toEqual({
        code: 0,
        out: expect.stringMatching(/^out\.\w+ is written/) as string,
      });
    }
    expect(read('out.md').toString()).toContain('It was *late*, and **very** cold—“quite” cold');
    const xml = await entryText(read('out.docx'), 'word/document.xml');
    expect(wordsOf(xml.replace(/<[^>]*>/g, '')).join(' ')).toContain(
      'It was late and very cold quite cold',
    );
  });

  test('a Scrivener project, which is a folder: its draft alone, in order', async () => {
    writeProject('Harbour');
    for (const to of ['md', 'docx']) {
      const args = ['convert', 'Harbour.scriv', `out.${to}`, '--no-title-page'];
      expect((await understudy(cwd, args)).code).toBe(0);
    }
    expect(read('out.md').toString()).toContain(
      '# The Quay\n\nIt was *late*.\n\n# Afterwards\n\nThe sea was grey.\n',
    );
    const xml = await entryText(read('out.docx'), 'word/document.xml');
    const words = wordsOf(xml.replace(/<[^>]*>/g, ' ')).join(' ');
    expect(words).toContain('The Quay It was late Afterwards The sea was grey');
    expect(words).not.toContain('noon');
  });
});

test.each(['docx', 'epub'] as const)('train learns from a .%s', async (format) => {
  const text = prose(40);
  folder.write(`book.${format}`, await written(text, format));
  const { code, out, err } = await understudy(cwd, [
    ...['train', `book.${format}`, '--out', 'a.voice', '--epochs', '1', ...tiny],
  ]);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  // Its chapter has the name of the document.
  const words = (wordsOf(text).length + 1).toLocaleString('en');
  expect(out).toContain(`  book.${format}: ${words} words\n`);
  expect(out).toMatch(/a\.voice is ready: \d+ steps/);
});
