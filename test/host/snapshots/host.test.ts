import fs from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readJournal, replay } from '../../../src/main/host/documents/index.ts';
import type { KeepBefore } from '../../../src/shared/api/index.ts';
import { unwrap } from '../../../src/shared/result.ts';
import { eventually, folders, openHost, typeInto, type OpenHost } from '../../helpers/host.ts';

const path = 'a.md';

/** The texts that were kept, newest first, with why. */
async function kept({ client }: OpenHost, document = path): Promise<(readonly [string, string])[]> {
  const { snapshots } = unwrap(await client.call.snapshots({ path: document }));
  const texts = snapshots.map(async ({ id, cause }) => {
    const { text } = unwrap(await client.call.readSnapshot({ path: document, id }));
    return [cause, text] as const;
  });
  return Promise.all(texts);
}

async function edit(
  { client }: OpenHost,
  base: number,
  insert: string,
  keep?: KeepBefore,
): Promise<number> {
  const edits = [{ from: 0, to: 0, insert }];
  const request = { path, base, edits, ...(keep ? { keep } : {}) };
  return unwrap(await client.call.editDocument(request)).version;
}

describe('A text is kept as it was', () => {
  test('before the first change, a suggestion and a replacement, however fast they come', async () => {
    const at = folders();
    at.write(path, 'file.');
    const host = await openHost(at);
    let version = await typeInto(host.client, path, '1 ');
    version = await edit(host, version, '2 ', { kind: 'suggestion' });
    version = await edit(host, version, '3 ', { kind: 'replace-all' });
    await edit(host, version, '4 ');
    expect(await kept(host)).toEqual([
      ['replace-all', '2 1 file.'],
      ['suggestion', '1 file.'],
      ['opened', 'file.'],
    ]);
  });

  test('before another program’s text takes its place', async () => {
    const at = folders();
    at.write(path, 'ours.');
    const host = await openHost(at);
    unwrap(await host.client.call.openDocument({ path }));
    at.write(path, 'theirs.');
    await eventually(() => expect(host.reloaded).toEqual(['theirs.']));
    expect(await kept(host)).toEqual([['reload', 'ours.']]);
  });

  test('when it is closed, and not where nothing was changed', async () => {
    const at = folders();
    at.write(path, 'old.');
    at.write('b.md', 'untouched.');
    const host = await openHost(at);
    await typeInto(host.client, path, 'new and ');
    unwrap(await host.client.call.openDocument({ path: 'b.md' }));
    for (const one of [path, 'b.md']) unwrap(await host.client.call.closeDocument({ path: one }));
    for (const one of [path, 'b.md']) unwrap(await host.client.call.openDocument({ path: one }));
    expect(await kept(host)).toEqual([
      ['closed', 'new and old.'],
      ['opened', 'old.'],
    ]);
    expect(await kept(host, 'b.md')).toEqual([]);
  });

  test('when Understudy ends', async () => {
    const at = folders();
    at.write(path, 'old.');
    const first = await openHost(at);
    await typeInto(first.client, path, 'new and ');
    await first.host.close();
    const second = await openHost(at);
    unwrap(await second.client.call.openDocument({ path }));
    expect(await kept(second)).toEqual([
      ['closed', 'new and old.'],
      ['opened', 'old.'],
    ]);
  });
});

describe('Snapshots of a document', () => {
  test('follow it when its folder gets another name', async () => {
    const at = folders();
    at.write('Novel/a.md', 'text.');
    const host = await openHost(at);
    await typeInto(host.client, 'Novel/a.md', 'more ');
    unwrap(await host.client.call.renameEntry({ path: 'Novel', name: 'Book' }));
    expect(await kept(host, 'Book/a.md')).toEqual([['opened', 'text.']]);
  });

  test('are told of, with a name or without', async () => {
    const at = folders();
    at.write(path, 'text.');
    const host = await openHost(at);
    const told: string[] = [];
    host.client.on.snapshotsChanged((change) => told.push(change.path));
    unwrap(await host.client.call.openDocument({ path }));
    const id = unwrap(await host.client.call.takeSnapshot({ path, name: 'First' }));
    expect(told).toEqual([path]);
    unwrap(await host.client.call.nameSnapshot({ path, id, name: null }));
    const { snapshots } = unwrap(await host.client.call.snapshots({ path }));
    expect(snapshots).toMatchObject([{ id, name: null, cause: 'asked' }]);
    unwrap(await host.client.call.deleteSnapshot({ path, id }));
    expect(await kept(host)).toEqual([]);
  });

  test('take no more room than the writer allows, as soon as they say so', async () => {
    const at = folders();
    at.write(path, 'text.');
    const host = await openHost(at);
    let { version } = unwrap(await host.client.call.openDocument({ path }));
    for (let n = 0; n < 5; n++) {
      const noise = Buffer.from(crypto.getRandomValues(new Uint8Array(60_000)).slice());
      for (let more = 0; more < 6; more++) {
        version = await edit(host, version, crypto.getRandomValues(noise).toString('base64'), {
          kind: 'suggestion',
        });
      }
    }
    const before = unwrap(await host.client.call.snapshotSpace({}));
    expect(before.bytes).toBeGreaterThan(2e6);
    unwrap(await host.client.call.changeSettings({ snapshotLimit: 2 }));
    const after = unwrap(await host.client.call.snapshotSpace({}));
    expect(after.bytes).toBeLessThanOrEqual(2e6);
    expect(after.snapshots).toBeLessThan(before.snapshots);
  });

  test('cannot be reached for a document that is not open, or with an id that is none', async () => {
    const at = folders();
    at.write(path, 'text.');
    const { client } = await openHost(at);
    const id = '0'.repeat(64);
    expect(await client.call.snapshots({ path })).toMatchObject({
      error: { code: 'document.missing' },
    });
    unwrap(await client.call.openDocument({ path }));
    expect(await client.call.readSnapshot({ path, id })).toMatchObject({
      error: { code: 'snapshot.missing' },
    });
    expect(await client.call.readSnapshot({ path, id: '../a' })).toMatchObject({
      error: { code: 'request.invalid' },
    });
  });
});

describe('What is restored', () => {
  const forms = {
    'with a mark and CRLF': Buffer.from('\ufeffcafé\r\nnoir\r\n', 'utf8'),
    'with mixed line ends': Buffer.from('one\r\ntwo\nthree\rfour', 'utf8'),
    'in windows-1252': Buffer.from('caf\xe9\r\nnoir\r\n', 'latin1'),
    'in UTF-16': Buffer.from('\ufeffcafé\nnoir', 'utf16le'),
  };
  for (const [name, bytes] of Object.entries(forms)) {
    test(`has the same bytes: ${name}`, async () => {
      const at = folders();
      at.write(path, bytes);
      const host = await openHost(at);
      const { client } = host;
      unwrap(await client.call.openDocument({ path }));
      const snapshot = unwrap(await client.call.takeSnapshot({ path, name: null }));
      // Another program writes it anew, in another form.
      at.write(path, 'Something else.\nQuite.\n');
      await eventually(() => expect(host.reloaded).toHaveLength(1));
      const now = unwrap(await client.call.openDocument({ path }));
      const { text } = unwrap(await client.call.readSnapshot({ path, id: snapshot }));
      const edits = [{ from: 0, to: now.text.length, insert: text }];
      const keep = { kind: 'restore', snapshot } as const;
      unwrap(await client.call.editDocument({ path, base: now.version, edits, keep }));
      unwrap(await client.call.saveDocument({ path }));
      expect(at.read(path)).toEqual(bytes);
      expect((await kept(host))[0]).toEqual(['restore', 'Something else.\nQuite.\n']);
    });
  }

  test('comes back in its form after a crash, too', async () => {
    const at = folders();
    at.write(path, forms['with mixed line ends']);
    const first = await openHost(at);
    unwrap(await first.client.call.openDocument({ path }));
    const snapshot = unwrap(await first.client.call.takeSnapshot({ path, name: null }));
    at.write(path, 'Something else.\n');
    await eventually(() => expect(first.reloaded).toHaveLength(1));
    const now = unwrap(await first.client.call.openDocument({ path }));
    const { text } = unwrap(await first.client.call.readSnapshot({ path, id: snapshot }));
    const edits = [{ from: 0, to: now.text.length, insert: text }];
    const keep = { kind: 'restore', snapshot } as const;
    unwrap(await first.client.call.editDocument({ path, base: now.version, edits, keep }));
    // What a crash at this moment would leave.
    await eventually(async () => {
      const [name] = await fs.readdir(join(at.data, 'journals'));
      const { records } = await readJournal(join(at.data, 'journals', name!));
      expect(replay(records.filter(({ kind }) => kind !== 'saved'))).toMatchObject({
        text: 'one\ntwo\nthree\nfour',
        form: { lineEnds: { kind: 'mixed', ends: ['\r\n', '\n', '\r'] } },
      });
    });
  });
});
