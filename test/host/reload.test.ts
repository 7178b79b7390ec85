import fs from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { readJournal, replay } from '../../src/main/host/documents/index.ts';
import { unwrap } from '../../src/shared/result.ts';
import { eventually, folders, openHost, typeInto, type Folders } from '../helpers/host.ts';
import type { OpenHost } from '../helpers/host.ts';

const path = 'a.md';
const mine = 'my words, old';
const conflict = { kind: 'conflict', theirs: 'theirs', base: mine };

afterEach(() => vi.restoreAllMocks());

/** A host with a text that was changed and saved. */
async function saved(at: Folders): Promise<OpenHost> {
  at.write(path, 'old');
  const host = await openHost(at);
  await typeInto(host.client, path, 'my words, ');
  unwrap(await host.client.call.saveDocument({ path }));
  // The snapshot of what was opened is on the disk after this, or has failed.
  await host.client.call.snapshotSpace({});
  return host;
}

const breakSnapshots = (at: Folders): Promise<void> =>
  fs.writeFile(join(at.data, 'snapshots'), 'a file where the folder should be');

const mendSnapshots = (at: Folders): Promise<void> => fs.rm(join(at.data, 'snapshots'));

/** Runs `work` in the moment before the snapshot of a reload gets its name; only then does it get it. */
function beforeTheSnapshot(work: () => Promise<void>): void {
  const { rename } = fs;
  vi.spyOn(fs, 'rename').mockImplementation(async (from, to) => {
    const snapshot = String(to).endsWith('.snapshot');
    if (snapshot) vi.mocked(fs.rename).mockRestore();
    if (snapshot) await work();
    await rename(from, to);
  });
}

async function journalOf(at: Folders): Promise<string> {
  const [name] = await fs.readdir(join(at.data, 'journals'));
  return join(at.data, 'journals', name!);
}

/** What a kill of the host leaves, which has saved its text, and then another program's came. */
async function killedBeforeTheReload(at: Folders): Promise<void> {
  const first = await saved(at);
  // An end in good order removes the journal.
  const journal = await journalOf(at);
  await eventually(async () => {
    const { records } = await readJournal(journal);
    expect(records.at(-1)?.kind).toBe('saved');
  });
  const bytes = await fs.readFile(journal);
  await first.host.close();
  await fs.rm(join(at.data, 'snapshots'), { recursive: true });
  await fs.writeFile(journal, bytes);
  at.write(path, 'theirs');
}

async function timeline({ client }: OpenHost): Promise<readonly string[]> {
  const { snapshots } = unwrap(await client.call.snapshots({ path }));
  const texts = snapshots.map(async ({ id, cause }) => {
    const { text } = unwrap(await client.call.readSnapshot({ path, id }));
    return `${cause}: ${text}`;
  });
  return Promise.all(texts);
}

describe('Another program’s text takes the place of a saved one', () => {
  test('only when that is on the disk as a snapshot: until then the journal has it', async () => {
    const at = folders();
    const host = await saved(at);
    const seen: unknown[] = [];
    beforeTheSnapshot(async () => {
      const { records } = await readJournal(await journalOf(at));
      seen.push(records.length, [...host.reloaded]);
    });
    at.write(path, 'theirs');
    await eventually(() => expect(host.reloaded).toEqual(['theirs']));
    expect(seen).toEqual([3, []]);
    expect(await timeline(host)).toContain(`reload: ${mine}`);
    expect(await fs.readdir(join(at.data, 'journals'))).toEqual([]);
  });

  test('not where the writer types on while it is kept', async () => {
    const at = folders();
    const host = await saved(at);
    beforeTheSnapshot(async () => {
      const edits = [{ from: 0, to: 0, insert: 'still ' }];
      unwrap(await host.client.call.editDocument({ path, base: 2, edits }));
    });
    at.write(path, 'theirs');
    await eventually(() => expect(host.state(path)).toEqual(conflict));
    expect(unwrap(await host.client.call.openDocument({ path })).text).toBe(`still ${mine}`);
    expect(host.reloaded).toEqual([]);
  });

  test('without a snapshot where only its form is another', async () => {
    const at = folders();
    await breakSnapshots(at);
    at.write(path, 'one\ntwo\n');
    const { client, states, reloaded } = await openHost(at);
    unwrap(await client.call.openDocument({ path }));
    at.write(path, 'one\r\ntwo\r\n');
    await eventually(() => expect(reloaded).toEqual(['one\ntwo\n']));
    expect(states.map(({ state }) => state.kind)).not.toContain('conflict');
    expect(unwrap(await client.call.openDocument({ path })).form).toBe('UTF-8, CRLF');
  });
});

describe('Where the text here cannot be kept as a snapshot', () => {
  /** Another program changed the file, and the disk has no room. */
  async function torn(at: Folders): Promise<OpenHost> {
    await breakSnapshots(at);
    const host = await saved(at);
    at.write(path, 'theirs');
    await eventually(() => expect(host.state(path)).toEqual(conflict));
    return host;
  }

  test('nothing is replaced, and it is said why', async () => {
    const at = folders();
    const host = await torn(at);
    expect(host.reloaded).toEqual([]);
    expect(unwrap(await host.client.call.openDocument({ path })).text).toBe(mine);
    expect(at.text(path)).toBe('theirs');
    await eventually(() =>
      expect(host.notices).toContainEqual(
        expect.stringMatching(
          /^a\.md was changed by another program, .* choose which one to keep\.$/,
        ),
      ),
    );
  });

  test('it is unsaved from now on: a kill leaves it in the journal', async () => {
    const at = folders();
    await torn(at);
    await eventually(async () => {
      const { records } = await readJournal(await journalOf(at));
      expect(replay(records)).toMatchObject({ text: mine, agreed: mine });
    });
  });

  test('also of a text that was never changed here', async () => {
    const at = folders();
    await breakSnapshots(at);
    at.write(path, mine);
    const first = await openHost(at);
    unwrap(await first.client.call.openDocument({ path }));
    at.write(path, 'theirs');
    await eventually(() => expect(first.state(path)).toEqual(conflict));
    await first.host.close();
    const second = await openHost(at);
    const { text, fileText } = unwrap(await second.client.call.openDocument({ path }));
    expect([text, fileText]).toEqual([mine, 'theirs']);
  });

  test('it comes back after it was closed', async () => {
    const at = folders();
    const { client } = await torn(at);
    unwrap(await client.call.closeDocument({ path }));
    const { text, fileText } = unwrap(await client.call.openDocument({ path }));
    expect([text, fileText]).toEqual([mine, 'theirs']);
  });

  test.each([
    ['mine', mine, 'theirs'],
    ['theirs', 'theirs', mine],
  ] as const)('the writer keeps %s, and the other is a copy', async (keep, kept, copied) => {
    const at = folders();
    const { client, state, host } = await torn(at);
    unwrap(await client.call.settleDocument({ path, settlement: { keep } }));
    expect(at.text(path)).toBe(kept);
    expect(state(path)?.kind).toBe('saved');
    const others = (await fs.readdir(at.library)).filter((name) => name !== path);
    expect(others.map((name) => at.text(name))).toEqual([copied]);
    await host.close();
    expect(await fs.readdir(join(at.data, 'journals'))).toEqual([]);
  });
});

describe('After a kill, where another program’s text came over a saved one', () => {
  test('the file is shown, and what was saved is in the timeline', async () => {
    const at = folders();
    await killedBeforeTheReload(at);
    const host = await openHost(at);
    expect(unwrap(await host.client.call.openDocument({ path })).text).toBe('theirs');
    expect(await timeline(host)).toEqual([`reload: ${mine}`]);
    expect(await fs.readdir(join(at.data, 'journals'))).toEqual([]);
  });

  test('both are shown where it cannot be kept, and later it can', async () => {
    const at = folders();
    await killedBeforeTheReload(at);
    await breakSnapshots(at);
    const first = await openHost(at);
    const opened = unwrap(await first.client.call.openDocument({ path }));
    expect([opened.text, opened.save]).toEqual([mine, conflict]);
    await eventually(() =>
      expect(first.notices).toContainEqual(expect.stringContaining('choose which one to keep')),
    );
    await first.host.close();
    await mendSnapshots(at);
    const second = await openHost(at);
    expect(unwrap(await second.client.call.openDocument({ path })).text).toBe('theirs');
    expect(await timeline(second)).toEqual([`reload: ${mine}`]);
  });

  test('nothing waits where the file is as it was saved', async () => {
    const at = folders();
    await killedBeforeTheReload(at);
    at.write(path, mine);
    await openHost(at);
    expect(await fs.readdir(join(at.data, 'journals'))).toEqual([]);
  });
});

test('A text that a file without any text displaced is not lost when it is closed', async () => {
  const at = folders();
  const { client, state } = await saved(at);
  at.write(path, Buffer.from([0, 1, 2, 3, 0, 255, 254, 0]));
  await eventually(() => expect(state(path)?.kind).toBe('conflict'));
  unwrap(await client.call.closeDocument({ path }));
  const { records } = await readJournal(await journalOf(at));
  expect(replay(records)?.text).toBe(mine);
});
