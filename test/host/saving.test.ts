import { execFileSync } from 'node:child_process';
import disk, { renameSync, writeFileSync } from 'node:fs';
import fs from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { unwrap } from '../../src/shared/result.ts';
import { eventually, folders, openHost, typeInto } from '../helpers/host.ts';
import { temporaryFolder } from '../helpers/voices.ts';

const here = temporaryFolder();
afterEach(() => vi.restoreAllMocks());

const fault = (code: string): Error => Object.assign(new Error(code), { code, syscall: 'rename' });

describe('Saving', () => {
  test('happens by itself after a pause, keeps the mode and leaves nothing beside', async () => {
    const at = folders();
    at.write('a.md', 'old');
    await fs.chmod(join(at.library, 'a.md'), 0o664);
    const { client, states, state } = await openHost(at);
    await typeInto(client, 'a.md', 'new and ');
    await eventually(() => expect(state('a.md')).toEqual({ kind: 'saved', version: 2 }));
    expect(states.map(({ state }) => state.kind)).toEqual(['unsaved', 'saved']);
    expect(at.text('a.md')).toBe('new and old');
    if (process.platform !== 'win32') {
      expect((await fs.stat(join(at.library, 'a.md'))).mode & 0o777).toBe(0o664);
    }
    expect(await fs.readdir(at.library)).toEqual(['a.md']);
  });

  test('twice at once ends with the newest text', async () => {
    const at = folders();
    at.write('a.md', '');
    const { client, state } = await openHost(at);
    let version = await typeInto(client, 'a.md', 'one ');
    const saves = [client.call.saveDocument({ path: 'a.md' })];
    for (const insert of ['two ', 'three ', 'four ']) {
      const edits = [{ from: 0, to: 0, insert }];
      version = unwrap(
        await client.call.editDocument({ path: 'a.md', base: version, edits }),
      ).version;
      saves.push(client.call.saveDocument({ path: 'a.md' }));
    }
    for (const save of saves) unwrap(await save);
    expect(at.text('a.md')).toBe('four three two one ');
    expect(state('a.md')).toEqual({ kind: 'saved', version });
  });

  test('goes to the file that a link in the library leads to', async () => {
    const at = folders();
    at.write('real/a.md', 'text');
    await fs.symlink(join(at.library, 'real/a.md'), join(at.library, 'link.md'));
    const { client } = await openHost(at);
    await typeInto(client, 'link.md', 'more ');
    unwrap(await client.call.saveDocument({ path: 'link.md' }));
    expect(at.text('real/a.md')).toBe('more text');
    expect((await fs.lstat(join(at.library, 'link.md'))).isSymbolicLink()).toBe(true);
  });

  test('is refused for a version that is not the newest, and for edits outside the text', async () => {
    const at = folders();
    at.write('a.md', 'text');
    const { client } = await openHost(at);
    const version = await typeInto(client, 'a.md', 'x');
    const edit = (base: number, from: number, to: number) =>
      client.call.editDocument({ path: 'a.md', base, edits: [{ from, to, insert: '' }] });
    expect(await edit(version - 1, 0, 1)).toMatchObject({ error: { code: 'document.stale' } });
    expect(await edit(version, 0, 99)).toMatchObject({ error: { code: 'request.invalid' } });
    expect(await edit(version, 3, 2)).toMatchObject({ error: { code: 'request.invalid' } });
    unwrap(await edit(version, 0, 1));
  });

  test.each(['ENOSPC', 'EIO', 'EROFS', 'EACCES'])(
    'that fails with %s keeps the old file and the text, says so, and is made good',
    async (code) => {
      const at = folders();
      at.write('a.md', 'old');
      const { client, state } = await openHost(at);
      await typeInto(client, 'a.md', 'new ');
      vi.spyOn(disk, 'renameSync').mockImplementation(() => {
        throw fault(code);
      });
      await eventually(() => expect(state('a.md')).toMatchObject({ kind: 'failed' }));
      expect(await client.call.saveDocument({ path: 'a.md' })).toMatchObject({
        ok: false,
        error: { code: code === 'ENOSPC' ? 'disk.full' : 'disk.failed' },
      });
      expect(at.text('a.md')).toBe('old');
      expect(await fs.readdir(at.library)).toEqual(['a.md']);
      vi.restoreAllMocks();
      unwrap(await client.call.saveDocument({ path: 'a.md' }));
      expect(at.text('a.md')).toBe('new old');
      expect(state('a.md')).toMatchObject({ kind: 'saved' });
    },
  );
});

describe('Another program', () => {
  test('that changes a file with nothing unsaved here makes it load again', async () => {
    const at = folders();
    at.write('a.md', 'old');
    const { client, state, reloaded } = await openHost(at);
    unwrap(await client.call.openDocument({ path: 'a.md' }));
    at.write('a.md', 'theirs');
    await eventually(() => expect(reloaded).toEqual(['theirs']));
    expect(unwrap(await client.call.openDocument({ path: 'a.md' })).text).toBe('theirs');
    expect(state('a.md')).toMatchObject({ kind: 'saved' });
  });

  test('that only touches a file changes nothing', async () => {
    const at = folders();
    at.write('a.md', 'same');
    const { client, states, reloaded } = await openHost(at);
    unwrap(await client.call.openDocument({ path: 'a.md' }));
    at.write('a.md', 'same');
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect([reloaded, states]).toEqual([[], []]);
  });

  test.each([
    ['mine', 'my text', 'their version', 'theirs'],
    ['theirs', 'theirs', 'my version', 'my text'],
  ] as const)('and the writer here: keeping %s', async (keep, kept, whose, copied) => {
    const at = folders();
    at.write('book/a.md', 'text');
    const { client, state } = await openHost(at);
    const path = 'book/a.md';
    await typeInto(client, path, 'my ');
    at.write(path, 'theirs');
    await eventually(() =>
      expect(state(path)).toEqual({ kind: 'conflict', theirs: 'theirs', base: 'text' }),
    );
    // A page that is loaded only now hears of it, too.
    expect(unwrap(await client.call.openDocument({ path })).save).toEqual(state(path));
    expect(await client.call.saveDocument({ path })).toMatchObject({
      error: { code: 'document.changed' },
    });
    expect(at.text(path)).toBe('theirs');
    const settled = unwrap(await client.call.settleDocument({ path, settlement: { keep } }));
    expect(settled.text).toBe(kept);
    expect(at.text(path)).toBe(kept);
    expect(state(path)).toMatchObject({ kind: 'saved' });
    const others = (await fs.readdir(join(at.library, 'book'))).filter((name) => name !== 'a.md');
    expect(others).toEqual([
      expect.stringMatching(
        new RegExp(`^a \\(${whose} \\d{4}-\\d\\d-\\d\\d \\d\\d\\.\\d\\d\\)\\.md$`),
      ),
    ]);
    expect(at.text(`book/${others[0]}`)).toBe(copied);
  });

  test('and the writer, who types on while the version here is copied: the copy has it all', async () => {
    const at = folders();
    at.write('a.md', 'text');
    const { client, state, reloaded } = await openHost(at);
    let version = await typeInto(client, 'a.md', 'my ');
    at.write('a.md', 'theirs');
    await eventually(() => expect(state('a.md')).toMatchObject({ kind: 'conflict' }));
    const { link } = fs;
    vi.spyOn(fs, 'link').mockImplementationOnce(async (from, to) => {
      await link(from, to);
      const edits = [{ from: 0, to: 0, insert: 'still ' }];
      ({ version } = unwrap(
        await client.call.editDocument({ path: 'a.md', base: version, edits }),
      ));
    });
    unwrap(await client.call.settleDocument({ path: 'a.md', settlement: { keep: 'theirs' } }));
    // The page hears of the other text before anything it types can be refused.
    expect(reloaded).toEqual(['theirs']);
    const [copy] = (await fs.readdir(at.library)).filter((name) => name !== 'a.md');
    expect(at.text(copy!)).toBe('still my text');
    expect(at.text('a.md')).toBe('theirs');
  });

  test('that takes away the file of a document, which is then closed: it comes back at the next start', async () => {
    const at = folders();
    at.write('a.md', 'text');
    const { host, client, state } = await openHost(at);
    unwrap(await client.call.openDocument({ path: 'a.md' }));
    await fs.rm(join(at.library, 'a.md'));
    await eventually(() => expect(state('a.md')).toEqual({ kind: 'gone' }));
    unwrap(await client.call.closeDocument({ path: 'a.md' }));
    await host.close();
    await openHost(at);
    const [copy] = await fs.readdir(at.library);
    expect(copy).toMatch(/^a \(recovered .*\)\.md$/);
    expect(at.text(copy!)).toBe('text');
  });

  test('that takes a file away: the text stays, and saving brings it back', async () => {
    const at = folders();
    at.write('a.md', 'text');
    const { client, state } = await openHost(at);
    unwrap(await client.call.openDocument({ path: 'a.md' }));
    await fs.rm(join(at.library, 'a.md'));
    await eventually(() => expect(state('a.md')).toEqual({ kind: 'gone' }));
    await typeInto(client, 'a.md', 'more ');
    await new Promise((resolve) => setTimeout(resolve, 900));
    expect(await fs.readdir(at.library)).toEqual([]);
    unwrap(await client.call.saveDocument({ path: 'a.md' }));
    expect(at.text('a.md')).toBe('more text');
    expect(state('a.md')).toMatchObject({ kind: 'saved' });
  });

  test('that renames another file over it, as programs that sync do, is not "gone"', async () => {
    const at = folders();
    at.write('a.md', 'text');
    const { client, states, reloaded } = await openHost(at);
    unwrap(await client.call.openDocument({ path: 'a.md' }));
    await fs.rename(join(at.library, 'a.md'), join(at.library, 'a.md.old'));
    await new Promise((resolve) => setTimeout(resolve, 100));
    at.write('a.md', 'synced');
    await eventually(() => expect(reloaded).toEqual(['synced']));
    expect(states.map(({ state }) => state.kind)).not.toContain('gone');
  });
});

test('A change of another program is told before an edit is refused for it', async () => {
  const at = folders();
  at.write('a.md', 'old');
  const { client } = await openHost(at);
  const base = await typeInto(client, 'a.md', 'new ');
  unwrap(await client.call.saveDocument({ path: 'a.md' }));
  const told: string[] = [];
  client.on.documentReloaded(({ text }) => told.push(text));
  const { rm } = fs;
  vi.spyOn(fs, 'rm').mockImplementation(async (path, options) => {
    if (String(path).endsWith('.journal')) {
      // Theirs is taken in and the journal goes: just now comes what was typed to the text before.
      const edits = [{ from: 0, to: 0, insert: 'x' }];
      const result = await client.call.editDocument({ path: 'a.md', base, edits });
      told.push(result.ok ? 'taken' : result.error.code);
    }
    await rm(path, options);
  });
  at.write('a.md', 'theirs');
  await eventually(() => expect(told).toHaveLength(2));
  expect(told).toEqual(['theirs', 'document.stale']);
});

test('500 saves of our own are no conflict', async () => {
  const at = folders();
  at.write('a.md', '');
  const { client, states } = await openHost(at);
  let { version } = unwrap(await client.call.openDocument({ path: 'a.md' }));
  for (let i = 0; i < 500; i++) {
    const edits = [{ from: 0, to: 0, insert: `${i} ` }];
    ({ version } = unwrap(await client.call.editDocument({ path: 'a.md', base: version, edits })));
    unwrap(await client.call.saveDocument({ path: 'a.md' }));
  }
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(new Set(states.map(({ state }) => state.kind))).toEqual(new Set(['unsaved', 'saved']));
  expect(at.text('a.md')).toMatch(/^499 498 .* 1 0 $/);
});

/** Runs `work` at the very moment at which the new file takes the place of the old one. */
function atTheRename(work: (path: string) => void, when: 'before' | 'after'): void {
  const { statSync, renameSync } = disk;
  if (when === 'before') {
    vi.spyOn(disk, 'statSync').mockImplementationOnce(((path: string, options: object) => {
      work(path);
      return statSync(path, options);
    }) as typeof statSync);
  } else {
    // The look is over, the rename comes.
    vi.spyOn(disk, 'renameSync').mockImplementationOnce((from, to) => {
      work(String(to));
      renameSync(from, to);
    });
  }
}

describe('Another program that writes at the very moment of a save', () => {
  test.each([
    ['into the file', 'after', (path: string) => writeFileSync(path, 'theirs', { flag: 'r+' })],
    ['over the file', 'after', (path: string) => writeFileSync(path, 'theirs')],
    [
      'another file and renames it',
      'before',
      (path: string) => {
        writeFileSync(`${path}.part`, 'theirs');
        renameSync(`${path}.part`, path);
      },
    ],
  ] as const)('%s is not overwritten', async (_, when, work) => {
    const at = folders();
    at.write('a.md', 'old');
    const { client, state } = await openHost(at);
    await typeInto(client, 'a.md', 'new ');
    atTheRename(work, when);
    expect(await client.call.saveDocument({ path: 'a.md' })).toMatchObject({
      error: { code: 'document.changed' },
    });
    expect(state('a.md')).toMatchObject({ kind: 'conflict' });
    expect(at.text('a.md')).toContain('the');
    expect(await fs.readdir(at.library)).toEqual(['a.md']);
    const mine = unwrap(
      await client.call.settleDocument({ path: 'a.md', settlement: { keep: 'mine' } }),
    );
    expect([mine.text, at.text('a.md')]).toEqual(['new old', 'new old']);
    const [copy] = (await fs.readdir(at.library)).filter((name) => name !== 'a.md');
    expect(at.text(copy!)).toBe('theirs');
  });

  test('a new file under the name of one that was gone is not overwritten', async () => {
    const at = folders();
    at.write('a.md', 'old');
    const { client, state } = await openHost(at);
    await typeInto(client, 'a.md', 'new ');
    await fs.rm(join(at.library, 'a.md'));
    await eventually(() => expect(state('a.md')).toEqual({ kind: 'gone' }));
    const { link } = fs;
    vi.spyOn(fs, 'link').mockImplementationOnce((from, to) => {
      at.write('a.md', 'theirs');
      return link(from, to);
    });
    expect(await client.call.saveDocument({ path: 'a.md' })).toMatchObject({
      error: { code: 'document.changed' },
    });
    expect(at.text('a.md')).toBe('theirs');
  });
});

test('A document whose file was deleted a moment ago is not let go of', async () => {
  const at = folders();
  at.write('a.md', 'text');
  const { host, client } = await openHost(at);
  unwrap(await client.call.openDocument({ path: 'a.md' }));
  await fs.rm(join(at.library, 'a.md'));
  unwrap(await client.call.closeDocument({ path: 'a.md' }));
  await host.close();
  await openHost(at);
  const [copy] = await fs.readdir(at.library);
  expect(at.text(copy!)).toBe('text');
});

describe('An open document', () => {
  test('goes with its file when that is renamed, and with its folder', async () => {
    const at = folders();
    at.write('book/a.md', 'text');
    const { client } = await openHost(at);
    const moves: unknown[] = [];
    client.on.documentMoved((move) => moves.push(move));
    await typeInto(client, 'book/a.md', 'more ');
    const preferences = {
      ...unwrap(await client.call.openDocument({ path: 'book/a.md' })).preferences,
      goal: 700,
    };
    unwrap(await client.call.setPreferences({ path: 'book/a.md', preferences }));
    expect(unwrap(await client.call.renameEntry({ path: 'book/a.md', name: 'b' }))).toBe(
      'book/b.md',
    );
    expect(unwrap(await client.call.renameEntry({ path: 'book', name: 'novel' }))).toBe('novel');
    expect(moves).toEqual([
      { from: 'book/a.md', to: 'book/b.md' },
      { from: 'book/b.md', to: 'novel/b.md' },
    ]);
    expect(at.text('novel/b.md')).toBe('more text');
    await typeInto(client, 'novel/b.md', 'even ');
    unwrap(await client.call.saveDocument({ path: 'novel/b.md' }));
    expect(at.text('novel/b.md')).toBe('even more text');
    expect(unwrap(await client.call.openDocument({ path: 'novel/b.md' })).preferences.goal).toBe(
      700,
    );
    expect(await fs.readdir(at.library)).toEqual(['novel']);
  });

  test('that is closed is saved first and leaves no journal', async () => {
    const at = folders();
    at.write('a.md', 'text');
    const { client } = await openHost(at);
    await typeInto(client, 'a.md', 'last words, ');
    unwrap(await client.call.closeDocument({ path: 'a.md' }));
    expect(at.text('a.md')).toBe('last words, text');
    expect(await fs.readdir(join(at.data, 'journals'))).toEqual([]);
  });

  test('that is opened while it is being closed is open afterwards', async () => {
    const at = folders();
    at.write('a.md', 'text');
    const { client } = await openHost(at);
    await typeInto(client, 'a.md', 'more ');
    const closed = client.call.closeDocument({ path: 'a.md' });
    const { text, version } = unwrap(await client.call.openDocument({ path: 'a.md' }));
    unwrap(await closed);
    expect(text).toBe('more text');
    const edits = [{ from: 0, to: 0, insert: 'even ' }];
    unwrap(await client.call.editDocument({ path: 'a.md', base: version, edits }));
    unwrap(await client.call.saveDocument({ path: 'a.md' }));
    expect(at.text('a.md')).toBe('even more text');
  });

  test('cannot be opened a second time over a link to it, and keeps its journal', async () => {
    const at = folders();
    at.write('a.md', 'text');
    await fs.symlink(join(at.library, 'a.md'), join(at.library, 'link.md'));
    const { client } = await openHost(at);
    await typeInto(client, 'a.md', 'more ');
    unwrap(await client.call.saveDocument({ path: 'a.md' }));
    expect(await client.call.openDocument({ path: 'link.md' })).toEqual({
      ok: false,
      error: {
        code: 'document.exists',
        sentence: 'link.md leads to a.md, which is open; change it there.',
      },
    });
    expect(await fs.readdir(join(at.data, 'journals'))).toHaveLength(1);
  });

  test('whose file is gone goes with its folder, and so do those after it', async () => {
    const at = folders();
    at.write('book/a.md', 'a');
    at.write('book/b.md', 'b');
    const { client, state } = await openHost(at);
    for (const path of ['book/a.md', 'book/b.md']) await typeInto(client, path, 'my ');
    for (const path of ['book/a.md', 'book/b.md']) unwrap(await client.call.saveDocument({ path }));
    await fs.rm(join(at.library, 'book/a.md'));
    await eventually(() => expect(state('book/a.md')).toEqual({ kind: 'gone' }));
    expect(unwrap(await client.call.renameEntry({ path: 'book', name: 'novel' }))).toBe('novel');
    for (const path of ['novel/a.md', 'novel/b.md']) {
      await typeInto(client, path, 'still ');
      unwrap(await client.call.saveDocument({ path }));
    }
    expect([at.text('novel/a.md'), at.text('novel/b.md')]).toEqual(['still my a', 'still my b']);
  });

  test('of a megabyte takes 2,000 keystrokes in less than a millisecond each', async () => {
    const at = folders();
    at.write('a.md', 'The sea was grey that day.\n'.repeat(40_000));
    const { client } = await openHost(at);
    let { version } = unwrap(await client.call.openDocument({ path: 'a.md' }));
    const start = performance.now();
    for (let i = 0; i < 2000; i++) {
      const edits = [{ from: 500_000 + i, to: 500_000 + i, insert: 'x' }];
      ({ version } = unwrap(
        await client.call.editDocument({ path: 'a.md', base: version, edits }),
      ));
    }
    const each = (performance.now() - start) / 2000;
    unwrap(await client.call.saveDocument({ path: 'a.md' }));
    expect(at.text('a.md').slice(500_000, 502_000)).toBe('x'.repeat(2000));
    expect(each).toBeLessThan(1);
  });
});

/** A small file system in memory, or null where one may not be mounted. */
function mountSmall(folder: string, kilobytes: number): string | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return null;
  try {
    execFileSync('mkdir', ['-p', folder]);
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', folder], {
      stdio: 'ignore',
    });
    return folder;
  } catch {
    return null;
  }
}
const small = mountSmall(here('small'), 256);
afterAll(() => {
  if (small) execFileSync('umount', ['-l', small]);
});

test.runIf(small)(
  'a full disk keeps the old file, and the text is saved once there is room',
  async () => {
    const at = { ...folders(), library: small! };
    await fs.writeFile(join(small!, 'a.md'), 'old\n'.repeat(10_000));
    const { client, state } = await openHost(at);
    await typeInto(client, 'a.md', 'new\n'.repeat(5000));
    await fs.writeFile(join(small!, 'ballast'), Buffer.alloc(200_000)).catch(() => undefined);
    await eventually(() => expect(state('a.md')).toMatchObject({ kind: 'failed' }));
    expect(state('a.md')).toMatchObject({
      sentence: expect.stringContaining('The disk is full') as string,
    });
    expect(await fs.readFile(join(small!, 'a.md'), 'utf8')).toBe('old\n'.repeat(10_000));
    expect((await fs.readdir(small!)).sort()).toEqual(['a.md', 'ballast']);
    await fs.rm(join(small!, 'ballast'));
    unwrap(await client.call.saveDocument({ path: 'a.md' }));
    expect((await fs.readFile(join(small!, 'a.md'), 'utf8')).startsWith('new\n')).toBe(true);
  },
);

test('what interrupted saves left is removed at the start, also beside kept texts', async () => {
  const at = folders();
  const places = ['undo', 'marks', 'snapshots/432edcc3d62fe2a8ff1fdc12'];
  for (const place of places) {
    await fs.mkdir(join(at.data, place), { recursive: true });
    await fs.writeFile(join(at.data, place, '.place.json.9925-38f3525c.tmp'), 'half');
  }
  await openHost(at);
  for (const place of places) expect(await fs.readdir(join(at.data, place))).toEqual([]);
});
