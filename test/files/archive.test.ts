import fs from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ZipFile } from 'yazl';
import { exportVoice, importVoice } from '../../src/main/files/archive.ts';
import { loadVoice, saveVoice } from '../../src/main/files/voice-folder.ts';
import { isUserError } from '../../src/shared/errors.ts';
import {
  cardOf,
  damage,
  dice,
  FUZZ_RUNS,
  refuses,
  temporaryFolder,
  weightsOf,
} from '../helpers/voices.ts';

const at = temporaryFolder();
afterEach(() => vi.restoreAllMocks());
let serial = 0;

async function exported(): Promise<{ folder: string; zip: string; bytes: Buffer }> {
  const name = `source ${serial++}`;
  const folder = at(`${name}.voice`);
  await saveVoice(folder, cardOf(), weightsOf(1));
  const zip = at(`${name}.zip`);
  await exportVoice(folder, zip);
  return { folder, zip, bytes: await fs.readFile(zip) };
}

interface Part {
  readonly name: string;
  readonly data: Uint8Array;
  readonly mode?: number;
}

/** An archive of these parts, whatever their names. */
async function archive(parts: readonly Part[]): Promise<string> {
  const zip = new ZipFile();
  // The writer refuses bad names itself, so they are put in afterwards.
  const stand = parts.map(({ name }, i) => `${i}`.repeat(Buffer.byteLength(name)));
  parts.forEach(({ data, mode }, i) => {
    zip.addBuffer(Buffer.from(data), stand[i]!, { mode: mode ?? 0o100644, compress: i % 2 === 0 });
  });
  zip.end();
  const bytes = await buffer(zip.outputStream);
  for (const [i, { name }] of parts.entries()) {
    // In the local header after 30 bytes, in the directory after 46.
    for (const [mark, skip] of [
      [0x04034b50, 30],
      [0x02014b50, 46],
    ] as const) {
      for (let p = 0; p + skip < bytes.length; p++) {
        const here = bytes.subarray(p + skip, p + skip + stand[i]!.length).toString('latin1');
        if (bytes.readUInt32LE(p) === mark && here === stand[i]) bytes.write(name, p + skip);
      }
    }
  }
  const path = at(`made ${serial++}.zip`);
  await fs.writeFile(path, bytes);
  return path;
}

async function partsOf(folder: string): Promise<[Part, Part]> {
  const part = async (name: string): Promise<Part> => ({
    name,
    data: await fs.readFile(join(folder, name)),
  });
  return [await part('voice.json'), await part('weights.safetensors')];
}

/** Everything below the test's folder, so that nothing can be written unnoticed. */
const everything = async (): Promise<string[]> =>
  (await fs.readdir(at('.'), { recursive: true })).sort();

describe('An exported voice', () => {
  it('is the same voice after it was imported', async () => {
    const { folder, zip } = await exported();
    await fs.mkdir(join(folder, 'checkpoints'));
    await importVoice(zip, at('copy.voice'));
    const [before, after] = [await loadVoice(folder), await loadVoice(at('copy.voice'))];
    expect(after.card).toEqual(before.card);
    expect(after.weights).toEqual(before.weights);
    expect((await fs.readdir(at('copy.voice'))).sort()).toEqual([
      'voice.json',
      'weights.safetensors',
    ]);
  });

  it('may go into new folders and into an empty one', async () => {
    const { zip } = await exported();
    await importVoice(zip, at('new/deeper/copy.voice'));
    await fs.mkdir(at('empty'));
    await importVoice(zip, at('empty'));
    expect((await loadVoice(at('empty'))).card.name).toBe('Voice 1');
  });

  it('never replaces a voice or other files', async () => {
    const { folder, zip } = await exported();
    await refuses(() => importVoice(zip, folder), 'voice.exists', folder);
    await fs.mkdir(at('novel'));
    await fs.writeFile(at('novel/chapter.md'), 'It began.');
    await refuses(() => importVoice(zip, at('novel')), 'voice.exists', at('novel'));
    expect(await fs.readdir(at('novel'))).toEqual(['chapter.md']);
  });

  it('replaces an archive, but no other file', async () => {
    const { folder, zip } = await exported();
    await exportVoice(folder, zip);
    await fs.writeFile(at('novel.md'), 'It began.');
    await refuses(() => exportVoice(folder, at('novel.md')), 'archive.invalid', 'novel.md');
    expect(await fs.readFile(at('novel.md'), 'utf8')).toBe('It began.');
  });

  it('is not made of a voice that is damaged', async () => {
    const { folder } = await exported();
    await fs.truncate(join(folder, 'weights.safetensors'), 300);
    await refuses(() => exportVoice(folder, at('not.zip')), 'voice.damaged', folder);
    await expect(fs.stat(at('not.zip'))).rejects.toThrow('ENOENT');
  });
});

describe('An archive', () => {
  it('that is cut short says so', async () => {
    const { zip, bytes } = await exported();
    await fs.truncate(zip, bytes.length / 2);
    await refuses(() => importVoice(zip, at('short.voice')), 'archive.invalid', zip, 'cut off');
  });

  it('that is missing, a folder, empty or no archive is refused by name', async () => {
    await refuses(
      () => importVoice(at('none.zip'), at('x')),
      'archive.invalid',
      'none.zip',
      'not found',
    );
    await fs.mkdir(at('folder.zip'));
    await refuses(() => importVoice(at('folder.zip'), at('x')), 'archive.invalid', 'folder.zip');
    await fs.writeFile(at('empty.zip'), '');
    await refuses(
      () => importVoice(at('empty.zip'), at('x')),
      'archive.invalid',
      'empty.zip',
      'no .zip',
    );
    await fs.writeFile(at('text.zip'), 'It began. '.repeat(100));
    await refuses(
      () => importVoice(at('text.zip'), at('x')),
      'archive.invalid',
      'text.zip',
      'no .zip',
    );
  });

  it.each([
    '../voice.json',
    '../../escaped',
    '/tmp/escaped',
    '..\\escaped',
    'C:\\escaped',
    'C:/escaped',
    'a/../../voice.json',
    './voice.json',
    'voice.json/',
    'VOICE.JSON',
    'voice.json\0.exe',
    'checkpoints/ckpt-1/manifest.json',
    'my.voice/voice.json',
    'readme.txt',
    'x'.repeat(5000),
  ])('that holds %j is refused, and nothing is written', async (name) => {
    const { folder } = await exported();
    const parts = await partsOf(folder);
    for (const order of [
      [{ name, data: Buffer.from('evil') }, ...parts],
      [...parts, { name, data: Buffer.from('evil') }],
    ]) {
      const zip = await archive(order);
      const before = await everything();
      await refuses(() => importVoice(zip, at('target.voice')), 'archive.invalid', zip);
      expect(await everything()).toEqual(before);
    }
  });

  it('with a file twice, a link or a file missing is refused', async () => {
    const { folder } = await exported();
    const [card, weights] = await partsOf(folder);
    const refused = async (parts: readonly Part[], why: string): Promise<void> => {
      const zip = await archive(parts);
      await refuses(() => importVoice(zip, at('refused.voice')), 'archive.invalid', zip, why);
    };
    await refused([card, weights, card], 'twice');
    await refused([{ ...card, mode: 0o120777 }, weights], 'link');
    await refused([card], 'weights.safetensors is missing');
    await refused([], 'missing');
    await refused([{ name: 'voice.json', data: Buffer.from('{}') }, weights], 'voice.json');
    await refused(
      [card, { ...weights, data: weights.data.subarray(0, 500) }],
      'weights.safetensors',
    );
  });

  it('of a newer Understudy asks for an update', async () => {
    const { folder } = await exported();
    const [card, weights] = await partsOf(folder);
    const text = Buffer.from(card.data).toString().replace('"format": 1', '"format": 9');
    const zip = await archive([{ ...card, data: Buffer.from(text) }, weights]);
    await refuses(() => importVoice(zip, at('newer.voice')), 'voice.too-new', zip, 'update');
  });

  it('that swells to more than it announces is refused before it fills the disk', async () => {
    const { folder } = await exported();
    const [, weights] = await partsOf(folder);
    const zip = await archive([{ name: 'voice.json', data: new Uint8Array(3e7) }, weights]);
    const bytes = await fs.readFile(zip);
    for (let p = 0; p + 46 < bytes.length; p++) {
      if (bytes.readUInt32LE(p) !== 0x02014b50) continue;
      if (bytes.readUInt32LE(p + 24) === 3e7) bytes.writeUInt32LE(1000, p + 24);
    }
    await fs.writeFile(zip, bytes);
    await refuses(() => importVoice(zip, at('bomb.voice')), 'archive.invalid', zip);
    await expect(fs.stat(at('bomb.voice'))).rejects.toThrow('ENOENT');
  });

  it('is not unpacked where there is no room', async () => {
    const { zip } = await exported();
    const real = await fs.statfs(at('.'));
    vi.spyOn(fs, 'statfs').mockResolvedValue(Object.assign(real, { bsize: 1, bavail: 100 }));
    await refuses(() => importVoice(zip, at('no room.voice')), 'disk.full', zip);
  });

  it('with places beyond any file is refused', async () => {
    const { bytes } = await exported();
    const path = at('far.zip');
    // A zip64 locator that points beyond what a file can hold.
    const end = bytes.subarray(bytes.length - 22);
    const locator = Buffer.alloc(20);
    locator.writeUInt32LE(0x07064b50, 0);
    for (const offset of [2n ** 63n, 2n ** 53n, 2n ** 64n - 1n]) {
      locator.writeBigUInt64LE(offset, 8);
      await fs.writeFile(path, Buffer.concat([bytes.subarray(0, -22), locator, end]));
      await refuses(() => importVoice(path, at('far.voice')), 'archive.invalid', path);
    }
  });

  it('answers any damage with the voice or an error for the writer', async () => {
    const { folder, bytes } = await exported();
    const whole = await loadVoice(folder);
    const path = at('fuzzed.zip');
    const target = at('fuzzed.voice');
    const roll = dice(8);
    const uncaught: unknown[] = [];
    const catcher = (error: unknown): void => void uncaught.push(error);
    process.on('uncaughtException', catcher);
    for (let i = 0; i < FUZZ_RUNS; i++) {
      // Half of the wounds are in the directory at the end, where the places and sizes stand.
      const from = roll(2) * Math.max(0, bytes.length - 180);
      const wounded = Buffer.concat([bytes.subarray(0, from), damage(bytes.subarray(from), roll)]);
      await fs.writeFile(path, wounded);
      try {
        await importVoice(path, target);
        const read = await loadVoice(target);
        expect(read.card).toEqual(whole.card);
        expect(read.weights).toEqual(whole.weights);
        await fs.rm(target, { recursive: true });
      } catch (error) {
        if (!isUserError(error)) throw error;
        expect(['archive.invalid', 'voice.too-new']).toContain(error.code);
        expect(error.message).toContain(path);
      }
    }
    await new Promise((resolve) => setImmediate(resolve));
    process.off('uncaughtException', catcher);
    expect(uncaught).toEqual([]);
    expect((await everything()).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});

describe('stopping', () => {
  const stopped = AbortSignal.abort(new Error('Stopped'));

  it('an export leaves no file, and one that was there as it was', async () => {
    const { folder, zip, bytes } = await exported();
    const before = await everything();
    await expect(exportVoice(folder, at('stopped.zip'), stopped)).rejects.toThrow();
    await expect(exportVoice(folder, zip, stopped)).rejects.toThrow();
    expect(await everything()).toEqual(before);
    expect(await fs.readFile(zip)).toEqual(bytes);
  });

  it('an import leaves nothing of the voice', async () => {
    const { zip } = await exported();
    const before = await everything();
    await expect(importVoice(zip, at('stopped.voice'), stopped)).rejects.toThrow();
    expect(await everything()).toEqual(before);
  });
});
