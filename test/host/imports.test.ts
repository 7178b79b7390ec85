import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { MOST_PIECE } from '../../src/shared/api/index.ts';
import { unwrap } from '../../src/shared/result.ts';
import { folders, openHost } from '../helpers/host.ts';
import { importFiles } from '../helpers/import-files.ts';

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
    expect(unwrap(await importFiles(client, files))).toEqual({
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
    const { paths } = unwrap(await importFiles(client, files));
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
    expect(unwrap(await importFiles(client, files)).paths).toEqual(['a.md', 'b.md', 'c.md']);
    expect(at.read('a.md').equals(bytes)).toBe(true);
    expect(at.text('b.md')).toBe('');
    expect(arriving()).toEqual([]);
    expect(await importFiles(client, [{ name: 'd.pdf', bytes }])).toMatchObject({ ok: false });
    expect(arriving()).toEqual([]);
    for (let i = 0; i < 10; i++) unwrap(await client.call.beginImport({}));
    expect(arriving().length).toBeLessThan(10);
  });

  test('is refused where it is of no import that was begun', async () => {
    const { client } = await openHost(folders());
    const gone = { ok: false, error: { code: 'text.missing' } };
    const batch = '../../library';
    expect(await client.call.addToImport({ batch, file: 0, bytes: 'eA==' })).toMatchObject(gone);
    expect(await client.call.importFiles({ batch, folder: '', names: ['a.md'] })).toMatchObject(
      gone,
    );
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
    expect(unwrap(await importFiles(client, project))).toEqual({
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
