import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findManuscripts, readManuscript } from '../../src/main/files/manuscripts.ts';
import { decodeText } from '../../src/main/files/read-text.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'understudy-manuscripts-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const put = async (name: string, bytes: string | Uint8Array): Promise<string> => {
  const path = join(folder, name);
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, bytes);
  return path;
};

const refused = (code: string, named: string) => ({
  code,
  message: expect.stringContaining(named) as string,
});

const swapped = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();
const single = (...bytes: (string | number)[]): Buffer =>
  Buffer.concat(
    bytes.map((b) => (typeof b === 'string' ? Buffer.from(b, 'latin1') : Buffer.from([b]))),
  );

/** Russian in an encoding of one byte a letter, by the alphabet it has from byte `from` on. */
const russian = 'Привет, мир! Как дела? Всё хорошо, сказал он и вышел на улицу.'.replace('ё', 'е');
const windows1251 = Buffer.from(
  [...russian].map((c) => (c >= 'А' ? c.charCodeAt(0) - 0x410 + 0xc0 : c.charCodeAt(0))),
);

describe('reading a manuscript', () => {
  const text = 'Chapter one\r\n\r\n“Naïve,” she said — 東京 😀.\n';

  it.each([
    ['UTF-8', 'utf-8', Buffer.from(text)],
    ['UTF-8 with a mark', 'utf-8', Buffer.from(`\uFEFF${text}`)],
    ['UTF-16LE with a mark', 'utf-16le', Buffer.from(`\uFEFF${text}`, 'utf16le')],
    ['UTF-16BE with a mark', 'utf-16be', swapped(`\uFEFF${text}`)],
    ['UTF-16LE without a mark', 'utf-16le', Buffer.from(text, 'utf16le')],
    ['UTF-16BE without a mark', 'utf-16be', swapped(text)],
  ])('decodes %s', async (name, encoding, bytes) => {
    const path = await put(`${name}.txt`, bytes);
    expect(await readManuscript(path)).toEqual({
      name: path,
      text,
      encoding,
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      dropped: [],
    });
  });

  it('reads the prose of other formats, and tells what it left out', async () => {
    const path = join(import.meta.dirname, '../fixtures/formats/rich.docx');
    const bytes = await readFile(path);
    expect(await readManuscript(path)).toEqual({
      name: path,
      text: expect.stringContaining('Fog\n\nIt was late, and very cold') as string,
      encoding: 'utf-8',
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      dropped: [{ what: 'image', count: 1 }],
    });
  });

  it('says by name that a file is not what its ending says', async () => {
    const path = await put('torn.docx', 'PK');
    await expect(readManuscript(path)).rejects.toMatchObject(refused('text.unsupported', path));
  });

  it.each([
    [
      'with quotes and dashes',
      single('Caf', 0xe9, ' ', 0x93, 'it', 0x92, 's', 0x94, ' ', 0x96, ' na\xefve\n'),
      'Café “it’s” – naïve\n',
    ],
    ['with one accent', single('na\xefve caf\xe9'), 'naïve café'],
    [
      'of French',
      single('\xc0 No\xebl, le gar\xe7on \xe9tait d\xe9j\xe0 l\xe0. O\xf9 \xe7a?\n'),
      'À Noël, le garçon était déjà là. Où ça?\n',
    ],
    [
      'of German',
      single('Die \xc4pfel f\xfcr Gr\xfc\xdfe \xfcber \xd6l, sch\xf6n.\n'),
      'Die Äpfel für Grüße über Öl, schön.\n',
    ],
  ])('decodes Windows-1252 %s', async (name, bytes, expected) => {
    const path = await put(`${name}.txt`, bytes);
    expect(await readManuscript(path)).toMatchObject({ text: expected, encoding: 'windows-1252' });
  });

  it('decodes the quotes of old Macs', async () => {
    const bytes = single('It was ', 0xd2, 'fine', 0xd3, ' ', 0xd1, ' he', 0xd5, 'd said so', 0xc9);
    expect(await readManuscript(await put('mac.txt', bytes))).toMatchObject({
      text: 'It was “fine” — he’d said so…',
      encoding: 'macintosh',
    });
  });

  it('decodes Russian in Windows-1251', async () => {
    const path = await put('russian.txt', windows1251);
    expect(await readManuscript(path)).toMatchObject({ text: russian, encoding: 'windows-1251' });
  });

  it('decodes Japanese in Shift_JIS and ISO-2022-JP', async () => {
    const sjis = Buffer.from(
      '8ce1947982cd944c82c582a082e9814296bc914f82cd82dc82be96b382a28142',
      'hex',
    );
    expect(await readManuscript(await put('s.txt', sjis))).toMatchObject({
      text: '吾輩は猫である。名前はまだ無い。',
      encoding: 'shift_jis',
    });
    const iso = Buffer.from(
      '1b24423863475a244f472d24472422246b21234c3e4130244f245e24404c35242421231b2842',
      'hex',
    );
    const read = await readManuscript(await put('i.txt', iso));
    expect(read.encoding).toBe('iso-2022-jp');
    expect(read.text).toBe('吾輩は猫である。名前はまだ無い。');
  });

  it('decodes Japanese in UTF-16 without a mark', async () => {
    const japanese =
      '吾輩は猫である。\n名前はまだ無い。\nどこで生れたか頓と見当がつかぬ。\n'.repeat(9);
    for (const bytes of [Buffer.from(japanese, 'utf16le'), swapped(japanese)]) {
      expect((await readManuscript(await put('wide.txt', bytes))).text).toBe(japanese);
    }
  });

  it('keeps U+FFFD where the writer has it', async () => {
    expect((await readManuscript(await put('mark.txt', 'a \uFFFD b'))).text).toBe('a \uFFFD b');
  });

  it('reads a line of ten million letters', async () => {
    const { text: long } = await readManuscript(await put('long.txt', 'x'.repeat(1e7)));
    expect(long).toHaveLength(1e7);
  });

  it.each([
    ['empty.txt', ''],
    ['marked.txt', '\uFEFF'],
    ['blank.md', ' \r\n\t\n'],
  ])('refuses %s as empty', async (name, bytes) => {
    const path = await put(name, bytes);
    await expect(readManuscript(path)).rejects.toMatchObject(refused('text.empty', path));
  });

  it.each([
    [
      'png.txt',
      Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489', 'hex'),
    ],
    ['zip.txt', Buffer.from('504b03041400000008000000210000000000000000000000000000000000', 'hex')],
    [
      'elf.txt',
      Buffer.from('7f454c46020101000000000000000000030 03e0001000000'.replaceAll(' ', ''), 'hex'),
    ],
    ['pdf.txt', Buffer.from('%PDF-1.7\n1 0 obj << >> endobj\n')],
    ['rtf.txt', Buffer.from('{\\rtf1\\ansi Some text that is not just text.}')],
    ['zeros.txt', Buffer.alloc(1000)],
    [
      'noise.txt',
      Buffer.from(Array.from({ length: 999 }, (_, i) => 1 + ((i * i * 31 + i * 7) % 255))),
    ],
    ['counting.txt', Buffer.from(Array.from({ length: 512 }, (_, i) => i % 256))],
  ])('refuses %s as no text', async (name, bytes) => {
    const path = await put(name, bytes);
    await expect(readManuscript(path)).rejects.toMatchObject(refused('text.binary', path));
  });

  it('refuses what its mark does not hold', async () => {
    const path = await put(
      'cut.txt',
      Buffer.concat([Buffer.from('\uFEFFabc', 'utf16le'), Buffer.of(1)]),
    );
    await expect(readManuscript(path)).rejects.toMatchObject(refused('text.unreadable', path));
  });

  it('refuses what is not there, and what is a folder', async () => {
    const path = join(folder, 'gone.txt');
    await expect(readManuscript(path)).rejects.toMatchObject(refused('text.missing', path));
    await expect(readManuscript(folder)).rejects.toMatchObject(refused('text.unsupported', folder));
  });

  it('gives back any well-formed text that was saved as UTF-8', async () => {
    const whole = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 80 });
    await fc.assert(
      fc.asyncProperty(whole, async (written) => {
        const read = await decodeText(Buffer.from(`Text: ${written}`));
        expect(read).toMatchObject({ kind: 'text', text: `Text: ${written}` });
      }),
    );
  });

  it('gives text or a reason for any bytes, and never a character it made up', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        const read = await decodeText(Buffer.from(bytes));
        if (read.kind !== 'text' || read.encoding === 'utf-8') return;
        expect(read.text).not.toContain('\0');
        if (!read.encoding.startsWith('utf-16')) expect(read.text).not.toContain('\uFFFD');
      }),
      { numRuns: 2000 },
    );
  });
});

describe('finding manuscripts', () => {
  it('searches folders for manuscripts, sorted, and passes over hidden files, voices and other kinds', async () => {
    for (const name of [
      'tree/b.md',
      'tree/a/2.TXT',
      'tree/a/1.markdown',
      'tree/a/picture.png',
      'tree/a/3.docx',
      'tree/a/~$3.docx',
      'tree/Novel.scriv/Files/Docs/1.rtf',
      'tree/.hidden/x.txt',
      'tree/.y.txt',
      'tree/mine.voice/notes.txt',
    ]) {
      await put(name, 'text');
    }
    const tree = join(folder, 'tree');
    expect(await findManuscripts([tree])).toEqual(
      ['Novel.scriv', 'a/1.markdown', 'a/2.TXT', 'a/3.docx', 'b.md'].map((name) =>
        join(tree, name),
      ),
    );
  });

  it('takes each file once, however often it is named', async () => {
    const path = await put('twice/a.txt', 'text');
    const twice = join(folder, 'twice');
    expect(await findManuscripts([path, twice, path, twice])).toEqual([path]);
  });

  it('follows links, but not round in circles nor to nowhere', async () => {
    const path = await put('links/inner/a.txt', 'text');
    const links = join(folder, 'links');
    await symlink(links, join(links, 'inner', 'round'));
    await symlink(join(links, 'nowhere'), join(links, 'broken.txt'));
    await symlink(join(links, 'self.txt'), join(links, 'self.txt'));
    expect(await findManuscripts([links])).toEqual([path]);
  });

  it('refuses by name what is missing, unsupported, a voice, or a folder without text', async () => {
    const missing = join(folder, 'none.txt');
    await expect(findManuscripts([missing])).rejects.toMatchObject(
      refused('text.missing', missing),
    );
    for (const name of ['book.doc', 'book.pages']) {
      const word = await put(name, 'text');
      await expect(findManuscripts([word])).rejects.toMatchObject(
        refused('text.unsupported', word),
      );
    }
    await put('old.voice/voice.json', '{}');
    const voice = join(folder, 'old.voice');
    await expect(findManuscripts([voice])).rejects.toMatchObject(
      refused('text.unsupported', voice),
    );
    await mkdir(join(folder, 'bare'));
    const bare = join(folder, 'bare');
    await expect(findManuscripts([bare])).rejects.toMatchObject(refused('text.missing', bare));
  });

  it('says which folder may not be opened', async (context) => {
    const closed = join(folder, 'closed');
    await put('closed/a.txt', 'text');
    if (process.getuid?.() === 0 || process.platform === 'win32') {
      // The superuser may open everything, and Windows has no such modes.
      await context.annotate('permissions do not bind this user');
      expect(await findManuscripts([closed])).toHaveLength(1);
      return;
    }
    await chmod(closed, 0);
    await expect(findManuscripts([closed])).rejects.toMatchObject(
      refused('text.unreadable', closed),
    );
    await chmod(closed, 0o700);
  });
});
