import fs from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  Journal,
  journalPath,
  readJournal,
  type JournalRecord,
} from '../../src/main/host/documents/journal.ts';
import { unwrap } from '../../src/shared/result.ts';
import { eventually, folders, openHost, type Folders } from '../helpers/host.ts';
import { clientOver, openSocket, signIn, startWebHost } from '../helpers/web.ts';

/** A page that is connected to a new process of the host. */
async function startPage(at: Folders) {
  const host = await startWebHost(at);
  const client = clientOver(await openSocket(host.origin, await signIn(host)));
  return { ...host, client };
}

/** Types 200 words into a file, and kills the host with -9 before it is saved. Gives the text. */
async function typeAndKill(at: Folders, path: string): Promise<string> {
  const { client, child, ended } = await startPage(at);
  // The longest pause that there is: nothing is saved before the end.
  unwrap(await client.call.changeSettings({ autosaveDelay: 1000 }));
  let { text, version } = unwrap(await client.call.openDocument({ path }));
  for (let i = 0; i < 200; i++) {
    const insert = `word${i} `;
    const edits = [{ from: text.length, to: text.length, insert }];
    ({ version } = unwrap(await client.call.editDocument({ path, base: version, edits })));
    text += insert;
  }
  // A second of a pause is what the disk may take.
  await new Promise((resolve) => setTimeout(resolve, 700));
  child.kill('SIGKILL');
  await ended;
  return text;
}

describe('After the host was killed', () => {
  test('the text is there, beside the text of the file, until the writer decides', async () => {
    const at = folders();
    at.write('a.md', 'Old. ');
    const typed = await typeAndKill(at, 'a.md');
    expect(at.text('a.md')).toBe('Old. ');

    const { client } = await openHost(at);
    // It comes up by itself, although no page had said that it was open.
    const { session } = unwrap(await client.call.start({}));
    expect(session).toMatchObject({ open: ['a.md'], active: 'a.md' });
    const document = unwrap(await client.call.openDocument({ path: 'a.md' }));
    expect([document.text, document.fileText]).toEqual([typed, 'Old. ']);
    expect(document.save.kind).toBe('unsaved');
    // Nothing is settled by going on.
    const edits = [{ from: 0, to: 0, insert: 'More. ' }];
    unwrap(await client.call.editDocument({ path: 'a.md', base: document.version, edits }));
    await new Promise((resolve) => setTimeout(resolve, 1300));
    expect(at.text('a.md')).toBe('Old. ');
    const settled = unwrap(
      await client.call.settleDocument({ path: 'a.md', settlement: { keep: 'mine' } }),
    );
    expect([settled.text, settled.fileText]).toEqual([`More. ${typed}`, null]);
    expect(settled.save.kind).toBe('saved');
    expect(at.text('a.md')).toBe(`More. ${typed}`);
    expect(await fs.readdir(at.library)).toHaveLength(2);
  });

  test('twice, it is still there', async () => {
    const at = folders();
    at.write('a.md', 'Old. ');
    await typeAndKill(at, 'a.md');
    const typed = await typeAndKill(at, 'a.md');
    expect(typed.match(/word199/g)).toHaveLength(2);
    const { client } = await openHost(at);
    expect(unwrap(await client.call.openDocument({ path: 'a.md' })).text).toBe(typed);
  });

  test('and another program changed the file, both texts are there', async () => {
    const at = folders();
    at.write('a.md', 'Old. ');
    const typed = await typeAndKill(at, 'a.md');
    at.write('a.md', 'Theirs.');
    const { client } = await openHost(at);
    const { text, fileText } = unwrap(await client.call.openDocument({ path: 'a.md' }));
    expect([text, fileText]).toEqual([typed, 'Theirs.']);
    unwrap(await client.call.settleDocument({ path: 'a.md', settlement: { keep: 'theirs' } }));
    expect(at.text('a.md')).toBe('Theirs.');
    const [copy] = (await fs.readdir(at.library)).filter((name) => name !== 'a.md');
    expect(at.text(copy!)).toBe(typed);
  });

  test('and the file is gone, the text comes back as a document of its own', async () => {
    const at = folders();
    at.write('a.md', 'Old. ');
    const typed = await typeAndKill(at, 'a.md');
    await fs.rm(join(at.library, 'a.md'));
    const { notices } = await openHost(at);
    const names = await fs.readdir(at.library);
    expect(names).toEqual([expect.stringMatching(/^a \(recovered .*\)\.md$/)]);
    expect(at.text(names[0]!)).toBe(typed);
    await eventually(() => expect(notices).toEqual([expect.stringContaining('a.md was gone')]));
    expect(await fs.readdir(join(at.data, 'journals'))).toEqual([]);
  });

  test('with everything saved, nothing is asked', async () => {
    const at = folders();
    at.write('a.md', 'Old. ');
    const { client, child, ended } = await startPage(at);
    const { version } = unwrap(await client.call.openDocument({ path: 'a.md' }));
    const edits = [{ from: 0, to: 0, insert: 'New. ' }];
    unwrap(await client.call.editDocument({ path: 'a.md', base: version, edits }));
    unwrap(await client.call.saveDocument({ path: 'a.md' }));
    child.kill('SIGKILL');
    await ended;
    const opened = await openHost(at);
    const document = unwrap(await opened.client.call.openDocument({ path: 'a.md' }));
    expect([document.text, document.fileText]).toEqual(['New. Old. ', null]);
  });
});

test('a journal that is cut off or damaged gives what comes before the damage', async () => {
  const at = folders();
  at.write('a.md', 'Old. ');
  const typed = await typeAndKill(at, 'a.md');
  const [name] = await fs.readdir(join(at.data, 'journals'));
  const path = join(at.data, 'journals', name!);
  const bytes = await fs.readFile(path);
  for (const cut of [1, 9, 50, 2000, bytes.length - 10, bytes.length]) {
    for (const damaged of [
      bytes.subarray(0, bytes.length - cut),
      flipped(bytes, bytes.length - cut),
    ]) {
      await fs.writeFile(path, damaged);
      const { client, host } = await openHost(at);
      const { text } = unwrap(await client.call.openDocument({ path: 'a.md' }));
      expect(typed.startsWith(text)).toBe(true);
      expect(text.length).toBeGreaterThan(cut < 2000 ? typed.length - 40 : 0);
      await host.close();
    }
  }
});

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[Math.min(at, copy.length - 1)]! ^= 0x10;
  return copy;
}

test('what is typed is on the disk within two seconds, though nobody pauses', async () => {
  const at = folders();
  at.write('a.md', '');
  const { client } = await openHost(at);
  unwrap(await client.call.changeSettings({ autosaveDelay: 1000 }));
  const proto = await openFile(at);
  let synced = 0;
  const { sync } = proto;
  proto.sync = function (this: unknown) {
    synced++;
    return sync.call(this);
  };
  try {
    let { version } = unwrap(await client.call.openDocument({ path: 'a.md' }));
    const start = performance.now();
    // The first sync is that of the journal's folder.
    while (synced < 2 && performance.now() - start < 5000) {
      const edits = [{ from: 0, to: 0, insert: 'x' }];
      ({ version } = unwrap(
        await client.call.editDocument({ path: 'a.md', base: version, edits }),
      ));
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(performance.now() - start).toBeLessThan(2000);
    expect(at.text('a.md')).toBe('');
  } finally {
    proto.sync = sync;
  }
});

async function openFile(at: Folders): Promise<{ sync: () => Promise<void> }> {
  const handle = await fs.open(at.library, 'r');
  await handle.close();
  return Object.getPrototypeOf(handle) as { sync: () => Promise<void> };
}

describe('A journal', () => {
  const base = (text: string): JournalRecord => ({
    kind: 'base',
    format: 1,
    path: 'a.md',
    real: '/a.md',
    sha256: null,
    version: 1,
    text,
    form: { encoding: 'utf-8', mark: false, lineEnds: { kind: 'alike', end: '\n' } },
  });
  const failed = (error: unknown): never => expect.unreachable(String(error));

  /** Handles whose calls of `name` wait for the returned function. */
  function slow(name: 'write' | 'sync'): () => void {
    let go = (): void => undefined;
    const wait = new Promise<void>((resolve) => (go = resolve));
    const { open } = fs;
    vi.spyOn(fs, 'open').mockImplementation(async (...given) => {
      const handle = await open(...given);
      if (!String(given[0]).endsWith('.journal')) return handle;
      const original = handle[name].bind(handle) as (...args: unknown[]) => Promise<never>;
      vi.spyOn(handle, name).mockImplementation(async (...args: unknown[]) => {
        synced.push(name);
        await wait;
        return original(...args);
      });
      return handle;
    });
    return go;
  }
  const synced: string[] = [];
  afterEach(() => {
    vi.restoreAllMocks();
    synced.length = 0;
  });

  test('that is begun anew while the old one is being written has its beginning', async () => {
    const path = join(folders().data, 'a.journal');
    const go = slow('write');
    const journal = new Journal(path, 0, failed);
    journal.append(base('old'));
    await eventually(() => expect(synced).toHaveLength(1));
    const removed = journal.remove();
    journal.append(base('new'));
    go();
    await removed;
    await journal.close();
    expect((await readJournal(path)).records).toEqual([base('new')]);
  });

  test('syncs what comes while it syncs', async () => {
    const path = join(folders().data, 'a.journal');
    const go = slow('sync');
    const journal = new Journal(path, 0, failed);
    journal.append(base('old'));
    await eventually(() => expect(synced).toHaveLength(1));
    journal.append({ kind: 'text', version: 2, text: 'new' });
    go();
    await eventually(() => expect(synced).toHaveLength(2));
    await journal.close();
  });

  test('of a document that was moved as the program ended is found', async () => {
    const at = folders();
    at.write('b.md', 'text');
    const journals = join(at.data, 'journals');
    await fs.mkdir(journals);
    const journal = new Journal(journalPath(journals, '/a.md'), 0, failed);
    journal.append(base('text'));
    journal.append({ kind: 'text', version: 2, text: 'my text' });
    journal.append({ kind: 'moved', path: 'b.md', real: join(at.library, 'b.md') });
    await journal.close();
    const { client } = await openHost(at);
    expect(unwrap(await client.call.openDocument({ path: 'b.md' })).text).toBe('my text');
  });
});
