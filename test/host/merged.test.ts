import fs from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { unwrap } from '../../src/shared/result.ts';
import { eventually, folders, openHost, typeInto, type Folders } from '../helpers/host.ts';

const path = 'a.md';

/** A document that was changed here and in its file. */
async function conflict(at: Folders) {
  at.write(path, 'base');
  const host = await openHost(at);
  await typeInto(host.client, path, 'mine ');
  at.write(path, 'theirs');
  await eventually(() =>
    expect(host.state(path)).toEqual({ kind: 'conflict', theirs: 'theirs', base: 'base' }),
  );
  return host;
}

const settlement = { keep: 'merged', text: 'of both', theirs: 'theirs' } as const;

describe('A text that was made of both', () => {
  test('is saved; both versions are snapshots, and nothing lies beside the file', async () => {
    const at = folders();
    const { client, state, reloaded } = await conflict(at);
    const settled = unwrap(await client.call.settleDocument({ path, settlement }));
    expect(settled.text).toBe('of both');
    expect(at.text(path)).toBe('of both');
    expect(reloaded).toEqual(['of both']);
    expect(state(path)?.kind).toBe('saved');
    expect(await fs.readdir(at.library)).toEqual([path]);
    const { snapshots } = unwrap(await client.call.snapshots({ path }));
    const texts = snapshots.map(async ({ id, cause }) => {
      const { text } = unwrap(await client.call.readSnapshot({ path, id }));
      return `${cause}: ${text}`;
    });
    expect(await Promise.all(texts)).toEqual(['mine: mine base', 'theirs: theirs', 'opened: base']);
  });

  test('is refused where the file was changed once more since', async () => {
    const at = folders();
    const { client, state } = await conflict(at);
    at.write(path, 'theirs, once more');
    await eventually(() => expect(state(path)).toMatchObject({ theirs: 'theirs, once more' }));
    expect(await client.call.settleDocument({ path, settlement })).toMatchObject({
      error: { code: 'document.changed' },
    });
    expect(at.text(path)).toBe('theirs, once more');
  });

  test('leaves both versions beside the file, where snapshots cannot be kept', async () => {
    const at = folders();
    await fs.writeFile(join(at.data, 'snapshots'), 'a file where the folder should be');
    const { client } = await conflict(at);
    unwrap(await client.call.settleDocument({ path, settlement }));
    const beside = (await fs.readdir(at.library)).filter((name) => name !== path).sort();
    expect(beside.map((name) => at.text(name)).sort()).toEqual(['mine base', 'theirs']);
    expect(at.text(path)).toBe('of both');
  });
});

test('what a crash left comes with the text that both come from', async () => {
  const at = folders();
  at.write(path, 'base');
  const first = await openHost(at);
  await typeInto(first.client, path, 'mine ');
  const journals = join(at.data, 'journals');
  await eventually(async () => expect(await fs.readdir(journals)).toHaveLength(1));
  const [name] = await fs.readdir(journals);
  await eventually(async () =>
    expect((await fs.stat(join(journals, name!))).size).toBeGreaterThan(200),
  );
  const journal = await fs.readFile(join(journals, name!));
  await first.host.close();
  // As a crash would have left it, and then another program wrote the file.
  await fs.writeFile(join(journals, name!), journal);
  at.write(path, 'theirs');
  const second = await openHost(at);
  expect(unwrap(await second.client.call.openDocument({ path }))).toMatchObject({
    text: 'mine base',
    fileText: 'theirs',
    fileBase: 'base',
  });
});
