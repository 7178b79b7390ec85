import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Sources } from '../../src/main/host/voices/sources.ts';
import { folders } from '../helpers/host.ts';
import { hostHere } from '../helpers/host-here.ts';

/** Longer than changes are gathered before they are written. */
const LATER = 800;

/** Every file of Understudy's own with the time of its last change. */
const filesIn = (data: string): Record<string, number> =>
  Object.fromEntries(
    readdirSync(data, { recursive: true, encoding: 'utf8' }).map((name) => [
      name,
      statSync(join(data, name)).mtimeMs,
    ]),
  );

/** A library whose words take a while to count. */
function longLibrary() {
  const at = folders();
  writeFileSync(join(at.library, 'a.md'), 'The fog came up the river. '.repeat(200_000));
  return at;
}

/** The folder is nobody's any more. */
async function staysAsItIs(data: string): Promise<void> {
  const before = filesIn(data);
  await wait(LATER);
  expect(filesIn(data)).toEqual(before);
}

test('a host that has closed writes nothing more, though it was counting words', async () => {
  const at = longLibrary();
  const { host } = await hostHere(at);
  await host.close();
  await staysAsItIs(at.data);
});

test('a start that fails closes what it had opened, and another one can be made', async () => {
  const at = longLibrary();
  const broken = vi.spyOn(Sources, 'open').mockRejectedValue(new Error('The disk broke'));
  onTestFinished(() => broken.mockRestore());
  await expect(hostHere(at)).rejects.toThrow('The disk broke');
  await staysAsItIs(at.data);
  broken.mockRestore();
  const { host } = await hostHere(at);
  await host.close();
});
