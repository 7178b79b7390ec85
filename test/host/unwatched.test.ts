import { expect, test, vi } from 'vitest';
import { unwrap } from '../../src/shared/result.ts';
import { eventually, folders, openHost, typeInto } from '../helpers/host.ts';

// A share tells nothing of what another computer writes.
vi.mock('../../src/main/host/library/watch.ts', () => ({
  watchFolder: () => ({ close: () => Promise.resolve() }),
}));

test('What another computer wrote is seen when the writer is back', async () => {
  const at = folders();
  at.write('a.md', 'old');
  at.write('b.md', 'old');
  const { client, reloaded, state } = await openHost(at);
  unwrap(await client.call.openDocument({ path: 'a.md' }));
  await typeInto(client, 'b.md', 'my ');
  const listed: string[][] = [];
  client.on.libraryChanged(({ root }) => void listed.push(root.entries.map(({ name }) => name)));
  at.write('a.md', 'theirs');
  at.write('b.md', 'theirs');
  at.write('c.md', 'new');

  unwrap(await client.call.lookAgain({}));
  await eventually(() => expect(reloaded).toEqual(['theirs']));
  await eventually(() => expect(state('b.md')).toMatchObject({ kind: 'conflict' }));
  await eventually(() => expect(listed.at(-1)).toEqual(['a', 'b', 'c']));
});
