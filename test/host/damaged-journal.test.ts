import fs from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { crc32 } from 'node:zlib';
import { Journal, journalPath, type JournalRecord } from '../../src/main/host/documents/journal.ts';
import { unwrap } from '../../src/shared/result.ts';
import { eventually, folders, openHost, type Folders } from '../helpers/host.ts';

const HEADER = 8;

interface Left {
  readonly path: string;
  readonly bytes: Buffer;
  /** Bytes of the first record. */
  readonly first: number;
}

/** The journal of a.md, whose two changes are not saved. */
async function left(at: Folders): Promise<Left> {
  at.write('a.md', 'old');
  const real = join(at.library, 'a.md');
  const journals = join(at.data, 'journals');
  await fs.mkdir(journals, { recursive: true });
  const path = journalPath(journals, real);
  const journal = new Journal(path, 0, (error) => expect.unreachable(String(error)));
  const base: JournalRecord = {
    kind: 'base',
    format: 1,
    path: 'a.md',
    real,
    sha256: null,
    version: 1,
    text: 'old',
    form: { encoding: 'utf-8', mark: false, lineEnds: { kind: 'alike', end: '\n' } },
  };
  journal.append(base);
  for (const version of [2, 3]) {
    const edits = [{ from: 0, to: 0, insert: `new${version} ` }];
    journal.append({ kind: 'edits', version, edits });
  }
  await journal.close();
  const bytes = await fs.readFile(path);
  return { path, bytes, first: HEADER + bytes.readUInt32LE(0) };
}

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at]! ^= 0x10;
  return copy;
}

/** The same journal as a later version of Understudy would begin it. */
function newer({ bytes, first }: Left): Buffer {
  const body = bytes.toString('utf8', HEADER, first).replace('"format":1', '"format":2');
  const head = Buffer.alloc(HEADER);
  head.writeUInt32LE(Buffer.byteLength(body), 0);
  head.writeUInt32LE(crc32(body), 4);
  return Buffer.concat([head, Buffer.from(body), bytes.subarray(first)]);
}

const inJournals = async (at: Folders): Promise<string[]> =>
  (await fs.readdir(join(at.data, 'journals'))).sort();

const sentence =
  /^A journal with changes .* damaged or written by a newer Understudy.*; it is kept as .*\.damaged\.$/;

describe('A journal of which nothing can be read', () => {
  const damages: Record<string, (journal: Left) => Buffer> = {
    'a flipped bit in its first record': ({ bytes }) => flipped(bytes, HEADER + 20),
    'a flipped bit in its first length': ({ bytes }) => flipped(bytes, 1),
    'its first record cut off': ({ bytes, first }) => bytes.subarray(0, first - 5),
    'its first header cut off': ({ bytes }) => bytes.subarray(0, 5),
    'a format of a newer version': newer,
  };
  for (const [name, damage] of Object.entries(damages)) {
    test(`is set aside as it is, and told of: ${name}`, async () => {
      const at = folders();
      const journal = await left(at);
      const bytes = damage(journal);
      await fs.writeFile(journal.path, bytes);
      const { client, notices, host } = await openHost(at);
      const [aside, ...others] = await inJournals(at);
      expect(others).toEqual([]);
      expect(aside).toMatch(/\.damaged$/);
      const place = join(at.data, 'journals', aside!);
      expect(await fs.readFile(place)).toEqual(bytes);
      await eventually(() => expect(notices).toEqual([expect.stringMatching(sentence)]));
      expect(notices[0]).toContain(place);
      expect(unwrap(await client.call.openDocument({ path: 'a.md' })).text).toBe('old');
      await host.close();
      // Once is enough.
      const again = await openHost(at);
      unwrap(await again.client.call.start({}));
      expect(again.notices).toEqual([]);
      expect(await inJournals(at)).toEqual([aside]);
    });
  }

  test.each([
    ['empty', Buffer.alloc(0)],
    ['nothing but zeros, as a power cut may leave it', Buffer.alloc(4096)],
  ])('is removed and not worth a word: %s', async (_, bytes) => {
    const at = folders();
    const { path } = await left(at);
    await fs.writeFile(path, bytes);
    const { client, notices } = await openHost(at);
    unwrap(await client.call.start({}));
    expect([await inJournals(at), notices]).toEqual([[], []]);
  });

  test('is set aside, too, where it comes to light when its document is opened', async () => {
    const at = folders();
    const { path, bytes } = await left(at);
    await fs.rm(path);
    const { client, notices } = await openHost(at);
    await fs.writeFile(path, flipped(bytes, HEADER + 20));
    unwrap(await client.call.openDocument({ path: 'a.md' }));
    await eventually(() => expect(notices).toEqual([expect.stringMatching(sentence)]));
    expect(await inJournals(at)).toEqual([expect.stringMatching(/\.damaged$/)]);
  });

  test('is one of twenty at most: the oldest go', async () => {
    const at = folders();
    const { path, bytes } = await left(at);
    for (let n = 1; n <= 25; n++) {
      await fs.writeFile(join(at.data, 'journals', `0123-${n}.damaged`), `${n}`);
    }
    await fs.writeFile(path, flipped(bytes, HEADER + 20));
    await openHost(at);
    const names = await inJournals(at);
    expect(names).toHaveLength(20);
    expect(names).not.toContain('0123-6.damaged');
    expect(names).toContain('0123-7.damaged');
  });
});

describe('A journal of which the beginning can be read', () => {
  test('gives that, and is kept whole where more follows that is damaged', async () => {
    const at = folders();
    const { path, bytes, first } = await left(at);
    const damaged = flipped(bytes, first + HEADER + 12);
    const withMore = Buffer.concat([bytes.subarray(0, first), bytes.subarray(first), damaged]);
    await fs.writeFile(path, withMore);
    const { client, notices } = await openHost(at);
    const [aside] = (await inJournals(at)).filter((name) => name.endsWith('.damaged'));
    expect(await fs.readFile(join(at.data, 'journals', aside!))).toEqual(withMore);
    const { text, fileText } = unwrap(await client.call.openDocument({ path: 'a.md' }));
    expect([text, fileText]).toEqual(['new3 new2 old', 'old']);
    await eventually(() => expect(notices).toEqual([expect.stringMatching(sentence)]));
  });

  test.each([
    ['its last record is cut off', (bytes: Buffer) => bytes.subarray(0, -3), 'new2 old'],
    [
      'zeros follow, as a power cut may leave them',
      (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(64)]),
      'new3 new2 old',
    ],
  ])('gives that, and nothing is told where %s', async (_, damage, expected) => {
    const at = folders();
    const { path, bytes } = await left(at);
    await fs.writeFile(path, damage(bytes));
    const { client, notices } = await openHost(at);
    expect(unwrap(await client.call.openDocument({ path: 'a.md' })).text).toBe(expected);
    expect(notices).toEqual([]);
    expect(await inJournals(at)).toHaveLength(1);
  });
});
