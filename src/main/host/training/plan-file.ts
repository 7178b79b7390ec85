import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { choicesSchema, sourcesSchema } from '../../../shared/api/index.ts';
import { UserError } from '../../../shared/errors.ts';
import { codeOf, diskError, writeAtomic } from '../../files/atomic.ts';
import { CHECKPOINTS } from '../../files/voice-folder.ts';

const planSchema = v.strictObject({ sources: sourcesSchema, choices: choicesSchema });

/** What a training is of: enough to go on with it after the next start of the program. */
export type Plan = v.InferOutput<typeof planSchema>;

/** Beside the checkpoints: it is needed, renamed, copied and removed with them. */
const NAME = 'plan.json';

/** Throws UserError `disk.full`, `disk.failed`. */
export async function savePlan(voice: string, plan: Plan): Promise<void> {
  const json = JSON.stringify(plan, null, 2);
  await writeAtomic(join(voice, CHECKPOINTS, NAME), [new TextEncoder().encode(`${json}\n`)]);
}

/** Throws UserError `training.interrupted` where nothing can be resumed. */
export async function loadPlan(voice: string, name: string): Promise<Plan> {
  const plan = await read(voice);
  if (typeof plan === 'object') return plan;
  const why =
    plan === 'missing'
      ? 'what it was of is not known any more'
      : `${NAME} beside its checkpoints is damaged`;
  throw new UserError(
    'training.interrupted',
    `The training of ${name} cannot go on: ${why}. The voice can be used as it is, or be trained anew under another name.`,
  );
}

/**
 * Ids of the dropped files without which a training could not be resumed.
 *
 * @param voices the folder of all voices
 * @throws UserError `disk.failed`
 */
export async function droppedInPlans(voices: string): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  const names = await readdir(voices).catch((error: unknown) => {
    throw diskError(error, voices);
  });
  for (const name of names) {
    const voice = join(voices, name);
    const plan = (await hasCheckpoint(voice)) ? await read(voice) : 'missing';
    if (typeof plan !== 'object') continue;
    for (const source of plan.sources) if (source.kind === 'dropped') ids.add(source.id);
  }
  return ids;
}

/** Throws UserError `disk.failed`. */
async function read(voice: string): Promise<Plan | 'missing' | 'damaged'> {
  const path = join(voice, CHECKPOINTS, NAME);
  try {
    const parsed = v.safeParse(planSchema, parse(await readFile(path, 'utf8')));
    return parsed.success ? parsed.output : 'damaged';
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return 'missing';
    throw diskError(error, path);
  }
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Whether training can go on from a checkpoint. Throws UserError `disk.failed`. */
export async function hasCheckpoint(voice: string): Promise<boolean> {
  const folder = join(voice, CHECKPOINTS);
  try {
    return (await readdir(folder)).some((name) => /^ckpt-\d+$/.test(name));
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return false;
    throw diskError(error, folder);
  }
}
