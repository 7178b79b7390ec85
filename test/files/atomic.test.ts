import { execFileSync } from 'node:child_process';
import fs from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { writeAtomic } from '../../src/main/files/atomic.ts';
import { loadVoice, saveVoice } from '../../src/main/files/voice-folder.ts';
import { isUserError } from '../../src/shared/errors.ts';
import { cardOf, refuses, temporaryFolder, weightsOf } from '../helpers/voices.ts';

const at = temporaryFolder();
afterEach(() => vi.restoreAllMocks());

const old = Buffer.from('the old text');
const chunks = [Buffer.from('the '), Buffer.from(''), Buffer.from('new text')];

async function file(name: string): Promise<string> {
  const path = at(`${name}/file.txt`);
  await fs.mkdir(dirname(path));
  await fs.writeFile(path, old, { mode: 0o640 });
  return path;
}

type Method = (this: unknown, ...args: unknown[]) => Promise<unknown>;

/** The methods that every open file has. */
async function openFile(): Promise<Record<'write' | 'sync' | 'stat', Method>> {
  const handle = await fs.open(at('..'), 'r');
  await handle.close();
  return Object.getPrototypeOf(handle) as Record<'write' | 'sync' | 'stat', Method>;
}

const fault = (code: string): Error => Object.assign(new Error(code), { code });

describe('Writing a file', () => {
  it('makes a new one', async () => {
    await writeAtomic(at('new.txt'), chunks);
    expect(await fs.readFile(at('new.txt'), 'utf8')).toBe('the new text');
  });

  it('replaces one, keeps its mode and leaves nothing else', async () => {
    const path = await file('replaced');
    await writeAtomic(path, chunks);
    expect(await fs.readFile(path, 'utf8')).toBe('the new text');
    if (process.platform !== 'win32') expect((await fs.stat(path)).mode & 0o777).toBe(0o640);
    expect(await fs.readdir(dirname(path))).toEqual(['file.txt']);
  });

  it('brings the file to the disk before its name, and then the name', async () => {
    const path = await file('ordered');
    const calls: string[] = [];
    const proto = await openFile();
    const { sync } = proto;
    const { rename } = fs;
    vi.spyOn(proto, 'sync').mockImplementation(function (this: unknown) {
      calls.push('sync');
      return sync.call(this);
    });
    vi.spyOn(fs, 'rename').mockImplementation((...args) => {
      calls.push('rename');
      return rename(...args);
    });
    await writeAtomic(path, chunks);
    expect(calls).toEqual(
      process.platform === 'win32' ? ['sync', 'rename'] : ['sync', 'rename', 'sync'],
    );
  });

  it('goes on after a short write', async () => {
    const path = await file('short');
    const proto = await openFile();
    const { write } = proto;
    vi.spyOn(proto, 'write').mockImplementation(function (this: unknown, data, start, length) {
      return write.call(this, data, start, Math.min(3, Number(length)));
    });
    await writeAtomic(path, chunks);
    vi.restoreAllMocks();
    expect(await fs.readFile(path, 'utf8')).toBe('the new text');
  });

  it.each(['ENOSPC', 'EDQUOT', 'EIO', 'EACCES', 'EPERM', 'EBUSY', 'EROFS', 'EXDEV'])(
    'leaves the old file and nothing else when any call fails with %s',
    async (code) => {
      const path = await file(code);
      const proto = await openFile();
      const faults = [
        () => vi.spyOn(fs, 'stat').mockRejectedValue(fault(code)),
        () => vi.spyOn(fs, 'open').mockRejectedValue(fault(code)),
        () => vi.spyOn(proto, 'write').mockRejectedValue(fault(code)),
        () => vi.spyOn(proto, 'sync').mockRejectedValue(fault(code)),
        () => vi.spyOn(proto, 'stat').mockRejectedValue(fault(code)),
        () => vi.spyOn(fs, 'rename').mockRejectedValue(fault(code)),
      ];
      for (const inject of faults) {
        const spy = inject();
        const full = code === 'ENOSPC' || code === 'EDQUOT';
        await refuses(() => writeAtomic(path, chunks), full ? 'disk.full' : 'disk.failed', path);
        spy.mockRestore();
        expect(await fs.readFile(path)).toEqual(old);
        expect(await fs.readdir(dirname(path))).toEqual(['file.txt']);
      }
    },
  );

  it('notices a file that is shorter than what was written', async () => {
    const path = await file('shorter');
    const proto = await openFile();
    const { stat } = proto;
    vi.spyOn(proto, 'stat').mockImplementation(async function (this: unknown) {
      return Object.assign((await stat.call(this)) as object, { size: 5 });
    });
    await refuses(() => writeAtomic(path, chunks), 'disk.failed', path);
    vi.restoreAllMocks();
    expect(await fs.readFile(path)).toEqual(old);
  });

  it('leaves the old file when the chunks fail to come', async () => {
    const path = await file('source');
    async function* broken(): AsyncIterable<Uint8Array> {
      yield old;
      await Promise.reject(new Error('no more'));
    }
    await refuses(() => writeAtomic(path, broken()), 'disk.failed', path, 'no more');
    expect(await fs.readFile(path)).toEqual(old);
    expect(await fs.readdir(dirname(path))).toEqual(['file.txt']);
  });

  it('names the folder that is missing', async () => {
    await refuses(
      () => writeAtomic(at('none/a.txt'), chunks),
      'disk.failed',
      at('none/a.txt'),
      'folder is not there',
    );
  });
});

/** A small file system in memory, or null where one may not be mounted. */
function mountSmall(folder: string, kilobytes: number): string | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return null;
  try {
    execFileSync('mkdir', ['-p', folder]);
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', folder], {
      stdio: 'ignore',
    });
    return folder;
  } catch {
    return null;
  }
}

const small = mountSmall(at('small'), 64);
afterAll(() => {
  if (small) execFileSync('umount', [small]);
});

describe.runIf(small)('A disk that is full', () => {
  it('keeps every file and every voice old or new, whatever room is left', async () => {
    const folder = join(small!, 'my.voice');
    const path = join(small!, 'file.txt');
    const ballast = join(small!, 'ballast');
    await saveVoice(folder, cardOf(1), weightsOf(1));
    await fs.writeFile(path, old);
    const counts = { saved: 0, full: 0 };
    for (let i = 2; i < 60; i++) {
      const { bavail, bsize } = await fs.statfs(small!);
      const free = Math.max(0, bavail * bsize - (i % 12) * 4096);
      await fs.writeFile(ballast, new Uint8Array(free));
      const before = (await loadVoice(folder)).card.metrics.steps;
      const text = Buffer.alloc(9000, i);
      const textBefore = await fs.readFile(path);
      const tries = [
        () => saveVoice(folder, cardOf(i), weightsOf(i)),
        () => writeAtomic(path, [text]),
      ];
      for (const save of tries) {
        try {
          await save();
          counts.saved++;
        } catch (error) {
          if (!isUserError(error)) throw error;
          expect(error.code).toBe('disk.full');
          counts.full++;
        }
      }
      await fs.rm(ballast);
      const { card, weights } = await loadVoice(folder);
      expect([before, i]).toContain(card.metrics.steps);
      expect(weights).toEqual(weightsOf(card.metrics.steps));
      expect([textBefore, text]).toContainEqual(await fs.readFile(path));
      expect((await fs.readdir(small!)).sort()).toEqual(['file.txt', 'my.voice']);
      expect((await fs.readdir(folder)).sort()).toEqual(['voice.json', 'weights.safetensors']);
    }
    expect(counts.saved).toBeGreaterThan(10);
    expect(counts.full).toBeGreaterThan(10);
  });
});
