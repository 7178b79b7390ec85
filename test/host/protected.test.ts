import { execFileSync } from 'node:child_process';
import fs from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { protectionOf } from '../../src/main/host/documents/protection.ts';
import { unwrap } from '../../src/shared/result.ts';
import { eventually, folders, openHost, typeInto } from '../helpers/host.ts';

afterEach(() => vi.restoreAllMocks());

describe('A file that is write-protected', () => {
  test('is opened for reading only, with a sentence that says so, and stays as it is', async () => {
    const at = folders();
    at.write('a.md', 'text');
    await fs.chmod(join(at.library, 'a.md'), 0o444);
    const { client } = await openHost(at);
    const opened = unwrap(await client.call.openDocument({ path: 'a.md' }));
    expect(opened.readOnly).toBe(
      'a.md is write-protected, so it can only be read here; take the protection off and open it again.',
    );
    const edits = [{ from: 0, to: 0, insert: 'x' }];
    const edited = await client.call.editDocument({ path: 'a.md', base: opened.version, edits });
    expect(edited).toMatchObject({ error: { code: 'document.read-only' } });
    unwrap(await client.call.closeDocument({ path: 'a.md' }));
    await fs.chmod(join(at.library, 'a.md'), 0o644);
    expect(unwrap(await client.call.openDocument({ path: 'a.md' })).readOnly).toBeNull();
  });

  test('while there are changes here is not replaced; it is once the protection is off', async () => {
    const at = folders();
    at.write('a.md', 'old');
    const file = join(at.library, 'a.md');
    const { client, state } = await openHost(at);
    await typeInto(client, 'a.md', 'new ');
    await fs.chmod(file, 0o444);
    const { ino } = await fs.stat(file);
    await eventually(() =>
      expect(state('a.md')).toEqual({
        kind: 'failed',
        sentence: `${file} is write-protected and was not saved; take the protection off, or copy your text elsewhere.`,
      }),
    );
    expect(await client.call.saveDocument({ path: 'a.md' })).toMatchObject({
      error: { code: 'document.read-only' },
    });
    expect([at.text('a.md'), (await fs.stat(file)).ino]).toEqual(['old', ino]);
    expect(await fs.readdir(at.library)).toEqual(['a.md']);
    await fs.chmod(file, 0o644);
    await eventually(() => expect(at.text('a.md')).toBe('new old'));
    await eventually(() => expect(state('a.md')).toMatchObject({ kind: 'saved' }));
  });

  test('keeps what a crash left unsaved of it: the writer chooses', async () => {
    const at = folders();
    at.write('a.md', 'old');
    const file = join(at.library, 'a.md');
    const { host, client } = await openHost(at);
    await typeInto(client, 'a.md', 'new ');
    await fs.chmod(file, 0o444);
    await host.close();
    const again = await openHost(at);
    const opened = unwrap(await again.client.call.openDocument({ path: 'a.md' }));
    expect([opened.text, opened.fileText, opened.readOnly]).toEqual(['new old', 'old', null]);
    const settlement = { keep: 'theirs' } as const;
    unwrap(await again.client.call.settleDocument({ path: 'a.md', settlement }));
    const [copy] = (await fs.readdir(at.library)).filter((name) => name !== 'a.md');
    expect([at.text('a.md'), at.text(copy!)]).toEqual(['old', 'new old']);
  });
});

test.each(['EROFS', 'EACCES'])('A folder that says %s is read and never written', async (code) => {
  const at = folders();
  at.write('book/a.md', 'text');
  const folder = join(at.library, 'book');
  const { access } = fs;
  vi.spyOn(fs, 'access').mockImplementation((path, mode) =>
    path === folder && mode === fs.constants.W_OK
      ? Promise.reject(Object.assign(new Error(code), { code }))
      : access(path, mode),
  );
  const { client } = await openHost(at);
  const opened = unwrap(await client.call.openDocument({ path: 'book/a.md' }));
  expect(opened.readOnly).toContain('a.md lies in a folder that can only be read');
});

test('The system is asked as the one who writes: files and folders of others are protected', async (context) => {
  const at = folders();
  at.write('open/mine.md', 'text');
  at.write('open/theirs.md', 'text');
  at.write('closed/a.md', 'text');
  const place = (path: string): string => join(at.library, path);
  const nobody = 65534;
  if (process.getuid?.() !== 0) return context.skip('only root may be somebody else');
  const module = new URL('../../src/main/host/documents/protection.ts', import.meta.url).href;
  const asNobody = (script: string, ...args: string[]): string =>
    execFileSync(
      'setpriv',
      [
        ...[`--reuid=${nobody}`, '--clear-groups', process.execPath, '--no-warnings'],
        ...['--input-type=module', '-e', script, '--', ...args],
      ],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
    );
  try {
    asNobody(`await import(${JSON.stringify(module)})`);
  } catch {
    return context.skip('there is no setpriv, or others may not read the sources');
  }
  for (const folder of [join(at.library, '..'), at.library, place('closed')]) {
    await fs.chmod(folder, 0o755);
  }
  await fs.chmod(place('open'), 0o777);
  await fs.chown(place('open/mine.md'), nobody, nobody);
  await fs.chown(place('closed/a.md'), nobody, nobody);
  const script = `const { protectionOf } = await import(${JSON.stringify(module)});
    for (const path of process.argv.slice(1)) console.log(await protectionOf(path));`;
  const paths = ['open/mine.md', 'open/theirs.md', 'closed/a.md'].map(place);
  const told = asNobody(script, ...paths);
  expect(told.trim().split('\n')).toEqual([
    'null',
    'is write-protected',
    'lies in a folder that can only be read',
  ]);
  expect(await protectionOf(place('open/theirs.md'))).toBeNull();
});
