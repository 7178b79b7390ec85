import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import fs from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { ApiClient, Marks, Passage } from '../../../src/shared/api/index.ts';
import { unwrap } from '../../../src/shared/result.ts';
import { eventually, folders, openHost, type Folders } from '../../helpers/host.ts';

afterEach(() => vi.restoreAllMocks());

const passage = (id = 'a'): Passage => ({
  id,
  voice: 'Mine',
  at: Date.UTC(2026, 10, 25),
  creativity: 50,
  seed: 7,
});
const marksOf = (insert: string, id?: string): Marks => ({
  passages: [passage(id)],
  spans: [{ from: 0, to: insert.length, passage: 0, taken: insert.split(' ').length }],
});

/** A voice suggests `insert`, and the writer takes it; saved. */
async function accept(client: ApiClient, path: string, at: number, insert: string, id?: string) {
  const { version } = unwrap(await client.call.openDocument({ path }));
  const edits = [{ from: at, to: at, insert, marks: marksOf(insert, id) }];
  unwrap(await client.call.editDocument({ path, base: version, edits }));
  unwrap(await client.call.saveDocument({ path }));
}

/** What is suggested of a document, as text. */
async function suggested(client: ApiClient, path: string): Promise<string[]> {
  const { text, marks } = unwrap(await client.call.openDocument({ path }));
  return marks.spans.map(({ from, to }) => text.slice(from, to));
}

const sidecar = (path: string): string => {
  const folder = dirname(path);
  const name = `.${path.split('/').at(-1)!}.understudy.json`;
  return folder === '.' ? name : `${folder}/${name}`;
};
const hidden = (at: Folders, folder = ''): string[] =>
  readdirSync(join(at.library, folder)).filter((name) => name.startsWith('.'));

/** A library with a document of which a sentence is suggested, closed again. */
async function marked(path = 'a.md', text = 'The fog came. It stayed.') {
  const at = folders();
  at.write(path, text);
  const open = await openHost(at);
  await accept(open.client, path, 13, ' The lamps on the quay went out one by one.');
  await open.host.close();
  return at;
}

/** The disk has no room for any of what is kept of marks. */
function noRoomForMarks() {
  const { open } = fs;
  return vi
    .spyOn(fs, 'open')
    .mockImplementation((path, ...more) =>
      /understudy\.json|[\\/]marks[\\/]/.test(String(path))
        ? Promise.reject(Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' }))
        : open(path, ...more),
    );
}

describe('A sidecar', () => {
  test('lies hidden beside the document once something was suggested, and not before', async () => {
    const at = folders();
    at.write('book/a.txt', 'The fog came.');
    const { client } = await openHost(at);
    const { version } = unwrap(await client.call.openDocument({ path: 'book/a.txt' }));
    const edits = [{ from: 0, to: 0, insert: 'So. ' }];
    unwrap(await client.call.editDocument({ path: 'book/a.txt', base: version, edits }));
    unwrap(await client.call.saveDocument({ path: 'book/a.txt' }));
    unwrap(await client.call.closeDocument({ path: 'book/a.txt' }));
    expect(hidden(at, 'book')).toEqual([]);
    await accept(client, 'book/a.txt', 4, 'Once more, ');
    await eventually(() => expect(hidden(at, 'book')).toEqual(['.a.txt.understudy.json']));
    expect(at.text('book/a.txt')).toBe('So. Once more, The fog came.');
    expect(JSON.parse(at.text('book/.a.txt.understudy.json'))).toMatchObject({
      format: 1,
      sha256: createHash('sha256').update(at.text('book/a.txt')).digest('hex'),
      passages: [passage()],
      quotes: [{ from: 4, text: 'Once more, ', before: 'So. ' }],
    });
  });

  test('brings the marks back at the next start', async () => {
    const at = await marked();
    const { client } = await openHost(at);
    expect(await suggested(client, 'a.md')).toEqual([
      ' The lamps on the quay went out one by one.',
    ]);
  });

  test('goes when nothing of it is left', async () => {
    const at = await marked();
    const { client } = await openHost(at);
    const { version, text } = unwrap(await client.call.openDocument({ path: 'a.md' }));
    const edits = [{ from: 0, to: text.length, insert: 'Mine.' }];
    unwrap(await client.call.editDocument({ path: 'a.md', base: version, edits }));
    unwrap(await client.call.saveDocument({ path: 'a.md' }));
    await eventually(() => expect(hidden(at)).toEqual([]));
  });

  test('that is missing leaves the text as it is, without marks', async () => {
    const at = await marked();
    const text = at.text('a.md');
    rmSync(join(at.library, sidecar('a.md')));
    const { client, notices } = await openHost(at);
    expect(await suggested(client, 'a.md')).toEqual([]);
    expect(at.text('a.md')).toBe(text);
    expect(notices).toEqual([]);
  });

  test.each([
    ['is no JSON', '{"format": 1, "qu'],
    ['is empty', ''],
    ['is of something else', '{"name": "a.md", "tags": ["fog"]}'],
    [
      'contradicts itself',
      '{"format":1,"about":"","sha256":"","passages":[],"quotes":[{"from":0,"text":"x","before":"","after":"","spans":[{"from":0,"to":9,"passage":4,"taken":1}]}]}',
    ],
    ['is not text', Buffer.from([0xff, 0xfe, 0x00, 0x80])],
  ])('that %s is passed over, and kept aside when another is written', async (_why, content) => {
    const at = await marked();
    const text = at.text('a.md');
    at.write(sidecar('a.md'), content);
    const { client, log } = await openHost(at);
    expect(await suggested(client, 'a.md')).toEqual([]);
    expect(log.join('\n')).toContain('was not read');
    expect(at.read(sidecar('a.md'))).toEqual(Buffer.from(content));
    await accept(client, 'a.md', 0, 'Again. ');
    await eventually(() => expect(hidden(at)).toContain('.a.md.understudy.json.damaged'));
    await eventually(() =>
      expect(JSON.parse(at.text(sidecar('a.md')))).toMatchObject({ format: 1 }),
    );
    expect(at.read(`${sidecar('a.md')}.damaged`)).toEqual(Buffer.from(content));
    expect(at.text('a.md')).toBe(`Again. ${text}`);
  });

  test('that another program changes between two saves is not taken for our own', async () => {
    const at = await marked();
    const { client, host } = await openHost(at);
    const written = () =>
      eventually(() => expect(at.text(sidecar('a.md'))).toContain('Once more, '));
    await accept(client, 'a.md', 0, 'Once more, ');
    await written();
    at.write(sidecar('a.md'), 'Mine.');
    await accept(client, 'a.md', 0, 'And so, ');
    await eventually(() => expect(at.text(`${sidecar('a.md')}.damaged`)).toBe('Mine.'));
    await written();
    at.write(sidecar('a.md'), '{"format": 2, "wonders": []}');
    await accept(client, 'a.md', 0, 'Again, ');
    await host.close();
    expect(at.text(sidecar('a.md'))).toBe('{"format": 2, "wonders": []}');
    const { client: next } = await openHost(at);
    expect((await suggested(next, 'a.md')).join('')).toBe(
      'Again, And so, Once more,  The lamps on the quay went out one by one.',
    );
  });

  test('of a newer Understudy is left alone; marks are kept in our own folder meanwhile', async () => {
    const at = await marked();
    at.write(sidecar('a.md'), '{"format": 2, "wonders": []}');
    const { client, host } = await openHost(at);
    await accept(client, 'a.md', 0, 'Again and again. ');
    await host.close();
    expect(at.text(sidecar('a.md'))).toBe('{"format": 2, "wonders": []}');
    const { client: next } = await openHost(at);
    expect(await suggested(next, 'a.md')).toEqual(['Again and again. ']);
  });

  test('that is no file is passed over, and never followed', async () => {
    const at = await marked();
    rmSync(join(at.library, sidecar('a.md')));
    at.write('elsewhere.json', '{}');
    await fs.symlink(join(at.library, 'elsewhere.json'), join(at.library, sidecar('a.md')));
    at.write('b.md', 'B.');
    mkdirSync(join(at.library, sidecar('b.md')));
    at.write('c.md', 'C.');
    if (process.platform !== 'win32') {
      execFileSync('mkfifo', [join(at.library, sidecar('c.md'))]);
    }
    const { client } = await openHost(at);
    for (const path of ['a.md', 'b.md', 'c.md']) {
      expect(await suggested(client, path)).toEqual([]);
      await accept(client, path, 0, 'Again. ');
    }
    await eventually(() =>
      expect(hidden(at).filter((name) => name.endsWith('.damaged'))).toHaveLength(3),
    );
    expect(at.text('elsewhere.json')).toBe('{}');
  });

  test('of 10 MB is read; what is larger than any of ours is passed over', async () => {
    const at = folders();
    const sentence = 'The lamps on the quay went out one by one, and nobody said a word of it. ';
    const mine = 'I did. ';
    const pairs = Math.ceil(10_000_000 / sentence.length / 1.5);
    at.write('big.md', '');
    const { client, host } = await openHost(at);
    const { version } = unwrap(await client.call.openDocument({ path: 'big.md' }));
    const insert = (sentence + mine).repeat(pairs);
    const marks: Marks = {
      passages: [passage()],
      spans: Array.from({ length: pairs }, (_, i) => {
        const from = i * (sentence.length + mine.length);
        return { from, to: from + sentence.length, passage: 0, taken: 15 * (i + 1) };
      }),
    };
    const edits = [{ from: 0, to: 0, insert, marks }];
    unwrap(await client.call.editDocument({ path: 'big.md', base: version, edits }));
    await host.close();
    expect(at.read(sidecar('big.md')).length).toBeGreaterThan(10_000_000);
    const next = await openHost(at);
    const again = unwrap(await next.client.call.openDocument({ path: 'big.md' }));
    expect(again.marks).toEqual(marks);
    await next.host.close();
    await fs.truncate(join(at.library, sidecar('big.md')), 65 << 20);
    const last = await openHost(at);
    expect(await suggested(last.client, 'big.md')).toEqual([]);
    expect(last.log.join('\n')).toMatch(/was not read: it has \d+ bytes/);
  });

  test('that cannot be written costs no save: the marks are kept in our own folder', async () => {
    const at = folders();
    at.write('a.md', 'The fog.');
    const { client, host, state, notices } = await openHost(at);
    const { open } = fs;
    const spy = vi
      .spyOn(fs, 'open')
      .mockImplementation((path, ...more) =>
        String(path).includes('.understudy.json') && String(path).startsWith(at.library)
          ? Promise.reject(Object.assign(new Error('EROFS'), { code: 'EROFS' }))
          : open(path, ...more),
      );
    await accept(client, 'a.md', 0, 'Thick and yellow. ');
    expect(state('a.md')).toMatchObject({ kind: 'saved' });
    await host.close();
    expect(hidden(at)).toEqual([]);
    expect(notices).toEqual([]);
    const next = await openHost(at);
    expect(await suggested(next.client, 'a.md')).toEqual(['Thick and yellow. ']);
    // They follow a new name, and come back beside the document where that is possible again.
    unwrap(await next.client.call.renameEntry({ path: 'a.md', name: 'b' }));
    await next.host.close();
    spy.mockRestore();
    const last = await openHost(at);
    expect(await suggested(last.client, 'b.md')).toEqual(['Thick and yellow. ']);
    await accept(last.client, 'b.md', 0, 'So. ', 'b');
    await eventually(() => expect(hidden(at)).toEqual(['.b.md.understudy.json']));
    await eventually(() => expect(readdirSync(join(at.data, 'marks'))).toEqual([]));
  });

  test('that finds no room anywhere costs no save: it is told once, and tried again', async () => {
    const at = folders();
    at.write('a.md', 'The fog.');
    const { client, host, state, notices } = await openHost(at);
    const spy = noRoomForMarks();
    await accept(client, 'a.md', 0, 'Thick and yellow. ');
    expect(state('a.md')).toMatchObject({ kind: 'saved' });
    await eventually(() =>
      expect(notices).toEqual([
        expect.stringMatching(/^The disk is full: the text of a\.md is safe, but not yet which/),
      ]),
    );
    await accept(client, 'a.md', 0, 'So. ', 'b');
    await host.close();
    expect(notices).toHaveLength(1);
    expect(at.text('a.md')).toBe('So. Thick and yellow. The fog.');
    expect([hidden(at), readdirSync(join(at.data, 'marks'))]).toEqual([[], []]);
    spy.mockRestore();
  });

  test('is written where there is room again, though nothing was typed since', async () => {
    const at = folders();
    at.write('a.md', 'The fog.');
    const { client, host, notices } = await openHost(at);
    const spy = noRoomForMarks();
    await accept(client, 'a.md', 0, 'Thick and yellow. ');
    await eventually(() => expect(notices).toHaveLength(1));
    spy.mockRestore();
    await host.close();
    expect(hidden(at)).toEqual(['.a.md.understudy.json']);
  });

  test('of a name too long for one is kept in our own folder', async () => {
    const at = folders();
    const path = `${'n'.repeat(237)}.md`;
    at.write(path, 'The fog.');
    const { client, host } = await openHost(at);
    await accept(client, path, 0, 'Thick and yellow. ');
    await host.close();
    const next = await openHost(at);
    expect(await suggested(next.client, path)).toEqual(['Thick and yellow. ']);
    expect(hidden(at)).toEqual([]);
  });
});

describe('The marks of a document', () => {
  test('go with it into another name and another folder, open or not', async () => {
    const at = await marked('a.md');
    at.write('book/other.md', '');
    const { client } = await openHost(at);
    unwrap(await client.call.renameEntry({ path: 'a.md', name: 'b' }));
    expect(hidden(at)).toEqual(['.b.md.understudy.json']);
    expect(await suggested(client, 'b.md')).toHaveLength(1);
    unwrap(await client.call.moveEntry({ path: 'b.md', folder: 'book' }));
    expect([hidden(at), hidden(at, 'book')]).toEqual([[], ['.b.md.understudy.json']]);
    unwrap(await client.call.renameEntry({ path: 'book', name: 'novel' }));
    await accept(client, 'novel/b.md', 0, 'Once upon a time, ', 'b');
    await eventually(() =>
      expect(at.text('novel/.b.md.understudy.json')).toContain('Once upon a time, '),
    );
    unwrap(await client.call.closeDocument({ path: 'novel/b.md' }));
    expect(await suggested(client, 'novel/b.md')).toHaveLength(2);
  });

  test('go into the trash with it', async () => {
    const at = await marked();
    const trashed: string[] = [];
    const { client } = await openHost(at, {
      trash(path) {
        trashed.push(path.slice(at.library.length + 1));
        rmSync(path);
        return Promise.resolve();
      },
    });
    unwrap(await client.call.trashEntry({ path: 'a.md' }));
    expect(trashed).toEqual(['a.md', '.a.md.understudy.json']);
  });

  test('are found again where another program changed the text while Understudy was closed', async () => {
    const at = await marked();
    at.write(
      'a.md',
      `A new beginning.\n\n${at.text('a.md').replace('on the quay', 'of the town')}`,
    );
    const { client } = await openHost(at);
    expect(await suggested(client, 'a.md')).toEqual([' The lamps ', ' went out one by one.']);
  });

  test('follow a change of another program while the document is open', async () => {
    const at = await marked();
    const { client, reloaded } = await openHost(at);
    await suggested(client, 'a.md');
    const before = at.text('a.md');
    at.write('a.md', `First.\n\n${before} Last.`);
    await eventually(() => expect(reloaded).toHaveLength(1));
    expect(await suggested(client, 'a.md')).toEqual([
      ' The lamps on the quay went out one by one.',
    ]);
    at.write('a.md', 'Something else altogether.');
    await eventually(() => expect(reloaded).toHaveLength(2));
    expect(await suggested(client, 'a.md')).toEqual([]);
    at.write('a.md', before);
    await eventually(() => expect(reloaded).toHaveLength(3));
    expect(await suggested(client, 'a.md')).toHaveLength(1);
  });

  test('come with a text that another computer wrote, by its sidecar', async () => {
    const at = await marked();
    const there = await marked('a.md', 'The fog came. It stayed. And then');
    const { client, reloaded } = await openHost(at);
    await suggested(client, 'a.md');
    at.write(sidecar('a.md'), there.read(sidecar('a.md')));
    at.write('a.md', there.text('a.md'));
    await eventually(() => expect(reloaded).toHaveLength(1));
    expect(await suggested(client, 'a.md')).toHaveLength(1);
  });

  test('are kept with the copy of what the writer gave up for another program’s', async () => {
    const at = await marked();
    const { client, state } = await openHost(at);
    unwrap(await client.call.changeSettings({ autosaveDelay: 1000 }));
    const { version } = unwrap(await client.call.openDocument({ path: 'a.md' }));
    const edits = [{ from: 0, to: 0, insert: 'So. ' }];
    unwrap(await client.call.editDocument({ path: 'a.md', base: version, edits }));
    at.write('a.md', 'Theirs.');
    await eventually(() => expect(state('a.md')).toMatchObject({ kind: 'conflict' }));
    unwrap(await client.call.settleDocument({ path: 'a.md', settlement: { keep: 'theirs' } }));
    expect(await suggested(client, 'a.md')).toEqual([]);
    const copy = readdirSync(at.library).find((name) => name.startsWith('a (my version'))!;
    await eventually(() => expect(existsSync(join(at.library, sidecar(copy)))).toBe(true));
    expect(await suggested(client, copy)).toEqual([' The lamps on the quay went out one by one.']);
  });

  test('of two sidecars that a sync tool could not join are all kept', async () => {
    const at = await marked();
    const here = await openHost(at);
    await accept(here.client, 'a.md', 0, 'It was November, and late. ', 'b');
    await here.host.close();
    // The other computer's has only this one, of a text that is not here any more.
    const conflicted = join(at.library, '.a.md.understudy (conflicted copy 2026-11-25).json');
    renameSync(join(at.library, sidecar('a.md')), conflicted);
    const other = await marked('a.md', 'The fog came. It stayed. Yes.');
    at.write(sidecar('a.md'), other.read(sidecar('a.md')));
    const { client } = await openHost(at);
    expect(await suggested(client, 'a.md')).toEqual([
      'It was November, and late. ',
      ' The lamps on the quay went out one by one.',
    ]);
    await accept(client, 'a.md', 0, 'So. ', 'c');
    await eventually(() => expect(hidden(at)).toEqual(['.a.md.understudy.json']));
  });

  test('survive a crash between the text and the sidecar, by the journal', async () => {
    const at = folders();
    at.write('a.md', 'The fog.');
    const { client } = await openHost(at);
    await accept(client, 'a.md', 0, 'Thick and yellow. ');
    await eventually(() => expect(existsSync(join(at.library, sidecar('a.md')))).toBe(true));
    // As the disk is when the program ends here: the journal is there, the sidecar is not.
    const crashed = folders();
    await fs.cp(join(at.data, 'journals'), join(crashed.data, 'journals'), { recursive: true });
    await eventually(async () => {
      const names = await fs.readdir(join(at.data, 'journals'));
      expect(names).toHaveLength(1);
    });
    rmSync(join(at.library, sidecar('a.md')));
    rmSync(crashed.data, { recursive: true });
    await fs.cp(at.data, crashed.data, {
      recursive: true,
      filter: (path) => !path.includes('lock'),
    });
    const next = await openHost({ ...at, data: crashed.data });
    expect(await suggested(next.client, 'a.md')).toEqual(['Thick and yellow. ']);
  });

  test('of unsaved text come back with it', async () => {
    const at = folders();
    at.write('a.md', 'The fog.');
    const { client } = await openHost(at);
    unwrap(await client.call.changeSettings({ autosaveDelay: 1000 }));
    const { version } = unwrap(await client.call.openDocument({ path: 'a.md' }));
    const insert = 'Thick and yellow. ';
    const edits = [{ from: 0, to: 0, insert, marks: marksOf(insert) }];
    unwrap(await client.call.editDocument({ path: 'a.md', base: version, edits }));
    const crashed = folders();
    await eventually(async () => {
      const [name] = await fs.readdir(join(at.data, 'journals'));
      const bytes = await fs.readFile(join(at.data, 'journals', name!));
      expect(bytes.toString()).toContain('yellow');
    });
    await fs.cp(at.data, crashed.data, {
      recursive: true,
      filter: (path) => !path.includes('lock'),
    });
    at.write('a.md', 'The fog.');
    const next = await openHost({ ...at, data: crashed.data });
    const opened = unwrap(await next.client.call.openDocument({ path: 'a.md' }));
    expect(opened.text).toBe('Thick and yellow. The fog.');
    expect(await suggested(next.client, 'a.md')).toEqual(['Thick and yellow. ']);
  });

  test('are no part of the library: not of its tree, not of its search', async () => {
    const at = await marked();
    const { client } = await openHost(at);
    const start = unwrap(await client.call.start({}));
    expect(start.library.root.entries.map(({ name }) => name)).toEqual(['a']);
    const hits: string[] = [];
    await new Promise<void>((resolve) => {
      client.stream.searchLibrary(
        { query: 'lamps', matchCase: false, wholeWord: false },
        { item: (found) => hits.push(...found.map(({ path }) => path)), end: () => resolve() },
      );
    });
    expect(hits).toEqual(['a.md']);
  });
});
