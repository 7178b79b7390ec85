import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  loadLatestCheckpoint,
  removeCheckpoints,
  saveCheckpoint,
  type Checkpoint,
} from '../../src/main/files/checkpoints.ts';
import { damage, dice, FUZZ_RUNS, refuses, temporaryFolder } from '../helpers/voices.ts';

const at = temporaryFolder();
afterEach(() => vi.restoreAllMocks());

const checkpointOf = (step: number): Checkpoint => ({
  step,
  tensors: new Map([
    ['embed.weight', { shape: [2, 2], data: Float32Array.from([step, 2, NaN, -0]) }],
    ['optimiser.m.embed.weight', { shape: [4], data: new Float32Array(4).fill(step) }],
  ]),
  state: { epoch: 1, random: [1, 2, 3], best: null, text: 'é' },
});

async function save(voice: string, ...steps: number[]): Promise<string> {
  for (const step of steps) await saveCheckpoint(voice, checkpointOf(step));
  return join(voice, 'checkpoints');
}

describe('Checkpoints', () => {
  it('are read as they were saved', async () => {
    const voice = at('one');
    expect(await loadLatestCheckpoint(voice)).toBeNull();
    await save(voice, 5);
    expect(await loadLatestCheckpoint(voice)).toEqual({ ...checkpointOf(5), passedOver: [] });
  });

  it('are kept to the newest three, and LATEST names the last, also after a step back', async () => {
    const voice = at('three');
    const folder = await save(voice, 10, 20, 30, 40, 20);
    expect((await fs.readdir(folder)).sort()).toEqual(['LATEST', 'ckpt-3', 'ckpt-4', 'ckpt-5']);
    expect(await fs.readFile(join(folder, 'LATEST'), 'utf8')).toBe('ckpt-5\n');
    expect((await loadLatestCheckpoint(voice))?.step).toBe(20);
  });

  it.each(['', 'null', '[1]', '{"version":1}', '{"version":1,"step":-1,"sha256":"","bytes":0}'])(
    'are refused when a manifest with a fitting sum says %j',
    async (json) => {
      const voice = at(`manifest-${json.length}`);
      const folder = await save(voice, 1);
      const sum = createHash('sha256').update(json).digest('hex');
      await fs.writeFile(join(folder, 'ckpt-1', 'manifest.json'), `${sum}\n${json}\n`);
      await refuses(() => loadLatestCheckpoint(voice), 'voice.damaged', 'is no manifest');
    },
  );

  it('fall back to an older one when a bit has flipped, and say so', async () => {
    const voice = at('flipped');
    const folder = await save(voice, 1, 2);
    const roll = dice(6);
    for (const file of ['state.safetensors', 'manifest.json']) {
      const path = join(folder, 'ckpt-2', file);
      const bytes = await fs.readFile(path);
      for (let i = 0; i < FUZZ_RUNS / 2; i++) {
        const flipped = Uint8Array.from(bytes);
        flipped[roll(bytes.length)]! ^= 1 << roll(8);
        await fs.writeFile(path, flipped);
        const found = await loadLatestCheckpoint(voice);
        expect(found?.step).toBe(1);
        expect(found?.passedOver).toHaveLength(1);
        expect(found?.passedOver[0]).toContain('ckpt-2');
      }
      await fs.writeFile(path, bytes);
    }
    expect((await loadLatestCheckpoint(voice))?.step).toBe(2);
  });

  it('survive any damage to the newest of them', async () => {
    const voice = at('damaged');
    const folder = await save(voice, 1, 2);
    const roll = dice(7);
    for (const name of ['ckpt-2/state.safetensors', 'ckpt-2/manifest.json', 'LATEST']) {
      const path = join(folder, name);
      const bytes = await fs.readFile(path);
      for (let i = 0; i < FUZZ_RUNS / 4; i++) {
        await fs.writeFile(path, damage(bytes, roll));
        const found = await loadLatestCheckpoint(voice);
        expect(found).toEqual({ ...checkpointOf(found!.step), passedOver: found!.passedOver });
      }
      await fs.writeFile(path, bytes);
    }
  });

  it('are refused when none is whole', async () => {
    const voice = at('none');
    const folder = await save(voice, 1, 2);
    await fs.truncate(join(folder, 'ckpt-1/state.safetensors'), 20);
    await fs.rm(join(folder, 'ckpt-2/manifest.json'));
    await refuses(() => loadLatestCheckpoint(voice), 'voice.damaged', folder, '--resume');
  });

  it('ignore what an interrupted save left, and clean it at the next', async () => {
    const voice = at('leftovers');
    const folder = await save(voice, 1);
    await fs.mkdir(join(folder, 'ckpt-2.tmp'));
    await fs.writeFile(join(folder, 'ckpt-2.tmp/state.safetensors'), 'half');
    await fs.writeFile(join(folder, '.LATEST.1-0123abcd.tmp'), 'half');
    expect((await loadLatestCheckpoint(voice))?.step).toBe(1);
    await save(voice, 2);
    expect((await fs.readdir(folder)).sort()).toEqual(['LATEST', 'ckpt-1', 'ckpt-2']);
  });

  it('that were renamed but not yet named by LATEST leave the one before in force', async () => {
    const voice = at('unnamed');
    const folder = await save(voice, 1, 2);
    await fs.writeFile(join(folder, 'LATEST'), 'ckpt-1\n');
    expect((await loadLatestCheckpoint(voice))?.step).toBe(1);
    await fs.rm(join(folder, 'LATEST'));
    expect((await loadLatestCheckpoint(voice))?.step).toBe(2);
  });

  it('are not begun without room for two', async () => {
    const voice = at('full');
    const folder = await save(voice, 1);
    const real = await fs.statfs(folder);
    vi.spyOn(fs, 'statfs').mockResolvedValue(Object.assign(real, { bsize: 1, bavail: 500 }));
    await refuses(() => save(voice, 2), 'disk.full', folder);
    expect((await fs.readdir(folder)).sort()).toEqual(['LATEST', 'ckpt-1']);
  });

  it('do not take a number that JSON would lose', async () => {
    const wrong = { ...checkpointOf(1), state: { best: Infinity } };
    await expect(saveCheckpoint(at('infinite'), wrong)).rejects.toThrow('best is Infinity');
  });

  it('can be removed', async () => {
    const voice = at('removed');
    await save(voice, 1);
    await removeCheckpoints(voice);
    expect(await loadLatestCheckpoint(voice)).toBeNull();
    await removeCheckpoints(voice);
  });
});
