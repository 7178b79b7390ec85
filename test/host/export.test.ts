import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  defaultBookChoices,
  type ApiClient,
  type BookChoices,
  type Exported,
  type ExportStage,
} from '../../src/shared/api/index.ts';
import { unwrap, type Result } from '../../src/shared/result.ts';
import { toEnd } from '../../src/shared/rpc/index.ts';
import { entryText } from '../helpers/books.ts';
import { launcher } from '../helpers/engines.ts';
import { folders, openHost, typeInto, type Folders } from '../helpers/host.ts';

interface Export {
  readonly stages: readonly ExportStage[];
  readonly result: Result<Exported | null>;
}

/** Exports, and stops it when it comes to a stage. */
const exported = (
  client: ApiClient,
  path: string,
  choices: Partial<BookChoices> = {},
  { title = null, stopAt }: { title?: string | null; stopAt?: ExportStage } = {},
): Promise<Export> =>
  new Promise((done) => {
    const stages: ExportStage[] = [];
    const stop = client.stream.exportDocuments(
      { path, title, choices: { ...defaultBookChoices, ...choices } },
      {
        item(stage) {
          stages.push(stage);
          if (stage === stopAt) stop();
        },
        end: (result) => done({ stages, result }),
      },
    );
  });

/** A host whose books are written by a real process. */
async function withExporter(at: Folders, overrides: Parameters<typeof openHost>[1] = {}) {
  const engines = launcher();
  const open = await openHost(at, overrides, { launch: engines.launch });
  return { ...open, engines };
}

const novel = (at: Folders): void => {
  at.write('Novel/10 End.md', 'The end.\n');
  at.write('Novel/2 Middle.md', '# The Middle\n\nIt was *not* the end.\n');
  at.write('Novel/Part/1 Begin.md', 'It began.\n');
  at.write('Other.md', 'Something else.\n');
};

describe('A book', () => {
  test('of a folder has its documents in the order of the library', async () => {
    const at = folders();
    novel(at);
    const { client, engines } = await withExporter(at);
    const { result, stages } = await exported(client, 'Novel', { format: 'epub', author: 'Ada' });
    expect(result).toMatchObject({ ok: true, value: { dropped: [] } });
    expect(stages).toEqual(['choosing', 'writing', 'saving']);
    const bytes = readFileSync(join(at.data, 'Novel.epub'));
    const nav = await entryText(bytes, 'OEBPS/nav.xhtml');
    expect(
      [...nav.matchAll(/<li><a href="text\/chapter[^>]*>([^<]+)/g)].map(([, title]) => title),
    ).toEqual(['1 Begin', 'The Middle', '10 End']);
    expect(await entryText(bytes, 'OEBPS/book.opf')).toContain('>Ada</dc:creator>');
    // The process ends with its book.
    expect(engines.processes.map(({ role }) => role)).toEqual(['exporter']);
  });

  test('of the whole library is named as it is', async () => {
    const at = folders();
    novel(at);
    const { client } = await withExporter(at);
    const { result } = await exported(client, '', { format: 'txt', titlePage: false });
    expect(result).toMatchObject({ ok: true });
    expect(readFileSync(join(at.data, 'library.txt'), 'utf8')).toBe(
      '1 Begin\n\nIt began.\n\n\nThe Middle\n\nIt was not the end.\n\n\n10 End\n\nThe end.\n\n\nOther\n\nSomething else.\n',
    );
  });

  test('of the whole library leaves out what was exported into it', async () => {
    const at = folders();
    at.write('One.md', 'It began.\n');
    at.write('Exports/One.txt', 'It began.\n');
    at.write('Novel/Exports/Two.md', 'It went on.\n');
    const { client } = await withExporter(at, { exportsFolder: 'Exports' });
    await exported(client, '', { format: 'txt', titlePage: false });
    const text = 'Two\n\nIt went on.\n\n\nOne\n\nIt began.\n';
    expect(readFileSync(join(at.data, 'library.txt'), 'utf8')).toBe(text);
    const scope = { kind: 'folder', path: '' } as const;
    const counted = unwrap(await toEnd(client.stream.disclosure, { scope }));
    expect(counted?.documents).toBe(2);
    // Who asks for it gets it.
    await exported(client, 'Exports', { format: 'txt', titlePage: false });
    expect(readFileSync(join(at.data, 'Exports.txt'), 'utf8')).toBe('It began.\n');
  });

  test('has what was just typed, though it is not in the file yet', async () => {
    const at = folders();
    novel(at);
    const { client } = await withExporter(at);
    await typeInto(client, 'Novel/10 End.md', 'Typed now. ');
    await exported(client, 'Novel', { format: 'txt', titlePage: false });
    expect(readFileSync(join(at.data, 'Novel.txt'), 'utf8')).toContain('Typed now. The end.');
  });

  test('that is Markdown of one document is that document, in its own line ends', async () => {
    const at = folders();
    const bytes = Buffer.from('\ufeffSetext\r\n===\r\n\r\n\r\n* a  \r\nb');
    at.write('Dos.md', bytes);
    const { client, engines } = await withExporter(at);
    await exported(client, 'Dos.md', { format: 'md' });
    expect(readFileSync(join(at.data, 'Dos.md')).equals(bytes)).toBe(true);
    await typeInto(client, 'Dos.md', 'x\n');
    writeFileSync(join(at.data, 'Dos.md'), '');
    await exported(client, 'Dos.md', { format: 'md' });
    expect(readFileSync(join(at.data, 'Dos.md'), 'utf8')).toBe(
      '\ufeffx\r\nSetext\r\n===\r\n\r\n\r\n* a  \r\nb',
    );
    expect(engines.processes.filter(({ role }) => role === 'exporter')).toEqual([]);
  });

  test('that is a PDF is printed by the platform', async () => {
    const at = folders();
    novel(at);
    const { client } = await withExporter(at);
    const { stages } = await exported(client, 'Other.md', { format: 'pdf', pageSize: 'letter' });
    expect(stages).toEqual(['choosing', 'writing', 'printing', 'saving']);
    const printed = readFileSync(join(at.data, 'Other.pdf'), 'utf8');
    expect(printed).toMatch(/^%PDF <!DOCTYPE html>/);
    expect(printed).toContain('size: Letter');
  });

  test('is named by its title, in a name that every system takes', async () => {
    const at = folders();
    novel(at);
    const { client } = await withExporter(at);
    await exported(client, 'Other.md', { format: 'html' }, { title: 'What? A "Book": 1/2.' });
    expect(readdirSync(at.data)).toContain('What A Book 1 2.html');
  });
});

describe('Nothing is written', () => {
  test('where the writer chooses no place', async () => {
    const at = folders();
    novel(at);
    const { client, engines } = await withExporter(at, { saveAs: () => Promise.resolve(null) });
    expect((await exported(client, 'Novel')).result).toEqual({ ok: true, value: null });
    expect(engines.processes).toEqual([]);
  });

  test('when it is stopped, and the process that wrote it is gone', async () => {
    const at = folders();
    at.write('Long.md', 'A long line of many words. '.repeat(40_000));
    const { client, engines } = await withExporter(at);
    const { result } = await exported(client, 'Long.md', { format: 'docx' }, { stopAt: 'writing' });
    expect(result).toEqual({ ok: true, value: null });
    expect(readdirSync(at.data).filter((name) => name.includes('Long'))).toEqual([]);
    const { pid } = engines.newest('exporter');
    await expect.poll(() => existsSync(`/proc/${pid}/exe`)).toBe(false);
  });

  test('when that process dies, and the writer hears a sentence', async () => {
    const at = folders();
    novel(at);
    const broken = join(at.data, 'broken.mjs');
    writeFileSync(broken, 'process.abort();');
    const { client, log } = await openHost(at, {}, { launch: launcher(broken).launch });
    const { result } = await exported(client, 'Novel');
    expect(result).toMatchObject({ ok: false, error: { code: 'engine.gone' } });
    expect(readdirSync(at.data).filter((name) => name.startsWith('Novel'))).toEqual([]);
    expect(log.join('\n')).not.toContain('exportDocuments');
  });

  test('over a file that came meanwhile', async () => {
    const at = folders();
    novel(at);
    const { client } = await withExporter(at, {
      printPdf: () => {
        writeFileSync(join(at.data, 'Novel.pdf'), 'of another program');
        return Promise.resolve(Buffer.from('%PDF'));
      },
    });
    const { result } = await exported(client, 'Novel', { format: 'pdf' });
    expect(result).toMatchObject({ ok: false, error: { code: 'document.exists' } });
    expect(readFileSync(join(at.data, 'Novel.pdf'), 'utf8')).toBe('of another program');
  });

  test.each([
    ['what is not there', 'Gone.md', 'document.missing'],
    ['a folder without documents', 'Empty', 'text.empty'],
    ['a document without a word', 'Blank.md', 'text.empty'],
    ['what is no text', 'Picture.md', 'text.binary'],
  ])('of %s, and the writer is not asked for a place', async (_, path, code) => {
    const at = folders();
    at.write('Blank.md', ' \n\n');
    at.write('Empty/.keep', '');
    at.write(
      'Picture.md',
      Uint8Array.from({ length: 4000 }, (_, i) => (i * 7919) % 256),
    );
    let asked = 0;
    const saveAs = () => Promise.resolve(String(asked++));
    const { client } = await withExporter(at, { saveAs });
    expect((await exported(client, path)).result).toMatchObject({ ok: false, error: { code } });
    expect(asked).toBe(0);
  });
});
