import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import type { Sample } from '../../shared/events.ts';
import { codeOf, writeAtomic } from './atomic.ts';
import { CHECKPOINTS } from './voice-folder.ts';

/** Beside the checkpoints: renamed, copied and removed with them, and no part of any. */
const NAME = 'samples.json';

/** Most that are kept: fifty looks at three temperatures, some 60 KB. */
const MOST = 150;

const samplesSchema = v.array(
  v.object({
    step: v.pipe(v.number(), v.integer(), v.minValue(0)),
    temperature: v.pipe(v.number(), v.finite()),
    prompt: v.string(),
    text: v.string(),
  }),
);

/** Keeps the newest, which are last. Throws UserError `disk.full`, `disk.failed`. */
export async function saveSamples(voice: string, samples: readonly Sample[]): Promise<void> {
  const json = JSON.stringify(samples.slice(-MOST));
  await writeAtomic(join(voice, CHECKPOINTS, NAME), [new TextEncoder().encode(`${json}\n`)]);
}

/** Oldest first. None where the file is missing or damaged: a training goes on without them. */
export async function loadSamples(voice: string): Promise<readonly Sample[]> {
  try {
    const json = await readFile(join(voice, CHECKPOINTS, NAME), 'utf8');
    const parsed = v.safeParse(samplesSchema, JSON.parse(json));
    return parsed.success ? parsed.output.slice(-MOST) : [];
  } catch (error) {
    if (error instanceof SyntaxError || codeOf(error) !== undefined) return [];
    throw error;
  }
}
