import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readManuscript } from '../../src/main/files/manuscripts.ts';
import { readAsText } from '../../src/main/formats/index.ts';
import { formatOf } from '../../src/shared/formats.ts';
import { hostileFiles } from '../helpers/hostile-files.ts';
import { temporaryFolder } from '../helpers/understudy.ts';

const folder = temporaryFolder();
afterAll(() => folder[Symbol.dispose]());

const read = (path: string, name: string) =>
  readAsText({ kind: 'path', path }, formatOf(name)!, 'plain', name);

describe('a file that was made to do harm, or was harmed', () => {
  it.each(hostileFiles.filter(({ codes }) => codes.length > 0))(
    'is refused by name: $about',
    async ({ name, codes, write }) => {
      const path = join(folder.path, name);
      await write(path);
      const error = await readManuscript(path).then(
        ({ text }) => new Error(`It was read: ${text.slice(0, 100)}`),
        (reason: unknown) => reason,
      );
      expect(error).toMatchObject({ name: 'UserError' });
      expect(codes).toContain((error as { code: string }).code);
      expect((error as Error).message).toMatch(/^\S+ .*; .*\.$/);
      expect((error as Error).message.startsWith(`${path} `)).toBe(true);
    },
  );

  it('is read without its scripts and what it would have loaded', async () => {
    const scripts = hostileFiles.find(({ name }) => name === 'scripts.html')!;
    const path = join(folder.path, scripts.name);
    await scripts.write(path);
    expect(await read(path, scripts.name)).toEqual({
      text: 'Text link\n',
      dropped: [
        { what: 'script', count: 1 },
        { what: 'embedded page', count: 1 },
      ],
      parts: null,
    });
  });

  it('is read where it is only large for what it says', async () => {
    const attributes = hostileFiles.find(({ name }) => name === 'attributes.html')!;
    const path = join(folder.path, attributes.name);
    await attributes.write(path);
    expect(await read(path, attributes.name)).toMatchObject({ text: 'x\n', dropped: [] });
  });

  it('is refused where a Scrivener project lists itself without end', async () => {
    const path = join(folder.path, 'Deep.scriv');
    await mkdir(path);
    const items = '<BinderItem Type="Folder"><Children>'.repeat(100_000);
    await writeFile(join(path, 'Deep.scrivx'), `<ScrivenerProject><Binder>${items}`);
    await expect(read(path, 'Deep.scriv')).rejects.toMatchObject({ code: 'text.hostile' });
  });

  it('reads nothing outside of a Scrivener project', async () => {
    const secret = join(folder.path, 'secret.rtf');
    await writeFile(secret, '{\\rtf1 secret}');
    const path = join(folder.path, 'Out.scriv', 'Out.scrivx');
    await mkdir(dirname(path));
    await writeFile(
      path,
      '<ScrivenerProject><Binder><BinderItem UUID="D" Type="DraftFolder"><Title>Draft</Title><Children>' +
        '<BinderItem UUID="../../../secret" Type="Text"><Title>One</Title></BinderItem>' +
        '</Children></BinderItem></Binder></ScrivenerProject>',
    );
    const { text } = await read(dirname(path), 'Out.scriv');
    expect(text).not.toContain('secret');
  });
});
