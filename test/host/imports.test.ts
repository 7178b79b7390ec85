import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ImportStep } from '../../src/shared/api/index.ts';
import { toEnd, WINDOW } from '../../src/shared/rpc/index.ts';
import { folders, imported, importFiles, openHost, type OpenHost } from '../helpers/host.ts';

const fixture = (name: string): string =>
  readFileSync(join(import.meta.dirname, '../fixtures/formats', name)).toString('base64');
const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** A small project as Scrivener 3 keeps it. */
const project = [
  {
    name: 'Harbour.scriv/Harbour.scrivx',
    bytes: base64(`<?xml version="1.0"?><ScrivenerProject Version="2.0"><Binder>
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
    bytes: base64(rtf),
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
      { name: 'torn.docx', bytes: fixture('rich.docx').slice(0, 4000) },
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
      { name: 'Book/Part 1/a.md', bytes: base64('one') },
      { name: 'Book/b.html', bytes: base64('<p>two</p>') },
    ];
    const { paths } = await imported(client, files);
    expect(paths).toEqual(['Book/Part 1/a.md', 'Book/b.md']);
    expect(at.text('Book/b.md')).toBe('two\n');
  });

  test.each(['../a.md', 'x/../../a.md', '/etc/.a.md', 'CON.docx'])(
    'is refused where its name is %s',
    async (name) => {
      const at = folders();
      const { client } = await openHost(at);
      const files = [{ name, bytes: base64('text') }];
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
    Array.from({ length: count }, (_, n) => ({ name: `${n}.${ending}`, bytes: base64('Fog.') }));

  /** Imports files, and stops at the first step that `when` says. */
  async function stopped(
    { client }: OpenHost,
    files: ReturnType<typeof notes>,
    when: (step: ImportStep) => boolean,
  ) {
    const abort = new AbortController();
    const steps: ImportStep[] = [];
    const result = await toEnd(
      client.stream.importFiles,
      { folder: '', files },
      (step) => {
        steps.push(step);
        if (when(step)) abort.abort();
      },
      abort.signal,
    );
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
