import { cpSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { LOCK } from '../../../src/main/files/lock.ts';
import {
  defaultChoices,
  type Source,
  type TrainingChoices,
  type TrainingState,
} from '../../../src/shared/api/index.ts';
import { unwrap } from '../../../src/shared/result.ts';
import { launcher, until } from '../../helpers/engines.ts';
import { folders, openHost, type Folders, type OpenHost } from '../../helpers/host.ts';
import { prose } from '../../helpers/understudy.ts';

const choices: TrainingChoices = {
  ...defaultChoices,
  overrides: {
    ...defaultChoices.overrides,
    network: { embedding: 8, layers: [16] },
    training: { batch: 4, window: 16, epochs: 2000, patience: 0, seed: 5 },
  },
};

interface Trainer extends Omit<OpenHost, 'state'> {
  readonly state: () => TrainingState | null;
}

/** A host whose engines are real, and what it tells of its training. */
async function trainer(at: Folders): Promise<Trainer> {
  const open = await openHost(at, {}, { launch: launcher().launch });
  let state: TrainingState | null = null;
  open.client.on.trainingChanged((told) => (state = told));
  return { ...open, state: () => state };
}

const step = ({ state }: Trainer): number => state()?.progress?.step ?? 0;
const dropped = ({ data }: Folders): string[] => readdirSync(join(data, 'dropped'));

async function drop({ client }: Trainer, name: string): Promise<Source> {
  const bytes = Buffer.from(prose(12)).toString('base64');
  return unwrap(await client.call.addTrainingText({ name, bytes }));
}

/** Trains on a dropped file and pauses; another one was dropped in and not used. Gives the step it came to. */
async function paused(at: Trainer): Promise<number> {
  const sources = [await drop(at, 'novel.md')];
  await drop(at, 'other.md');
  unwrap(await at.client.call.startTraining({ name: 'Mine', sources, choices }));
  await until(() => step(at) > 10);
  unwrap(await at.client.call.pauseTraining({}));
  await until(() => at.state()?.status.kind === 'paused');
  return step(at);
}

async function goesOn(at: Trainer, from: number): Promise<void> {
  unwrap(await at.client.call.resumeTraining({ voice: 'Mine' }));
  await until(() => at.state()?.status.kind === 'failed' || step(at) > from);
  expect(at.state()!.status.kind).toBe('running');
}

test('a training on a dropped file goes on after the program was closed', async () => {
  const at = folders();
  const first = await trainer(at);
  const reached = await paused(first);
  await first.host.close();
  expect(dropped(at)).toHaveLength(1);
  const next = await trainer(at);
  expect(dropped(at)).toHaveLength(1);
  await goesOn(next, reached);
  // Stopped for good, it needs the file no more.
  unwrap(await next.client.call.stopTraining({}));
  await until(() => next.state()?.status.kind === 'done');
  await next.host.close();
  expect(dropped(at)).toEqual([]);
});

test('a training on a dropped file goes on after the program crashed', async () => {
  const before = folders();
  const reached = await paused(await trainer(before));
  expect(dropped(before)).toHaveLength(2);
  // What a crash leaves: all that is on the disk, and a lock that nobody holds.
  const at = folders();
  cpSync(before.data, at.data, { recursive: true });
  rmSync(join(at.data, LOCK));
  const next = await trainer(at);
  expect(dropped(at)).toHaveLength(1);
  await goesOn(next, reached);
});

test('a training that is cut off by the close of the program keeps its dropped file', async () => {
  const at = folders();
  const first = await trainer(at);
  const sources = [await drop(first, 'novel.md')];
  unwrap(await first.client.call.startTraining({ name: 'Mine', sources, choices }));
  await until(() => step(first) > 10);
  await first.host.close();
  expect(dropped(at)).toHaveLength(1);
  await goesOn(await trainer(at), 1);
});
