import fs from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import type { Entry, SearchHit } from '../../src/shared/api/index.ts';
import { unwrap } from '../../src/shared/result.ts';
import { eventually, folders, openHost, typeInto, type OpenHost } from '../helpers/host.ts';
import { imported, importFiles } from '../helpers/import-files.ts';

const paths = (entries: readonly Entry[]): string[] =>
  entries.flatMap((entry) =>
    entry.kind === 'folder' ? [`${entry.path}/`, ...paths(entry.entries)] : [entry.path],
  );

const tree = async ({ client }: OpenHost): Promise<string[]> =>
  paths(unwrap(await client.call.start({})).library.root.entries);

describe('The tree', () => {
  test('has folders first and names as people count, and nothing hidden or foreign', async () => {
    const at = folders();
    for (const name of [
      '10.md',
      '2.md',
      'b/x.txt',
      'a/y.markdown',
      '.git/z.md',
      'p.png',
      '.s.md',
    ]) {
      at.write(name, 'text');
    }
    expect(await tree(await openHost(at))).toEqual([
      'a/',
      'a/y.markdown',
      'b/',
      'b/x.txt',
      '2.md',
      '10.md',
    ]);
  });

  test('leads nowhere outside, whatever is linked', async () => {
    const at = folders();
    await fs.writeFile(join(at.data, 'secret.md'), 'secret');
    await fs.symlink(at.data, join(at.library, 'out'));
    await fs.symlink(join(at.data, 'secret.md'), join(at.library, 'secret.md'));
    await fs.symlink(at.library, join(at.library, 'round'));
    at.write('a.md', 'text');
    const host = await openHost(at);
    expect(await tree(host)).toEqual(['a.md']);
    for (const path of [
      'secret.md',
      'out/secret.md',
      'round/round/../a.md',
      '../data/secret.md',
      '/etc/passwd',
    ]) {
      const opened = await host.client.call.openDocument({ path });
      expect(opened).toMatchObject({ ok: false });
      expect(['document.missing', 'request.invalid']).toContain(opened.ok ? '' : opened.error.code);
    }
  });

  test('counts words in the background, and follows what other programs do', async () => {
    const at = folders();
    at.write('a.md', 'It’s a well-made thing, isn’t it?');
    const host = await openHost(at);
    const words = async (): Promise<number[]> =>
      unwrap(await host.client.call.start({})).library.root.entries.map((entry) =>
        entry.kind === 'document' ? entry.words : -1,
      );
    await eventually(async () => expect(await words()).toEqual([6]));
    at.write('b.md', 'one two');
    await eventually(async () => expect(await words()).toEqual([6, 2]));
  });
});

describe('An entry', () => {
  test('gets a free name, an ending, and never the place of another', async () => {
    const at = folders();
    at.write('Harbour.md', 'text');
    const host = await openHost(at);
    const create = (name: string | null) => host.client.call.createDocument({ folder: '', name });
    expect(unwrap(await create(null))).toBe('Untitled.md');
    expect(unwrap(await create(null))).toBe('Untitled 2.md');
    expect(unwrap(await create('Letters'))).toBe('Letters.md');
    for (const taken of ['Harbour', 'HARBOUR.md']) {
      expect(await create(taken)).toMatchObject({ error: { code: 'document.exists' } });
    }
    expect(
      await host.client.call.renameEntry({ path: 'Letters.md', name: 'harbour' }),
    ).toMatchObject({
      error: { code: 'document.exists' },
    });
    expect(at.text('Harbour.md')).toBe('text');
    expect(
      unwrap(await host.client.call.renameEntry({ path: 'Harbour.md', name: 'HARBOUR' })),
    ).toBe('HARBOUR.md');
  });

  test('that differs from another in case alone is not put in its place', async () => {
    const at = folders();
    at.write('A.md', 'mine');
    at.write('a.md', 'another');
    // Where the file system ignores case, the second is the first.
    if ((await fs.readdir(at.library)).length < 2) return;
    const { client } = await openHost(at);
    expect(await client.call.renameEntry({ path: 'A.md', name: 'a' })).toMatchObject({
      error: { code: 'document.exists' },
    });
    expect([at.text('A.md'), at.text('a.md')]).toEqual(['mine', 'another']);
  });

  test('that lies behind a link out of the library is not moved into it', async () => {
    const at = folders();
    await fs.mkdir(join(at.data, 'private'));
    await fs.writeFile(join(at.data, 'private/secret.md'), 'secret');
    await fs.symlink(join(at.data, 'private'), join(at.library, 'link'));
    const { client } = await openHost(at);
    expect(await client.call.moveEntry({ path: 'link/secret.md', folder: '' })).toMatchObject({
      error: { code: 'document.missing' },
    });
    expect(await fs.readdir(join(at.data, 'private'))).toEqual(['secret.md']);
  });

  test.skipIf(process.platform === 'win32')(
    'that another program named with a colon is opened like any other',
    async () => {
      const at = folders();
      at.write('Part 1: Fog.md', 'text');
      const { client } = await openHost(at);
      const { text } = unwrap(await client.call.openDocument({ path: 'Part 1: Fog.md' }));
      expect(text).toBe('text');
    },
  );

  test('of a save that was cut off is removed when the library is opened', async () => {
    const at = folders();
    at.write('book/a.md', 'text');
    at.write('book/.a.md.4711-0badc0de.tmp', 'half');
    at.write('book/.a.md.tmp', 'the writer may have such a file');
    await openHost(at);
    expect((await fs.readdir(join(at.library, 'book'))).sort()).toEqual(['.a.md.tmp', 'a.md']);
  });

  test.each([
    '.hidden',
    'con',
    'LPT1.md',
    'what?',
    'ends.',
    'a<b',
    'a:b',
    'a/b',
    'a\nb',
    'x'.repeat(250),
  ])('cannot be called %s', async (name) => {
    const host = await openHost(folders());
    const created = await host.client.call.createDocument({ folder: '', name });
    expect(created).toMatchObject({ error: { code: 'document.name' } });
  });

  test('moves into a folder, but not into itself', async () => {
    const at = folders();
    at.write('a.md', 'text');
    const { client } = await openHost(at);
    unwrap(await client.call.createFolder({ folder: '', name: 'book' }));
    unwrap(await client.call.createFolder({ folder: 'book', name: 'part' }));
    expect(unwrap(await client.call.moveEntry({ path: 'a.md', folder: 'book/part' }))).toBe(
      'book/part/a.md',
    );
    expect(at.text('book/part/a.md')).toBe('text');
    expect(await client.call.moveEntry({ path: 'book', folder: 'book/part' })).toMatchObject({
      ok: false,
    });
  });

  test('goes into the trash with what was typed last', async () => {
    const at = folders();
    at.write('a.md', 'text');
    const trashed: string[] = [];
    const { client } = await openHost(at, {
      trash: async (path) => {
        trashed.push(await fs.readFile(path, 'utf8'));
        await fs.rm(path);
      },
    });
    await typeInto(client, 'a.md', 'last ');
    unwrap(await client.call.trashEntry({ path: 'a.md' }));
    expect(trashed).toEqual(['last text']);
    expect(await fs.readdir(join(at.data, 'journals'))).toEqual([]);
  });

  test('that is typed into while it goes into the trash comes back with that', async () => {
    const at = folders();
    at.write('a.md', 'text');
    let base = 0;
    const { host, client } = await openHost(at, {
      trash: async (path) => {
        const edits = [{ from: 0, to: 0, insert: 'late ' }];
        unwrap(await client.call.editDocument({ path: 'a.md', base, edits }));
        await fs.rm(path);
      },
    });
    base = await typeInto(client, 'a.md', 'last ');
    unwrap(await client.call.trashEntry({ path: 'a.md' }));
    await host.close();
    const { notices } = await openHost(at);
    const [copy] = await fs.readdir(at.library);
    expect(at.text(copy!)).toBe('late last text');
    await eventually(() => expect(notices.join()).toContain('its text is kept as'));
  });

  test('that is dropped in is kept byte for byte under a free name', async () => {
    const at = folders();
    at.write('a.md', 'mine');
    const { client } = await openHost(at);
    const bytes = Buffer.from([0xef, 0xbb, 0xbf, 0x68, 0x0d, 0x0a]);
    const files = [{ name: 'a.md', bytes }];
    expect(await imported(client, files)).toEqual({
      paths: ['a 2.md'],
      dropped: [],
    });
    expect(at.read('a 2.md').equals(bytes)).toBe(true);
    expect(at.text('a.md')).toBe('mine');
    const picture = [{ name: 'a.png', bytes: Buffer.alloc(0) }];
    expect(await importFiles(client, picture)).toMatchObject({
      error: { code: 'text.unsupported' },
    });
  });
});

test('The library that is named at the start comes before the one chosen earlier', async () => {
  const at = folders();
  const other = join(at.data, '../other');
  await fs.mkdir(other);
  const first = await openHost(at, { chooseFolder: () => Promise.resolve(other) });
  unwrap(await first.client.call.chooseLibrary({}));
  await first.host.close();
  const again = await openHost(at);
  expect(unwrap(await again.client.call.start({})).library.root.name).toBe('other');
  await again.host.close();
  const named = await openHost(at, {}, { libraryNamed: true });
  expect(unwrap(await named.client.call.start({})).library.root.name).toBe('library');
});

test('A library that is gone is not made anew: the usual one is shown, with a sentence', async () => {
  const at = folders();
  const other = join(at.data, '../other');
  await fs.mkdir(other);
  const first = await openHost(at, { chooseFolder: () => Promise.resolve(other) });
  unwrap(await first.client.call.chooseLibrary({}));
  await first.host.close();
  await fs.rename(other, `${other} 2`);
  const { client, notices } = await openHost(at);
  expect(unwrap(await client.call.start({})).library.root.name).toBe('library');
  await eventually(() =>
    expect(notices).toEqual([expect.stringContaining('other is not there any more; put it back')]),
  );
  await expect(fs.access(other)).rejects.toThrow('ENOENT');
});

test('A library that cannot be opened leaves the one before as it is', async () => {
  const at = folders();
  at.write('a.md', 'text');
  const { client } = await openHost(at, { chooseFolder: () => Promise.resolve('/no/such/place') });
  expect(await client.call.chooseLibrary({})).toMatchObject({ error: { code: 'library.missing' } });
  await typeInto(client, 'a.md', 'more ');
  unwrap(await client.call.saveDocument({ path: 'a.md' }));
  expect(at.text('a.md')).toBe('more text');
});

describe('Search', () => {
  const search = ({ client }: OpenHost, query: string, options = {}): Promise<SearchHit[]> =>
    new Promise((resolve) => {
      const hits: SearchHit[] = [];
      client.stream.searchLibrary(
        { query, matchCase: false, wholeWord: false, ...options },
        { item: (found) => hits.push(...found), end: () => resolve(hits) },
      );
    });

  test('finds in all documents, by case and by whole words, with the line around', async () => {
    const at = folders();
    at.write('a.md', 'The Sea.\r\nSeaside, “the sea”\r\n');
    at.write('b/c.md', 'Overseas (a.b)');
    const host = await openHost(at);
    const found = async (query: string, options = {}): Promise<string[]> =>
      (await search(host, query, options)).map(({ path, from }) => `${path}:${from}`);
    expect(await found('sea')).toEqual(['b/c.md:4', 'a.md:4', 'a.md:9', 'a.md:23']);
    expect(await found('Sea', { matchCase: true })).toEqual(['a.md:4', 'a.md:9']);
    expect(await found('sea', { wholeWord: true })).toEqual(['a.md:4', 'a.md:23']);
    expect(await found('a.b')).toEqual(['b/c.md:10']);
    expect(await found('"the sea"')).toHaveLength(1);
    const [hit] = await search(host, 'seaside');
    expect(hit!.excerpt.slice(hit!.excerptFrom, hit!.excerptTo)).toBe('Seaside');
    expect(hit!.excerpt).toBe('Seaside, “the sea”');
  });

  test('finds what is typed and not yet saved', async () => {
    const at = folders();
    at.write('a.md', 'text');
    const host = await openHost(at);
    await typeInto(host.client, 'a.md', 'zebra ');
    expect(await search(host, 'zebra')).toHaveLength(1);
  });
});

test('A document whose new name could not be synced to the disk has it all the same', async () => {
  const at = folders();
  at.write('a.md', 'text');
  const { client } = await openHost(at);
  await typeInto(client, 'a.md', 'more ');
  const { rename } = fs;
  vi.spyOn(fs, 'rename').mockImplementationOnce(async (from, to) => {
    await rename(from, to);
    throw Object.assign(new Error('EIO'), { code: 'EIO' });
  });
  expect(unwrap(await client.call.renameEntry({ path: 'a.md', name: 'b' }))).toBe('b.md');
  await typeInto(client, 'b.md', 'even ');
  unwrap(await client.call.saveDocument({ path: 'b.md' }));
  expect(await fs.readdir(at.library)).toEqual(['b.md']);
  expect(at.text('b.md')).toBe('even more text');
});
