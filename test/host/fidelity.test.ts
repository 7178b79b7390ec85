import { describe, expect, test } from 'vitest';
import { unwrap } from '../../src/shared/result.ts';
import { folders, openHost } from '../helpers/host.ts';

const utf16 = (text: string, big: boolean): Buffer => {
  const bytes = Buffer.from(text, 'utf16le');
  return big ? bytes.swap16() : bytes;
};
const mark = Buffer.from([0xef, 0xbb, 0xbf]);
const prose = 'The sea was grey that day. “Go on,” she said — and so he went.';

/** Files that must come back byte for byte with one word put in, and nothing else touched. */
const files: Readonly<Record<string, Buffer>> = {
  'plain text': Buffer.from(`${prose}\nAnother line.\n`),
  'a byte order mark': Buffer.concat([mark, Buffer.from(`${prose}\n`)]),
  CRLF: Buffer.from(`${prose}\r\n\r\nAnother line.\r\n`),
  'old Mac line ends': Buffer.from(`${prose}\r\rAnother line.\r`),
  'mixed line ends': Buffer.from('one\r\ntwo\nthree\rfour\r\n\nfive\n\r\nsix'),
  'no final newline': Buffer.from('a line\nand the last'),
  'nothing but line ends': Buffer.from('\n\r\n\n'),
  'spaces at the ends of lines': Buffer.from('one  \n\ttwo\t\n'),
  NFD: Buffer.from('Cafe\u0301 nai\u0308ve\n'),
  NFC: Buffer.from('Café naïve\n'),
  emoji: Buffer.from('👩‍👩‍👧 and 🏳️‍🌈 and 𝔘\n'),
  'line and paragraph separators': Buffer.from('a\u2028b\u2029c\u0085d\n'),
  'windows-1252': Buffer.from(
    'Caf\xe9 \x93quoted\x94 \x97 na\xefve fa\xe7ade d\xe9j\xe0 vu.\r\n',
    'latin1',
  ),
  'UTF-16, little end first': Buffer.concat([
    Buffer.from([0xff, 0xfe]),
    utf16(`${prose}\r\n`, false),
  ]),
  'UTF-16, big end first': Buffer.concat([Buffer.from([0xfe, 0xff]), utf16(`${prose}\n😀`, true)]),
  'UTF-16 without a mark': utf16(`${prose} ${prose}\r\n`, false),
  'the byte order mark twice': Buffer.concat([mark, mark, Buffer.from('x\n')]),
  'ten megabytes': Buffer.from(`${prose}\r\n`.repeat(150_000)),
};

describe('A file is saved with its own bytes around what was typed', () => {
  test.each(Object.entries(files))('%s', async (_, bytes) => {
    const at = folders();
    at.write('file.txt', bytes);
    const { client } = await openHost(at);
    const path = 'file.txt';
    const { text, version, readOnly } = unwrap(await client.call.openDocument({ path }));
    expect(readOnly).toBeNull();
    expect(text).not.toContain('\r');
    const end = text.length;
    const typed = [{ from: end, to: end, insert: 'zebra' }];
    unwrap(await client.call.editDocument({ path, base: version, edits: typed }));
    unwrap(await client.call.saveDocument({ path }));
    const saved = at.read(path);
    expect(saved.subarray(0, bytes.length).equals(bytes)).toBe(true);
    const rest = saved.subarray(bytes.length).toString('latin1').replaceAll('\0', '');
    expect(rest).toBe('zebra');

    const undone = [{ from: end, to: end + 5, insert: '' }];
    unwrap(await client.call.editDocument({ path, base: version + 1, edits: undone }));
    unwrap(await client.call.saveDocument({ path }));
    expect(at.read(path).equals(bytes)).toBe(true);
  });
});

test('mixed line ends stay with their lines when others are typed, removed and replaced', async () => {
  const at = folders();
  at.write('a.md', 'one\r\ntwo\nthree\r\nfour\nfive\r\n');
  const { client } = await openHost(at);
  const { text, version } = unwrap(await client.call.openDocument({ path: 'a.md' }));
  const place = (word: string): number => text.indexOf(word);
  const edits = [
    { from: place('two'), to: place('two') + 3, insert: '2' },
    { from: place('three'), to: place('four'), insert: '' },
    { from: place('five'), to: place('five'), insert: 'new\n' },
  ];
  unwrap(await client.call.editDocument({ path: 'a.md', base: version, edits }));
  unwrap(await client.call.saveDocument({ path: 'a.md' }));
  expect(at.text('a.md')).toBe('one\r\n2\nfour\nnew\r\nfive\r\n');

  unwrap(await client.call.replaceDocument({ path: 'a.md', text: 'one\n2\nFOUR\nnew\nfive\n' }));
  unwrap(await client.call.saveDocument({ path: 'a.md' }));
  expect(at.text('a.md')).toBe('one\r\n2\nFOUR\nnew\r\nfive\r\n');
});

test('an empty file opens, and is written to', async () => {
  const at = folders();
  at.write('a.md', '');
  const { client } = await openHost(at);
  const { text, version } = unwrap(await client.call.openDocument({ path: 'a.md' }));
  expect(text).toBe('');
  const edits = [{ from: 0, to: 0, insert: 'First.\n' }];
  unwrap(await client.call.editDocument({ path: 'a.md', base: version, edits }));
  unwrap(await client.call.saveDocument({ path: 'a.md' }));
  expect(at.text('a.md')).toBe('First.\n');
});

test('a character that the encoding lacks makes the file UTF-8, and the writer hears of it', async () => {
  const at = folders();
  at.write('a.txt', files['windows-1252']!);
  const { client, notices } = await openHost(at);
  const { text, version } = unwrap(await client.call.openDocument({ path: 'a.txt' }));
  const edits = [{ from: 0, to: 0, insert: '→ ' }];
  unwrap(await client.call.editDocument({ path: 'a.txt', base: version, edits }));
  unwrap(await client.call.saveDocument({ path: 'a.txt' }));
  expect(at.text('a.txt')).toBe(`→ ${text.replaceAll('\n', '\r\n')}`);
  expect(notices).toEqual([expect.stringContaining('UTF-8 from now on')]);
});

describe('What cannot be written back is only read', () => {
  test('bytes that are not what their mark says', async () => {
    const at = folders();
    const bytes = Buffer.concat([
      mark,
      Buffer.from('good '),
      Buffer.from([0xff, 0xc3]),
      Buffer.from(' end\n'),
    ]);
    at.write('a.md', bytes);
    const { client } = await openHost(at);
    const document = unwrap(await client.call.openDocument({ path: 'a.md' }));
    expect(document.readOnly).toContain('UTF-8');
    const edits = [{ from: 0, to: 0, insert: 'x' }];
    const edited = await client.call.editDocument({ path: 'a.md', base: document.version, edits });
    expect(edited).toMatchObject({ ok: false, error: { code: 'document.read-only' } });
    unwrap(await client.call.closeDocument({ path: 'a.md' }));
    expect(at.read('a.md').equals(bytes)).toBe(true);
  });

  test('an encoding of Asia', async () => {
    const at = folders();
    // Shift JIS: "吾輩は猫である。名前はまだ無い。"
    const line = Buffer.from(
      '8ce1947982cd944c82c582a082e98142 96bc914f82cd82dc82be96b382a28142'.replace(/ /g, ''),
      'hex',
    );
    at.write('a.txt', Buffer.concat(Array.from({ length: 20 }, () => line)));
    const { client } = await openHost(at);
    const document = unwrap(await client.call.openDocument({ path: 'a.txt' }));
    expect(document.text).toContain('吾輩は猫である');
    expect(document.readOnly).toContain('save a copy as UTF-8');
  });

  test('a picture is refused', async () => {
    const at = folders();
    at.write(
      'a.md',
      Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108060000', 'hex'),
    );
    const { client } = await openHost(at);
    expect(await client.call.openDocument({ path: 'a.md' })).toMatchObject({
      ok: false,
      error: { code: 'text.binary' },
    });
  });
});

test('invalid UTF-8 without a mark opens in its real encoding, and comes back byte for byte', async () => {
  const at = folders();
  const bytes = Buffer.from('na\xefve caf\xe9\n', 'latin1');
  at.write('a.md', bytes);
  const { client } = await openHost(at);
  const { text, form, version } = unwrap(await client.call.openDocument({ path: 'a.md' }));
  expect([text, form]).toEqual(['naïve café\n', 'windows-1252']);
  const edits = [{ from: 0, to: 0, insert: 'é' }];
  unwrap(await client.call.editDocument({ path: 'a.md', base: version, edits }));
  unwrap(await client.call.saveDocument({ path: 'a.md' }));
  expect(at.read('a.md').toString('latin1')).toBe('éna\xefve caf\xe9\n');
});
