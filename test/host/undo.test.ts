import fs from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { UndoStore } from '../../src/main/host/documents/index.ts';
import type { ApiClient, UndoHistory } from '../../src/shared/api/index.ts';
import { unwrap } from '../../src/shared/result.ts';
import { folders, openHost, typeInto, type Folders } from '../helpers/host.ts';

const HISTORY = '{"done":[],"undone":[]}';

async function keep(client: ApiClient, path = 'a.md'): Promise<void> {
  const version = await typeInto(client, path, 'new ');
  unwrap(await client.call.keepUndo({ path, version, history: HISTORY }));
}

const undoOf = async (client: ApiClient, path = 'a.md'): Promise<UndoHistory | null> =>
  unwrap(await client.call.openDocument({ path })).undo;

/** Writes, keeps the history, and quits. */
async function session(at: Folders): Promise<void> {
  at.write('a.md', 'old');
  const { client, host } = await openHost(at);
  await keep(client);
  await host.close();
}

const fileOf = async (at: Folders): Promise<string> => {
  const [name] = await fs.readdir(join(at.data, 'undo'));
  return join(at.data, 'undo', name!);
};

describe('The undo history of a document', () => {
  test('is there after a restart, and after a reload of the page', async () => {
    const at = folders();
    await session(at);
    const { client } = await openHost(at);
    expect(await undoOf(client)).toEqual({ history: HISTORY, text: null });
    expect(await undoOf(client)).toEqual({ history: HISTORY, text: null });
  });

  test('comes with its own text where the file has another one now', async () => {
    const at = folders();
    await session(at);
    at.write('a.md', 'theirs');
    const { client } = await openHost(at);
    expect(await undoOf(client)).toEqual({ history: HISTORY, text: 'new old' });
  });

  test('is not kept for a version that is not the newest', async () => {
    const at = folders();
    at.write('a.md', 'old');
    const { client } = await openHost(at);
    const version = await typeInto(client, 'a.md', 'new ');
    await typeInto(client, 'a.md', 'newer ');
    unwrap(await client.call.keepUndo({ path: 'a.md', version, history: HISTORY }));
    expect(await undoOf(client)).toBeNull();
  });

  test('goes along when its document or its folder gets another name', async () => {
    const at = folders();
    at.write('novel/a.md', 'old');
    const { client } = await openHost(at);
    await keep(client, 'novel/a.md');
    unwrap(await client.call.renameEntry({ path: 'novel', name: 'book' }));
    unwrap(await client.call.renameEntry({ path: 'book/a.md', name: 'b.md' }));
    expect(await undoOf(client, 'book/b.md')).toMatchObject({ history: HISTORY });
  });

  test('goes with its document into the trash', async () => {
    const at = folders();
    at.write('a.md', 'old');
    const { client } = await openHost(at);
    await keep(client);
    unwrap(await client.call.trashEntry({ path: 'a.md' }));
    expect(await fs.readdir(join(at.data, 'undo'))).toEqual([]);
  });

  test.each([
    ['cut off', (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
    ['empty', () => Buffer.alloc(0)],
    [
      'with one bit turned',
      (bytes: Buffer) => {
        const spoiled = Buffer.from(bytes);
        spoiled[bytes.length - 6]! ^= 4;
        return spoiled;
      },
    ],
  ])(
    'is left out where its file is %s; the document opens and the log says why',
    async (_, spoil) => {
      const at = folders();
      await session(at);
      const file = await fileOf(at);
      await fs.writeFile(file, spoil(await fs.readFile(file)));
      const { client, log } = await openHost(at);
      const { text, undo } = unwrap(await client.call.openDocument({ path: 'a.md' }));
      expect({ text, undo }).toEqual({ text: 'new old', undo: null });
      expect(log.join()).toMatch(/The undo history of .*a\.md/);
    },
  );

  test('that cannot be written stops nobody from writing', async () => {
    const at = folders();
    at.write('a.md', 'old');
    const { client, log } = await openHost(at);
    await fs.rm(join(at.data, 'undo'), { recursive: true });
    await fs.writeFile(join(at.data, 'undo'), 'not a folder');
    await keep(client);
    unwrap(await client.call.saveDocument({ path: 'a.md' }));
    expect(at.text('a.md')).toBe('new old');
    expect(log.join()).toMatch(/The undo history of/);
  });

  test('goes when nobody came back to it for 90 days', async () => {
    const at = folders();
    await session(at);
    const folder = join(at.data, 'undo');
    const store = new UndoStore(folder, () => undefined);
    const days = (n: number): Date => new Date(Date.now() + n * 86_400_000);
    await store.prune(days(89));
    expect(await fs.readdir(folder)).toHaveLength(1);
    await store.prune(days(91));
    expect(await fs.readdir(folder)).toEqual([]);
  });
});
