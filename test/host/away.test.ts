import { execFileSync } from 'node:child_process';
import fs from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { unwrap } from '../../src/shared/result.ts';
import {
  eventually,
  folders,
  importFiles,
  openHost,
  typeInto,
  type OpenHost,
} from '../helpers/host.ts';

const names = async ({ client }: OpenHost): Promise<string[]> =>
  unwrap(await client.call.start({})).library.root.entries.map(({ path }) => path);

/** Types more into a document that is open. */
async function typeOn({ client }: OpenHost, path: string, base: number): Promise<void> {
  const edits = [{ from: 0, to: 0, insert: 'on ' }];
  unwrap(await client.call.editDocument({ path, base, edits }));
}

const sentence = expect.stringMatching(
  / is not there; put it back, and what you wrote meanwhile is saved by itself\.$/,
) as unknown;
const awaySentence = { kind: 'failed', sentence };

describe('The folder of the library', () => {
  test('that is renamed away and back: everything is saved by itself, and nothing made meanwhile', async () => {
    const at = folders();
    at.write('a.md', 'a');
    at.write('book/b.md', 'b');
    at.write('c.md', 'c');
    const host = await openHost(at);
    const { client, state, notices } = host;
    const version = await typeInto(client, 'a.md', 'first ');
    unwrap(await client.call.saveDocument({ path: 'a.md' }));
    unwrap(await client.call.openDocument({ path: 'c.md' }));
    await fs.rename(at.library, `${at.library} elsewhere`);
    await typeOn(host, 'a.md', version);
    for (const path of ['a.md', 'c.md']) {
      await eventually(() => expect(state(path)).toEqual(awaySentence));
    }
    expect(notices).toEqual([sentence]);
    for (const result of [
      await client.call.saveDocument({ path: 'a.md' }),
      await client.call.closeDocument({ path: 'a.md' }),
      await client.call.openDocument({ path: 'book/b.md' }),
      await client.call.createDocument({ folder: '', name: 'new' }),
      await client.call.createFolder({ folder: 'book', name: 'new' }),
      await client.call.renameEntry({ path: 'book/b.md', name: 'new' }),
      await importFiles(client, [{ name: 'd.md', bytes: '' }]),
    ]) {
      expect(result).toMatchObject({ ok: false, error: { code: 'library.missing' } });
    }
    expect(await names(host)).toEqual(['book', 'a.md', 'c.md']);
    await expect(fs.access(at.library)).rejects.toThrow('ENOENT');
    expect(await fs.readdir(join(at.data, 'journals'))).toHaveLength(1);

    await fs.rename(`${at.library} elsewhere`, at.library);
    await eventually(() => expect(state('a.md')).toMatchObject({ kind: 'saved' }));
    expect(at.text('a.md')).toBe('on first a');
    await eventually(() => expect(state('c.md')).toMatchObject({ kind: 'saved' }));
    // It is watched again.
    at.write('new.md', 'text');
    await eventually(async () => expect(await names(host)).toContain('new.md'));
    at.write('c.md', 'theirs');
    await eventually(() => expect(host.reloaded).toEqual(['theirs']));
  });

  test('whose name another folder has: nothing is written into that one', async () => {
    const at = folders();
    at.write('a.md', 'a');
    const host = await openHost(at);
    const { client, state } = host;
    await typeInto(client, 'a.md', 'my ');
    await fs.rename(at.library, `${at.library} elsewhere`);
    await fs.mkdir(at.library);
    await eventually(() => expect(state('a.md')).toEqual(awaySentence));
    expect(await client.call.saveDocument({ path: 'a.md' })).toMatchObject({
      error: { code: 'library.missing' },
    });
    expect(await client.call.createDocument({ folder: '', name: 'b' })).toMatchObject({
      error: { code: 'library.missing' },
    });
    expect(await fs.readdir(at.library)).toEqual([]);
    await fs.rmdir(at.library);
    await fs.rename(`${at.library} elsewhere`, at.library);
    await eventually(() => expect(at.text('a.md')).toBe('my a'));
    await eventually(() => expect(state('a.md')).toMatchObject({ kind: 'saved' }));
  });

  test('that is deleted and put back from a copy is the library again', async () => {
    const at = folders();
    at.write('a.md', 'a');
    at.write('b.md', 'b');
    const host = await openHost(at);
    const { client, state } = host;
    unwrap(await client.call.openDocument({ path: 'b.md' }));
    await typeInto(client, 'a.md', 'my ');
    unwrap(await client.call.saveDocument({ path: 'a.md' }));
    await fs.cp(at.library, `${at.library} copy`, { recursive: true });
    const base = unwrap(await client.call.openDocument({ path: 'a.md' })).version;
    await fs.rm(at.library, { recursive: true });
    await typeOn(host, 'a.md', base);
    for (const path of ['a.md', 'b.md']) {
      await eventually(() => expect(state(path)).toEqual(awaySentence));
    }
    await fs.rename(`${at.library} copy`, at.library);
    await eventually(() => expect(at.text('a.md')).toBe('on my a'));
    await eventually(() => expect(state('b.md')).toMatchObject({ kind: 'saved' }));
    await eventually(async () =>
      expect((await fs.readdir(at.library)).sort()).toEqual(['a.md', 'b.md']),
    );
  });

  test('that is away when a document is closed and Understudy ends: the text comes back with it', async () => {
    const at = folders();
    at.write('a.md', 'a');
    at.write('b.md', 'b');
    const { host, client, state } = await openHost(at);
    unwrap(await client.call.openDocument({ path: 'b.md' }));
    await typeInto(client, 'a.md', 'my ');
    await fs.rename(at.library, `${at.library} elsewhere`);
    await eventually(() => expect(state('a.md')).toEqual(awaySentence));
    unwrap(await client.call.closeDocument({ path: 'b.md' }));
    await host.close();
    await expect(fs.access(at.library)).rejects.toThrow('ENOENT');
    await fs.rename(`${at.library} elsewhere`, at.library);
    const again = await openHost(at);
    const opened = unwrap(await again.client.call.openDocument({ path: 'a.md' }));
    expect([opened.text, opened.fileText]).toEqual(['my a', 'a']);
    expect(unwrap(await again.client.call.openDocument({ path: 'b.md' })).fileText).toBeNull();
    expect((await fs.readdir(at.library)).sort()).toEqual(['a.md', 'b.md']);
  });
});

test('A stick that is put in after the start: what was left waits for it', async () => {
  const at = folders();
  at.write('a.md', 'a');
  const { host, client, state } = await openHost(at);
  await typeInto(client, 'a.md', 'my ');
  await fs.rename(at.library, `${at.library} elsewhere`);
  await eventually(() => expect(state('a.md')).toEqual(awaySentence));
  await host.close();
  await fs.mkdir(at.library);
  const again = await openHost(at);
  expect(await names(again)).toEqual([]);
  expect(await fs.readdir(at.library)).toEqual([]);
  await fs.rmdir(at.library);
  await fs.rename(`${at.library} elsewhere`, at.library);
  await eventually(async () => expect(await names(again)).toEqual(['a.md']));
  const opened = unwrap(await again.client.call.openDocument({ path: 'a.md' }));
  expect([opened.text, opened.fileText]).toEqual(['my a', 'a']);
  expect(await fs.readdir(at.library)).toEqual(['a.md']);
});

const tmpfs = (place: string): boolean => {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', place], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

test('A stick that is pulled: nothing is written where it was mounted, and all once it is back', async (context) => {
  const at = folders();
  if (process.platform !== 'linux' || !tmpfs(at.library)) {
    return context.skip('only root may mount a file system');
  }
  const aside = `${at.library} elsewhere`;
  onTestFinished(() => {
    for (const place of [at.library, aside]) {
      try {
        execFileSync('umount', ['-l', place], { stdio: 'ignore' });
      } catch {
        // It is not mounted any more.
      }
    }
  });
  at.write('a.md', 'a');
  const host = await openHost(at);
  const { client, state } = host;
  await typeInto(client, 'a.md', 'my ');
  await fs.mkdir(aside);
  execFileSync('mount', ['--bind', at.library, aside]);
  execFileSync('umount', [at.library]);
  await eventually(() => expect(state('a.md')).toEqual(awaySentence));
  expect(await client.call.saveDocument({ path: 'a.md' })).toMatchObject({ ok: false });
  expect(await client.call.createDocument({ folder: '', name: 'b' })).toMatchObject({ ok: false });
  expect(await fs.readdir(at.library)).toEqual([]);
  execFileSync('mount', ['--bind', aside, at.library]);
  await eventually(() => expect(at.text('a.md')).toBe('my a'));
  await eventually(() => expect(state('a.md')).toMatchObject({ kind: 'saved' }));
});
