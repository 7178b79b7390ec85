import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { MOST_PIECE, type ImportStep } from '../../src/shared/api/index.ts';
import { unwrap } from '../../src/shared/result.ts';
import { toEnd, WINDOW } from '../../src/shared/rpc/index.ts';
import { folders, openHost, type OpenHost } from '../helpers/host.ts';
import { imported, importFiles } from '../helpers/import-files.ts';

const fixture = (name: string): Buffer =>
  readFileSync(join(import.meta.dirname, '../fixtures/formats', name));
const bytesOf = (text: string): Buffer => Buffer.from(text);

/** A small project as Scrivener 3 keeps it. */
const project = [
  {
    name: 'Harbour.scriv/Harbour.scrivx',
    bytes: bytesOf(`<?xml version="1.0"?><ScrivenerProject Version="2.0"><Binder>
      <BinderItem UUID="D" Type="DraftFolder"><Title>Manuscript</Title><Children>
        <BinderItem UUID="B" Type="Folder"><Title>Fog: a beginning</Title>
          <MetaData><IncludeInCompile>Yes</IncludeInCompile></MetaData><Children>
          <BinderItem UUID="B1" Type="Text"><Title>The quay</Title>
            <MetaData><IncludeInCompile>Yes</IncludeInCompile></MetaData></BinderItem>
          <BinderItem UUID="B2" Type="Text"><Title>Cut scene</Title><MetaData/></BinderItem>
        </Children></BinderItem>
        <BinderItem UUID="A" Type="Text"><Title>Afterwards</Title>
          <MetaData><IncludeInCompile>Yes</IncludeInCompile></MetaData></BinderItem>
      </Children></BinderItem>
      <BinderItem UUID="R" Type="ResearchFolder"><Title>Research</Title><Children>
        <BinderItem UUID="R1" Type="Text"><Title>Tides</Title></BinderItem>
      </Children></BinderItem></Binder></ScrivenerProject>`),
  },
  ...Object.entries({
    B1: '{\\rtf1\\ansi It was {\\i late}.\\par}',
    B2: '{\\rtf1\\ansi Never mind.\\par}',
    A: '{\\rtf1\\ansi The sea was grey.\\par}',
    R1: '{\\rtf1\\ansi High at noon.\\par}',
  }).map(([id, rtf]) => ({
    name: `Harbour.scriv/Files/Data/${id}/content.rtf`,
    bytes: bytesOf(rtf),
  })),
];

describe('A manuscript of another format', () => {
  test('becomes a Markdown document, and what it had besides is told', async () => {
    const at = folders();
    const { client } = await openHost(at);
    const files = [{ name: 'rich.docx', bytes: fixture('rich.docx') }];
    expect(await imported(client, files)).toEqual({
      paths: ['rich.md'],
      dropped: [{ what: 'image', count: 1 }],
    });
    expect(at.text('rich.md')).toMatch(/^---\ntitle: "The Harbour"\nauthor: "Ida Marsh"/);
    expect(at.text('rich.md')).toContain('It was *late*, and **very** cold—“quite” cold');
  });

  test('that cannot be read makes nothing of the others either', async () => {
    const at = folders();
    const { client } = await openHost(at);
    const files = [
      { name: 'good.rtf', bytes: fixture('rich.rtf') },
      { name: 'torn.docx', bytes: fixture('rich.docx').subarray(0, 3000) },
    ];
    expect(await importFiles(client, files)).toMatchObject({
      ok: false,
      error: {
        code: 'text.damaged',
        sentence: expect.stringMatching(/^torn\.docx is damaged/) as string,
      },
    });
    expect(readdirSync(at.library)).toEqual([]);
  });

  test('keeps the folders it was dropped in', async () => {
    const at = folders();
    const { client } = await openHost(at);
    const files = [
      { name: 'Book/Part 1/a.md', bytes: bytesOf('one') },
      { name: 'Book/b.html', bytes: bytesOf('<p>two</p>') },
    ];
    const { paths } = await imported(client, files);
    expect(paths).toEqual(['Book/Part 1/a.md', 'Book/b.md']);
    expect(at.text('Book/b.md')).toBe('two\n');
  });

  test('comes in pieces, which leave nothing behind', async () => {
    const at = folders();
    const { client } = await openHost(at);
    const bytes = Buffer.alloc(2 * MOST_PIECE + 100, 'It was late.\n');
    const arriving = (): readonly string[] => readdirSync(join(at.data, 'arriving'));
    const files = [
      { name: 'a.md', bytes },
      { name: 'b.md', bytes: bytesOf('') },
      { name: 'c.docx', bytes: fixture('rich.docx') },
    ];
    expect((await imported(client, files)).paths).toEqual(['a.md', 'b.md', 'c.md']);
    expect(at.read('a.md').equals(bytes)).toBe(true);
    expect(at.text('b.md')).toBe('');
    expect(arriving()).toEqual([]);
    expect(await importFiles(client, [{ name: 'd.pdf', bytes }])).toMatchObject({ ok: false });
    expect(arriving()).toEqual([]);
    for (let i = 0; i < 10; i++) unwrap(await client.call.beginImport({}));
    expect(arriving().length).toBeLessThan(10);
  });

  test('is refused where it is of no import that was begun', async () => {
    const at = folders();
    const { client } = await openHost(at);
    const gone = { ok: false, error: { code: 'text.missing' } };
    const batch = '../../library';
    expect(
      await client.call.addToImport({ batch, pieces: [{ file: 0, bytes: 'eA==' }] }),
    ).toMatchObject(gone);
    const request = { batch, folder: '', names: ['a.md'] };
    expect(await toEnd(client.stream.importFiles, request)).toMatchObject(gone);
    expect(await client.call.dropImport({ batch })).toMatchObject({ ok: true });
    expect(readdirSync(at.library)).toEqual([]);
  });

  test('is refused where it is too large to be opened', async () => {
    const at = folders();
    const { client } = await openHost(at);
    const files = [{ name: 'a.md', bytes: Buffer.alloc(50_000_001, 'x') }];
    expect(await importFiles(client, files)).toMatchObject({
      error: { code: 'document.too-large' },
    });
    expect(readdirSync(at.library)).toEqual([]);
  });

  test.each(['../a.md', 'x/../../a.md', '/etc/.a.md', 'CON.docx'])(
    'is refused where its name is %s',
    async (name) => {
      const at = folders();
      const { client } = await openHost(at);
      const files = [{ name, bytes: bytesOf('text') }];
      expect(await importFiles(client, files)).toMatchObject({
        error: { code: 'document.name' },
      });
      expect(readdirSync(at.library)).toEqual([]);
    },
  );

  test('of many parts, a Scrivener project, becomes a folder in the order of its binder', async () => {
    const at = folders();
    const { client } = await openHost(at);
    expect(await imported(client, project)).toEqual({
      paths: ['Harbour/01 Fog a beginning.md', 'Harbour/02 Afterwards.md'],
      dropped: [
        { what: 'document outside of the draft', count: 1 },
        { what: 'document that is not compiled', count: 1 },
      ],
    });
    expect(at.text('Harbour/01 Fog a beginning.md')).toBe(
      '# Fog: a beginning\n\n## The quay\n\nIt was *late*.\n',
    );
  });
});

describe('An import', () => {
  const notes = (count: number, ending: string) =>
    Array.from({ length: count }, (_, n) => ({ name: `${n}.${ending}`, bytes: bytesOf('Fog.') }));

  /** Imports files, and stops at the first step that `when` says. */
  async function stopped(
    { client }: OpenHost,
    files: ReturnType<typeof notes>,
    when: (step: ImportStep) => boolean,
  ) {
    const abort = new AbortController();
    const steps: ImportStep[] = [];
    const heard = (step: ImportStep): void => {
      steps.push(step);
      if (when(step)) abort.abort();
    };
    const result = await importFiles(client, files, { heard, signal: abort.signal });
    return { result, steps };
  }

  test('tells what it reads and writes, of how many', async () => {
    const files = [...notes(1, 'md'), { name: 'Book/rich.docx', bytes: fixture('rich.docx') }];
    const { steps } = await stopped(await openHost(folders()), files, () => false);
    expect(steps).toEqual([
      { doing: 'reading', done: 0, of: 2, name: '0.md' },
      { doing: 'reading', done: 1, of: 2, name: 'rich.docx' },
      { doing: 'writing', done: 0, of: 2, name: '0.md' },
      { doing: 'writing', done: 1, of: 2, name: 'rich.md' },
    ]);
  });

  test('that is stopped while it reads makes nothing', async () => {
    const at = folders();
    const { result, steps } = await stopped(
      await openHost(at),
      notes(40, 'html'),
      ({ done }) => done === 1,
    );
    expect(result).toEqual({ ok: true, value: null });
    expect(steps.every(({ doing }) => doing === 'reading')).toBe(true);
    expect(readdirSync(at.library)).toEqual([]);
  });

  test('that is stopped while it reads the last file makes nothing', async () => {
    const at = folders();
    const files = [{ name: 'rich.docx', bytes: fixture('rich.docx') }];
    const { result } = await stopped(await openHost(at), files, () => true);
    expect(result).toEqual({ ok: true, value: null });
    expect(readdirSync(at.library)).toEqual([]);
  });

  test('that is stopped while it writes tells what it made by then', async () => {
    const at = folders();
    // The host is never further ahead of the page than a window of items.
    const files = notes(WINDOW * 3, 'md');
    const { result } = await stopped(
      await openHost(at),
      files,
      ({ doing, done }) => doing === 'writing' && done > 0,
    );
    const made = result.ok ? (result.value?.paths ?? []) : [];
    expect(made.length).toBeGreaterThan(0);
    expect(made.length).toBeLessThan(files.length);
    expect(readdirSync(at.library).sort()).toEqual([...made].sort());
  });
});
