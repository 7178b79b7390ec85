import { spawn } from 'node:child_process';
import fs from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadLatestCheckpoint } from '../../src/main/files/checkpoints.ts';
import { LOCK, lockVoice } from '../../src/main/files/lock.ts';
import {
  assertFree,
  loadVoice,
  readCard,
  removeLeftovers,
  saveVoice,
} from '../../src/main/files/voice-folder.ts';
import { isUserError } from '../../src/shared/errors.ts';
import {
  alphabet,
  cardOf,
  damage,
  dice,
  FUZZ_RUNS,
  refuses,
  temporaryFolder,
  weightsOf,
} from '../helpers/voices.ts';

const at = temporaryFolder();
let serial = 0;

/** A saved voice: its folder and the paths of its two files. */
async function voice(): Promise<{ folder: string; card: string; weights: string }> {
  const folder = at(`${serial++}.voice`);
  await saveVoice(folder, cardOf(), weightsOf(1));
  return {
    folder,
    card: join(folder, 'voice.json'),
    weights: join(folder, 'weights.safetensors'),
  };
}

describe('A voice on disk', () => {
  it('is read as it was saved', async () => {
    const { folder } = await voice();
    const { card, units, weights } = await loadVoice(folder);
    expect(card).toMatchObject(cardOf());
    expect(weights).toEqual(weightsOf(1));
    expect(units.decode(units.encode('aé😀\n'))).toBe('aé😀\n');
    expect(await readCard(folder)).toEqual(card);
    expect((await fs.readdir(folder)).sort()).toEqual(['voice.json', 'weights.safetensors']);
  });

  it('keeps its card readable and the same in both files', async () => {
    const { folder, card } = await voice();
    const text = await fs.readFile(card, 'utf8');
    expect(JSON.parse(text)).toEqual((await loadVoice(folder)).card);
    expect(text).toContain('\n  "name": "Voice 1",\n');
  });

  it('keeps the words it may spell on a line, where it has any', async () => {
    const { folder, card } = await voice();
    expect((await loadVoice(folder)).lexicon).toBeNull();
    await saveVoice(folder, { ...cardOf(), lexicon: 'a bé' }, weightsOf(1));
    expect((await loadVoice(folder)).lexicon).toEqual(['a', 'bé']);
    expect(await fs.readFile(card, 'utf8')).toContain('\n  "lexicon": "a bé",\n');
  });

  it('is replaced by the next save', async () => {
    const { folder } = await voice();
    const { card } = await loadVoice(folder);
    await saveVoice(folder, { ...card, name: 'Second' }, weightsOf(2));
    const loaded = await loadVoice(folder);
    expect(loaded.card.name).toBe('Second');
    expect(loaded.weights).toEqual(weightsOf(2));
  });

  it('is whole when a save was cut off between its two files', async () => {
    const { folder, card } = await voice();
    const older = await fs.readFile(card);
    await saveVoice(folder, cardOf(2), weightsOf(2));
    await fs.writeFile(card, older);
    expect((await loadVoice(folder)).card.name).toBe('Voice 2');
    await fs.rm(card);
    expect((await loadVoice(folder)).card.name).toBe('Voice 2');
    expect((await readCard(folder)).name).toBe('Voice 2');
  });

  it('is missing where there is no folder, and foreign where there is something else', async () => {
    await refuses(() => loadVoice(at('nowhere')), 'voice.missing', at('nowhere'));
    await fs.writeFile(at('a file'), 'text');
    await refuses(() => loadVoice(at('a file')), 'voice.foreign', 'a file');
    await fs.mkdir(at('empty'));
    await refuses(() => loadVoice(at('empty')), 'voice.foreign', at('empty'));
    await fs.mkdir(at('other'));
    await fs.writeFile(at('other/voice.json'), '{"voice": "of another program"}');
    await refuses(() => loadVoice(at('other')), 'voice.foreign', 'voice.json');
  });

  it('is refused by the name of the file that is missing or damaged', async () => {
    const one = await voice();
    await fs.rm(one.weights);
    await refuses(() => loadVoice(one.folder), 'voice.damaged', one.weights, 'missing');
    const two = await voice();
    await fs.truncate(two.card, 100);
    await refuses(() => loadVoice(two.folder), 'voice.damaged', two.card);
    const three = await voice();
    const text = await fs.readFile(three.card, 'utf8');
    await fs.writeFile(three.card, text.replace('"Voice 1"', '"Voice 9"'));
    await refuses(() => loadVoice(three.folder), 'voice.damaged', three.card, 'checksum');
    await fs.writeFile(three.card, text.replace('"format": 1', '"format": 2'));
    await refuses(() => loadVoice(three.folder), 'voice.too-new', three.card);
    const four = await voice();
    await fs.rm(four.weights);
    await fs.mkdir(four.weights);
    await refuses(() => loadVoice(four.folder), 'voice.damaged', four.weights);
  });

  it('is refused when its vocabulary is not of the size of its network', async () => {
    const folder = at('mismatch.voice');
    const units = { ...(cardOf().units as object), vocabulary: alphabet.slice(1) };
    await saveVoice(folder, { ...cardOf(), units }, weightsOf(1));
    await refuses(() => loadVoice(folder), 'voice.damaged', 'vocabulary');
  });

  it('is not written with a card that could not be read', async () => {
    const card = cardOf();
    const wrong = { ...card, metrics: { ...card.metrics, temperature: NaN } };
    const folder = at('unwritten.voice');
    await expect(saveVoice(folder, wrong, weightsOf(1))).rejects.toThrow('temperature');
    await expect(fs.stat(folder)).rejects.toThrow('ENOENT');
  });

  it('loses no flipped bit: every one is refused or changes nothing', async () => {
    const { folder, card, weights } = await voice();
    const whole = await loadVoice(folder);
    for (const path of [card, weights]) {
      const bytes = await fs.readFile(path);
      const roll = dice(3);
      for (let i = 0; i < FUZZ_RUNS / 2; i++) {
        const flipped = Uint8Array.from(bytes);
        flipped[roll(bytes.length)]! ^= 1 << roll(8);
        await fs.writeFile(path, flipped);
        try {
          const read = await loadVoice(folder);
          expect(read.card).toEqual(whole.card);
          expect(read.weights).toEqual(whole.weights);
        } catch (error) {
          if (!isUserError(error)) throw error;
          expect(error.message).toContain(path);
        }
      }
      await fs.writeFile(path, bytes);
    }
  });

  it('answers any damage with a voice or an error for the writer', async () => {
    const { folder, card, weights } = await voice();
    const whole = await loadVoice(folder);
    const files = [card, weights] as const;
    const bytes = [await fs.readFile(card), await fs.readFile(weights)] as const;
    const roll = dice(4);
    for (let i = 0; i < FUZZ_RUNS; i++) {
      const which = roll(2) as 0 | 1;
      await fs.writeFile(files[which], damage(bytes[which], roll));
      try {
        const read = await loadVoice(folder);
        expect(read.card).toEqual(whole.card);
        expect(read.weights).toEqual(whole.weights);
      } catch (error) {
        if (!isUserError(error)) throw error;
        expect(error.message).toContain(folder);
      }
      await fs.writeFile(files[which], bytes[which]);
    }
  });
});

describe('A folder to train into', () => {
  it('may be absent, empty or one whose training stopped before its first save', async () => {
    await assertFree(at('absent'), false);
    const folder = at('stopped.voice');
    await fs.mkdir(join(folder, 'checkpoints'), { recursive: true });
    await fs.writeFile(join(folder, '.weights.safetensors.12-0123abcd.tmp'), '');
    await assertFree(folder, false);
    await refuses(() => loadVoice(folder), 'voice.missing', 'with "understudy train".');
    await fs.mkdir(join(folder, 'checkpoints', 'ckpt-1'));
    await assertFree(folder, false);
    await refuses(() => loadVoice(folder), 'voice.missing', '--resume');
  });

  it('may hold the lock of a training that was killed before it saved anything', async () => {
    const folder = at('locked.voice');
    await fs.mkdir(folder);
    await fs.writeFile(join(folder, '.training.lock'), '{}');
    await assertFree(folder, false);
    await refuses(() => loadVoice(folder), 'voice.missing', 'with "understudy train".');
  });

  it('may hold a voice, also a damaged one, only when it is to be replaced', async () => {
    const { folder, card } = await voice();
    await refuses(() => assertFree(folder, false), 'voice.exists', folder, '--resume');
    await assertFree(folder, true);
    await fs.truncate(card, 10);
    await assertFree(folder, true);
  });

  it('may not hold anything else', async () => {
    const folder = at('novel');
    await fs.mkdir(folder);
    await fs.writeFile(join(folder, 'chapter 1.md'), 'It began.');
    await refuses(() => assertFree(folder, true), 'voice.exists', folder, '--out');
    await fs.writeFile(join(folder, 'voice.json'), '{}');
    await refuses(() => assertFree(folder, true), 'voice.exists', 'another program');
    await refuses(() => assertFree(join(folder, 'chapter 1.md'), true), 'voice.exists', 'a file');
  });

  it('loses only the leftovers of interrupted saves', async () => {
    const { folder } = await voice();
    await fs.writeFile(join(folder, '.voice.json.12-0123abcd.tmp'), 'half');
    await fs.writeFile(join(folder, 'notes.tmp'), 'mine');
    await removeLeftovers(folder);
    expect((await fs.readdir(folder)).sort()).toEqual([
      'notes.tmp',
      'voice.json',
      'weights.safetensors',
    ]);
    await removeLeftovers(at('never was'));
  });
});

describe('The lock of a voice', () => {
  it('lets one training in at a time', async () => {
    const folder = at('trained.voice');
    const release = await lockVoice(folder);
    await refuses(() => lockVoice(folder), 'voice.busy', folder, String(process.pid));
    await release();
    await (
      await lockVoice(folder)
    )();
    expect(await fs.readdir(folder)).toEqual([]);
  });

  it('lets exactly one of many in, also over a stale lock', async () => {
    const folder = at('contended.voice');
    for (let round = 0; round < 20; round++) {
      await fs.mkdir(folder, { recursive: true });
      if (round % 2) await fs.writeFile(join(folder, LOCK), await deadOwner());
      const results = await Promise.allSettled(Array.from({ length: 8 }, () => lockVoice(folder)));
      const won = results.filter((result) => result.status === 'fulfilled');
      expect(won).toHaveLength(1);
      for (const result of results) {
        if (result.status === 'rejected')
          expect(result.reason).toMatchObject({ code: 'voice.busy' });
      }
      await won[0]!.value();
      expect(await fs.readdir(folder)).toEqual([]);
    }
  });

  it('is taken over when its process is gone', async () => {
    const folder = at('stale.voice');
    await fs.mkdir(folder);
    await fs.writeFile(join(folder, LOCK), await deadOwner());
    await (
      await lockVoice(folder)
    )();
  });

  it.runIf(process.platform === 'linux')(
    'is taken over when its number belongs to another process now',
    async () => {
      const folder = at('reused.voice');
      const release = await lockVoice(folder);
      const owner = JSON.parse(await fs.readFile(join(folder, LOCK), 'utf8')) as { began: string };
      await release();
      const before = { ...owner, began: `${owner.began}0` };
      await fs.writeFile(join(folder, LOCK), JSON.stringify(before));
      await (
        await lockVoice(folder)
      )();
    },
  );

  it('is respected when it is held on another computer or being written', async () => {
    const folder = at('elsewhere.voice');
    await fs.mkdir(folder);
    const lock = join(folder, LOCK);
    await fs.writeFile(lock, JSON.stringify({ pid: 1, host: 'another', began: null }));
    await refuses(() => lockVoice(folder), 'voice.busy', 'another', lock);
    await fs.writeFile(lock, '');
    await refuses(() => lockVoice(folder), 'voice.busy', lock);
    await fs.utimes(lock, new Date(0), new Date(0));
    await (
      await lockVoice(folder)
    )();
  });
});

/** The lock of a process that has ended. */
async function deadOwner(): Promise<string> {
  const child = spawn(process.execPath, ['-e', '']);
  await new Promise((resolve) => child.once('exit', resolve));
  const { hostname } = await import('node:os');
  return JSON.stringify({ pid: child.pid, host: hostname(), began: null });
}

describe('Killing a process that saves', () => {
  const kills = Number(process.env['KILLS'] ?? 20);

  it(
    `leaves a voice and a checkpoint that load, ${kills} times`,
    { timeout: 600_000 },
    async () => {
      const folder = at('killed.voice');
      const template = at('template.json');
      await fs.writeFile(template, JSON.stringify(cardOf()));
      const saver = new URL('../helpers/saver.ts', import.meta.url).pathname;
      const roll = dice(5);
      let first = 1;
      let saved = 0;
      for (let kill = 0; kill < kills; kill++) {
        const child = spawn(process.execPath, [saver, folder, template, String(first)], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        let told = '';
        const ready = new Promise<void>((resolve) => {
          child.stdout.on('data', (data: Buffer) => {
            told += data.toString();
            resolve();
          });
        });
        const ended = new Promise((resolve) => child.once('close', resolve));
        await ready;
        await new Promise((resolve) => setTimeout(resolve, roll(60) + (kill === 0 ? 60 : 0)));
        child.kill('SIGKILL');
        await ended;

        // Every save that was told is there; the one in hand may be.
        saved = Number(told.trim().split('\n').at(-1)) || saved;
        if (saved === 0) continue;
        const { card, weights } = await loadVoice(folder);
        const step = card.metrics.steps;
        expect(step).toBeGreaterThanOrEqual(saved);
        expect(card.name).toBe(`Voice ${step}`);
        expect(weights).toEqual(weightsOf(step));
        const checkpoint = await loadLatestCheckpoint(folder);
        expect(checkpoint?.passedOver).toEqual([]);
        expect(checkpoint!.step).toBeGreaterThanOrEqual(saved);
        expect(checkpoint!.step).toBeLessThanOrEqual(step);
        expect(checkpoint?.state).toEqual({ cursor: checkpoint?.step });
        first = step + 1;
      }
      expect(first).toBeGreaterThan(kills / 4);
      await (
        await lockVoice(folder)
      )();
      await removeLeftovers(folder);
      expect((await fs.readdir(folder)).sort()).toEqual([
        'checkpoints',
        'voice.json',
        'weights.safetensors',
      ]);
    },
  );
});
