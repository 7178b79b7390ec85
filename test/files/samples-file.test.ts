import fs from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { removeCheckpoints } from '../../src/main/files/checkpoints.ts';
import { loadSamples, saveSamples } from '../../src/main/files/samples-file.ts';
import type { Sample } from '../../src/shared/events.ts';
import { damage, dice, FUZZ_RUNS, temporaryFolder } from '../helpers/voices.ts';

const at = temporaryFolder();

const looks = (count: number): Sample[] =>
  Array.from({ length: count }, (_, i) =>
    [0.5, 0.8, 1].map((temperature) => ({
      ...{ step: i + 1, temperature, prompt: 'The sea', text: ` wrote “${i}”.\n` },
    })),
  ).flat();

/** A voice with checkpoints; gives the place of its samples as well. */
async function voiceAt(name: string): Promise<{ voice: string; file: string }> {
  const voice = at(name);
  await fs.mkdir(join(voice, 'checkpoints'), { recursive: true });
  return { voice, file: join(voice, 'checkpoints', 'samples.json') };
}

describe('Samples', () => {
  it('are read as they were saved, and go with the checkpoints', async () => {
    const { voice } = await voiceAt('one');
    expect(await loadSamples(voice)).toEqual([]);
    await saveSamples(voice, looks(2));
    expect(await loadSamples(voice)).toEqual(looks(2));
    await removeCheckpoints(voice);
    expect(await loadSamples(voice)).toEqual([]);
  });

  it('are kept to those of the newest fifty looks', async () => {
    const { voice } = await voiceAt('many');
    await saveSamples(voice, looks(60));
    const kept = await loadSamples(voice);
    expect(kept).toEqual(looks(60).slice(30));
  });

  it.each(['', '[', 'null', '{}', '[1]', '[{"step":-1}]', '[{"step":1,"temperature":1}]'])(
    'are none where the file says %j',
    async (json) => {
      const { voice, file } = await voiceAt('damaged');
      await fs.writeFile(file, json);
      expect(await loadSamples(voice)).toEqual([]);
    },
  );

  it('are none where something else has their name', async () => {
    const { voice, file } = await voiceAt('folder');
    await fs.mkdir(file);
    expect(await loadSamples(voice)).toEqual([]);
  });

  it('survive any damage to their file', async () => {
    const { voice, file } = await voiceAt('any');
    await saveSamples(voice, looks(3));
    const bytes = await fs.readFile(file);
    const roll = dice(9);
    for (let i = 0; i < FUZZ_RUNS; i++) {
      await fs.writeFile(file, damage(bytes, roll));
      for (const { step } of await loadSamples(voice)) expect(step).toBeGreaterThanOrEqual(0);
    }
  });
});
