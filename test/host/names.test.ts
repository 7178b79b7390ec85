import { readFileSync, writeFileSync } from 'node:fs';
import fs from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, onTestFinished, test, vi, type TestContext } from 'vitest';
import { fitting, folded, twinOf } from '../../src/main/files/file-names.ts';
import { createFree } from '../../src/main/host/documents/index.ts';
import { copyNames } from '../../src/main/host/documents/copies.ts';
import { unwrap } from '../../src/shared/result.ts';
import { mountCaseless } from '../helpers/caseless-disk.ts';
import { eventually, folders, openHost, typeInto } from '../helpers/host.ts';
import { imported } from '../helpers/import-files.ts';

afterEach(() => vi.restoreAllMocks());

const composed = 'Caf\u00e9.md';
const decomposed = 'Cafe\u0301.md';

describe('Names that some file systems take for one', () => {
  test.each([
    ['Harbour.md', 'HARBOUR.MD'],
    [composed, decomposed],
    ['CAFE\u0301.md', composed],
    ['\u03bb\u03cc\u03b3\u03bf\u03c2.md', '\u039b\u038c\u0393\u039f\u03a3.md'],
    ['\u1112\u1161\u11ab.md', '\ud55c.md'],
  ])('%s and %s are twins', (one, other) => {
    expect(folded(one)).toBe(folded(other));
    expect(twinOf(['a.md', one], other)).toBe(one);
    expect(twinOf(['a.md', one], other, one)).toBeUndefined();
  });

  test('are told from those that are different everywhere', () => {
    expect(twinOf(['Cafe.md', 'Caf\u00e8.md', 'Caf\u00e9 2.md'], composed)).toBeUndefined();
  });

  test('are passed over where a copy looks for a free one, though the system says nothing', async () => {
    const at = folders();
    const readdir = vi.spyOn(fs, 'readdir');
    readdir.mockResolvedValueOnce([decomposed, 'CAF\u00c9 2.md'] as never);
    const names = [composed, 'Caf\u00e9 2.md', 'Caf\u00e9 3.md'];
    const made = await createFree(at.library, names, Buffer.from('text'));
    expect(made.name).toBe('Caf\u00e9 3.md');
    readdir.mockRestore();
    expect(await fs.readdir(at.library)).toEqual(['Caf\u00e9 3.md']);
  });

  test('are refused for new and renamed documents, and imports get a free one', async () => {
    const at = folders();
    at.write(decomposed, 'theirs');
    at.write('b.md', 'b');
    const { client } = await openHost(at);
    const taken = { ok: false, error: { code: 'document.exists' } };
    expect(await client.call.createDocument({ folder: '', name: composed })).toMatchObject(taken);
    expect(await client.call.renameEntry({ path: 'b.md', name: composed })).toMatchObject(taken);
    const files = [{ name: composed, bytes: Buffer.from('mine') }];
    const { paths } = await imported(client, files);
    expect(paths).toEqual(['Caf\u00e9 2.md']);
    expect([at.text(decomposed), at.text(paths[0]!)]).toEqual(['theirs', 'mine']);
  });

  test('can both be opened and saved where the system tells them apart', async (context) => {
    const at = folders();
    const twins = ['a.md', 'A.md', composed, decomposed];
    for (const name of twins) at.write(name, name);
    if ((await fs.readdir(at.library)).length < twins.length) {
      return context.skip('this file system takes them for one');
    }
    const { client } = await openHost(at);
    for (const path of twins) {
      await typeInto(client, path, 'my ');
      unwrap(await client.call.saveDocument({ path }));
    }
    expect(twins.map((name) => at.text(name))).toEqual(twins.map((name) => `my ${name}`));
  });

  test('are kept apart on a file system that ignores case', async (context) => {
    const { library, client, at, text } = await onCaselessDisk(context);
    at.write('Harbour.md', 'theirs');
    at.write('b.md', 'b');
    expect(text('HARBOUR.MD')).toBe('theirs');
    const taken = { ok: false, error: { code: 'document.exists' } };
    expect(await client.call.createDocument({ folder: '', name: 'harbour' })).toMatchObject(taken);
    expect(await client.call.renameEntry({ path: 'b.md', name: 'HARBOUR' })).toMatchObject(taken);
    const files = [{ name: 'HARBOUR.md', bytes: Buffer.from('mine') }];
    expect((await imported(client, files)).paths).toEqual(['HARBOUR 2.md']);
    expect(unwrap(await client.call.renameEntry({ path: 'Harbour.md', name: 'harbour' }))).toBe(
      'harbour.md',
    );
    expect(text('harbour.md')).toBe('theirs');
    expect((await fs.readdir(library)).sort()).toEqual(['HARBOUR 2.md', 'b.md', 'harbour.md']);
  });

  test('are one open document there, which is saved, and keeps both versions in a conflict', async (context) => {
    const { library, client, at, text, state } = await onCaselessDisk(context);
    at.write('Harbour.md', 'text');
    await typeInto(client, 'Harbour.md', 'my ');
    // By its other name it would be a second text of the same file.
    expect(await client.call.openDocument({ path: 'HARBOUR.md' })).toMatchObject({ ok: false });
    unwrap(await client.call.saveDocument({ path: 'Harbour.md' }));
    expect(text('Harbour.md')).toBe('my text');
    await typeInto(client, 'Harbour.md', 'still ');
    at.write('Harbour.md', 'theirs');
    await eventually(() => expect(state('Harbour.md')).toMatchObject({ kind: 'conflict' }));
    unwrap(await client.call.settleDocument({ path: 'Harbour.md', settlement: { keep: 'mine' } }));
    expect(text('Harbour.md')).toBe('still my text');
    const [copy, ...others] = (await fs.readdir(library)).filter((name) => name !== 'Harbour.md');
    expect([text(copy!), others]).toEqual(['theirs', []]);
  });
});

/** A host over a library on such a disk; skips where there is none. */
async function onCaselessDisk(context: TestContext) {
  const at = folders();
  const disk = mountCaseless(at.data);
  if (typeof disk === 'string') return context.skip(disk);
  onTestFinished(() => disk[Symbol.dispose]());
  const library = join(disk.folder, 'library');
  await fs.mkdir(library);
  const host = await openHost({ ...at, library });
  onTestFinished(() => host.host.close());
  const file = (name: string): string => join(library, name);
  return {
    ...host,
    library,
    text: (name: string) => readFileSync(file(name), 'utf8'),
    at: { write: (name: string, text: string) => writeFileSync(file(name), text) },
  };
}

/** 255 bytes, in letters of one, three and four bytes. */
const long = ['x'.repeat(252), '\u6f22'.repeat(84), `${'\u{1f40b}'.repeat(63)}`].map(
  (stem) => `${stem}.md`,
);

describe('A very long name', () => {
  test.each(long)('is cut for copies, never inside a character: %s', (name) => {
    const names = copyNames(name, 'their version', new Date());
    for (let i = 0; i < 12; i++) {
      const copy = names.next().value;
      expect(Buffer.byteLength(copy)).toBeLessThanOrEqual(255);
      expect(Buffer.byteLength(copy)).toBeGreaterThan(245);
      expect(Buffer.from(copy).toString()).toBe(copy);
      expect(copy).toMatch(/^(x|\u6f22|\u{1f40b})+ \(their version [-. \d]+\)( \d+)?\.md$/u);
    }
  });

  test('does not end in a dot or a space where it is cut', () => {
    expect(fitting('one. two', '.md', 8)).toBe('one.md');
  });

  test.each(long)('has a copy of what a conflict leaves over: %s', async (name) => {
    const at = folders();
    at.write(name, 'text');
    const { client, state } = await openHost(at);
    await typeInto(client, name, 'my ');
    at.write(name, 'theirs');
    await eventually(() => expect(state(name)).toMatchObject({ kind: 'conflict' }));
    unwrap(await client.call.settleDocument({ path: name, settlement: { keep: 'mine' } }));
    const [copy] = (await fs.readdir(at.library)).filter(
      (other) => other !== name && other.endsWith('.md') && !other.startsWith('.'),
    );
    expect([at.text(name), at.text(copy!)]).toEqual(['my text', 'theirs']);
  });

  test('comes back after its file was deleted, under a shorter one', async () => {
    const at = folders();
    const [name] = long;
    at.write(name!, 'text');
    const { host, client } = await openHost(at);
    await typeInto(client, name!, 'my ');
    await fs.rm(join(at.library, name!));
    await client.call.closeDocument({ path: name! });
    await host.close();
    await openHost(at);
    const [copy] = await fs.readdir(at.library);
    expect(copy).toMatch(/^x+ \(recovered .*\)\.md$/);
    expect(at.text(copy!)).toBe('my text');
  });

  test('is cut where a file is dropped in, and a free one is found', async () => {
    const at = folders();
    const { client } = await openHost(at);
    for (const name of long) {
      const files = [{ name, bytes: Buffer.from(name) }];
      const first = (await imported(client, files)).paths;
      const second = (await imported(client, files)).paths;
      expect(second[0]).not.toBe(first[0]);
      for (const path of [...first, ...second]) expect(at.text(path)).toBe(name);
    }
  });

  test('of a folder in a folder, longer than the system takes, is refused with one clear sentence', async () => {
    const { client } = await openHost(folders());
    let folder = '';
    const create = (name: string) => client.call.createFolder({ folder, name });
    for (let depth = 0; depth < 16; depth++) {
      folder = unwrap(await create(String(depth).padStart(240, 'x')));
    }
    const refused = await client.call.createDocument({ folder, name: 'y'.repeat(230) });
    expect(refused).toMatchObject({ error: { code: 'disk.failed' } });
    const sentence = refused.ok ? '' : refused.error.sentence;
    expect(sentence).toMatch(/its name or its path is too long; choose a shorter one\.$/);
    expect(sentence.length).toBeLessThan(450);
    expect(await client.call.openDocument({ path: `${folder}/${'y'.repeat(230)}.md` })).toEqual({
      ok: false,
      error: {
        code: 'document.name',
        sentence: `${'y'.repeat(230)}.md lies too deep: its path is longer than the system takes; give its folders shorter names.`,
      },
    });
  });
});
