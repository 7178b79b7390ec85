import { execFileSync } from 'node:child_process';
import fs from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { unwrap } from '../../src/shared/result.ts';
import { eventually, folders, openHost, typeInto } from '../helpers/host.ts';

afterEach(() => vi.restoreAllMocks());

const fault = (code: string): Error => Object.assign(new Error(code), { code });

describe.skipIf(process.platform === 'win32')('What is no ordinary file', () => {
  test('is not shown, and is not opened: a pipe, a socket, a device, a folder, and links to them', async () => {
    const at = folders();
    at.write('a.md', 'text');
    execFileSync('mkfifo', [join(at.library, 'pipe.md')]);
    await fs.mkdir(join(at.library, 'folder.md'));
    await fs.symlink(join(at.library, 'pipe.md'), join(at.library, 'link.md'));
    await fs.symlink('/dev/zero', join(at.library, 'zero.md'));
    const server = createServer();
    await new Promise<void>((resolve) =>
      server.listen(join(at.library, 'socket.md'), () => resolve()),
    );
    onTestFinished(() => void server.close());
    const { client } = await openHost(at);
    const { entries } = unwrap(await client.call.start({})).library.root;
    expect(entries.map(({ kind, path }) => `${kind} ${path}`)).toEqual([
      'folder folder.md',
      'document a.md',
    ]);
    for (const path of ['pipe.md', 'link.md', 'socket.md', 'folder.md']) {
      expect(await client.call.openDocument({ path })).toMatchObject({
        error: { code: 'text.unreadable' },
      });
    }
    expect(await client.call.openDocument({ path: 'zero.md' })).toMatchObject({
      error: { code: 'document.missing' },
    });
  });

  test('that takes the place of a document is not written to, and the text stays here', async () => {
    const at = folders();
    at.write('a.md', 'old');
    const place = join(at.library, 'a.md');
    const { client, state } = await openHost(at);
    await typeInto(client, 'a.md', 'new ');
    await fs.rm(place);
    execFileSync('mkfifo', [place]);
    const saved = await client.call.saveDocument({ path: 'a.md' });
    expect(saved).toMatchObject({ error: { code: 'text.unreadable' } });
    expect(state('a.md')).toMatchObject({ kind: 'failed' });
    expect((await fs.lstat(place)).isFIFO()).toBe(true);
    await fs.rm(place);
    at.write('a.md', 'old');
    await eventually(() => expect(at.text('a.md')).toBe('new old'));
  });
});

test('A file larger than any manuscript is shown, and refused with a sentence', async () => {
  const at = folders();
  at.write('huge.md', '');
  await fs.truncate(join(at.library, 'huge.md'), 51_000_000);
  const { client } = await openHost(at);
  expect(unwrap(await client.call.start({})).library.root.entries).toHaveLength(1);
  expect(await client.call.openDocument({ path: 'huge.md' })).toEqual({
    ok: false,
    error: {
      code: 'document.too-large',
      sentence: 'huge.md is larger than 50 MB; split it into several documents.',
    },
  });
});

describe('The owner and the group of a file', () => {
  test('stay what they are where the system lets us', async (context) => {
    if (process.getuid?.() !== 0) return context.skip('only root may give files away');
    const at = folders();
    at.write('a.md', 'old');
    await fs.chown(join(at.library, 'a.md'), 4711, 4712);
    await fs.chmod(join(at.library, 'a.md'), 0o640);
    const { client } = await openHost(at);
    await typeInto(client, 'a.md', 'new ');
    unwrap(await client.call.saveDocument({ path: 'a.md' }));
    const { uid, gid, mode } = await fs.stat(join(at.library, 'a.md'));
    expect([uid, gid, mode & 0o7777]).toEqual([4711, 4712, 0o640]);
    expect(at.text('a.md')).toBe('new old');
  });

  test('are no reason not to save where it does not', async (context) => {
    if (process.getuid?.() !== 0) return context.skip('only root may give files away');
    const at = folders();
    at.write('a.md', 'old');
    await fs.chown(join(at.library, 'a.md'), 4711, 4712);
    const { client } = await openHost(at);
    await typeInto(client, 'a.md', 'new ');
    const chown = vi.spyOn(await handles(at.library), 'chown');
    chown.mockRejectedValue(fault('EPERM'));
    unwrap(await client.call.saveDocument({ path: 'a.md' }));
    // The group alone is tried, too.
    expect(chown.mock.calls.map(([, gid]) => gid)).toEqual([4712, 4712]);
    expect(at.text('a.md')).toBe('new old');
  });
});

describe.each(['EPERM', 'ENOSYS', 'EOPNOTSUPP'])('A file system without links (%s)', (code) => {
  test('takes documents, copies and saves, and no file is replaced unseen', async () => {
    const at = folders();
    at.write('a.md', 'text');
    const { client, state } = await openHost(at);
    const link = vi.spyOn(fs, 'link').mockRejectedValue(fault(code));
    expect(unwrap(await client.call.createDocument({ folder: '', name: 'b' }))).toBe('b.md');
    await typeInto(client, 'a.md', 'more ');
    unwrap(await client.call.saveDocument({ path: 'a.md' }));
    expect(at.text('a.md')).toBe('more text');
    await typeInto(client, 'a.md', 'my ');
    at.write('a.md', 'theirs');
    await eventually(() => expect(state('a.md')).toMatchObject({ kind: 'conflict' }));
    unwrap(await client.call.settleDocument({ path: 'a.md', settlement: { keep: 'theirs' } }));
    const [copy, ...others] = (await fs.readdir(at.library)).filter(
      (name) => name !== 'a.md' && name !== 'b.md',
    );
    expect([at.text('a.md'), at.text(copy!), others]).toEqual(['theirs', 'my more text', []]);
    await typeInto(client, 'a.md', 'my ');
    await fs.rm(join(at.library, 'a.md'));
    await eventually(() => expect(state('a.md')).toEqual({ kind: 'gone' }));
    at.write('a.md', 'another');
    expect(await client.call.saveDocument({ path: 'a.md' })).toMatchObject({ ok: false });
    expect(at.text('a.md')).toBe('another');
    expect(link).toHaveBeenCalled();
  });
});

test.each(['EINVAL', 'ENOTSUP'])(
  'A file system that cannot sync folders (%s) takes saves all the same',
  async (code) => {
    const at = folders();
    at.write('a.md', 'old');
    const { client } = await openHost(at);
    await typeInto(client, 'a.md', 'new ');
    const proto = await handles(at.library);
    const { sync } = proto;
    let folderSyncs = 0;
    vi.spyOn(proto, 'sync').mockImplementation(async function (this: unknown) {
      if (!(await (this as fs.FileHandle).stat()).isDirectory()) return sync.call(this);
      folderSyncs++;
      throw fault(code);
    });
    unwrap(await client.call.saveDocument({ path: 'a.md' }));
    if (process.platform !== 'win32') expect(folderSyncs).toBeGreaterThan(0);
    expect(at.text('a.md')).toBe('new old');
    expect(await fs.readdir(at.library)).toEqual(['a.md']);
  },
);

type Method = (this: unknown, ...args: unknown[]) => Promise<unknown>;

/** The methods that every open file has. */
async function handles(folder: string): Promise<Record<'sync' | 'chown', Method>> {
  const handle = await fs.open(folder, 'r');
  await handle.close();
  return Object.getPrototypeOf(handle) as Record<'sync' | 'chown', Method>;
}
