import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createDevices } from '../../../src/main/host/devices/index.ts';
import { defaultChoices, type TrainingChoices } from '../../../src/shared/api/index.ts';
import { desk, type Desk, type DeskOptions } from '../../helpers/desk.ts';
import { fakeProgram, useFakes } from '../../helpers/devices.ts';
import { launcher, until } from '../../helpers/engines.ts';
import type { Fake } from '../../helpers/fake-devices.ts';
import { prose, temporaryFolder } from '../../helpers/understudy.ts';

const choices: TrainingChoices = {
  ...defaultChoices,
  overrides: {
    ...defaultChoices.overrides,
    network: { embedding: 8, layers: [16] },
    training: { batch: 4, window: 16, epochs: 12, patience: 0, seed: 5 },
  },
};
const sources = [{ kind: 'library' as const, path: 'a.md' }];

async function began(options: DeskOptions): Promise<Desk> {
  const at = desk({ program: fakeProgram, ...options });
  at.write('a.md', prose(12));
  await at.training.handlers.startTraining({ name: 'Mine', sources, choices });
  return at;
}

async function done(at: Desk): Promise<void> {
  const kind = (): string | undefined => at.training.state()?.status.kind;
  await until(() => ['done', 'failed', 'paused'].includes(kind() ?? ''), 120_000);
  expect(at.training.state()!.status).toEqual({ kind: 'done', ending: 'finished' });
}

const started = (at: Pick<Desk, 'processes'>, wanted: string): number =>
  at.processes.filter(({ role }) => role === wanted).length;

test('the trainer has devices tried in processes of their own, and trains on the fastest', async () => {
  useFakes({ cpu: { slow: 300 }, cuda: {} });
  const at = await began({});
  await done(at);
  const { estimate, notices } = at.training.state()!;
  expect(estimate).toMatchObject({ device: 'cuda', backend: 'Fake cuda' });
  expect(estimate!.speeds.map(({ device }) => device)).toEqual(['cpu', 'cuda']);
  expect(notices).toEqual([]);
  expect(started(at, 'gauge')).toBe(2);
  expect(existsSync(join(at.voice('Mine'), '../../devices.json'))).toBe(true);

  const same = await at.training.handlers.estimateTraining({ sources, choices });
  expect(same).toMatchObject({ device: 'cuda', speeds: estimate!.speeds });
  expect(started(at, 'gauge')).toBe(2);
});

test('the device of the settings is the one that is trained on', async () => {
  useFakes({ cpu: { slow: 300 }, cuda: {} });
  const at = desk({ program: fakeProgram, device: 'cpu' });
  at.write('a.md', prose(12));
  const estimate = await at.training.handlers.estimateTraining({ sources, choices });
  expect(estimate).toMatchObject({ device: 'cpu', backend: 'Fake cpu', speeds: [] });
  expect(started(at, 'gauge')).toBe(0);
});

const impatient = { pingEvery: 50, hangLimit: 3000 };
test.each([
  ['crashes', { crashesAt: 300 }, {}, 'went on from its last checkpoint'],
  ['hangs', { hangsAt: 300 }, impatient, 'went on from its last checkpoint'],
  ['hangs while it loads', { hangs: '/dev/null' }, impatient, 'began again'],
])('a GPU whose driver %s is left for the processor, once', async (_, cuda, timing, how) => {
  useFakes({ cuda });
  const at = await began({ device: 'cuda', timing });
  await done(at);
  const { estimate, notices } = at.training.state()!;
  expect(estimate?.device).toBe('cpu');
  expect(notices[0]).toContain(`${how}, on the processor: perhaps the GPU or its driver failed.`);
  expect(started(at, 'trainer')).toBe(2);
});

/** A desk whose folder knows the fake GPU as the fastest, and a GPU that is another since. */
async function measured(cuda: Fake, options: DeskOptions = {}): Promise<Desk> {
  useFakes({ cpu: { slow: 300 }, cuda: {} });
  const before = desk({ program: fakeProgram });
  before.write('a.md', prose(12));
  const estimate = await before.training.handlers.estimateTraining({ sources, choices });
  expect(estimate.device).toBe('cuda');
  before.engines.dispose();
  useFakes({ cpu: {}, cuda });
  const root = join(before.voice('Mine'), '../..');
  return desk({ program: fakeProgram, root, ...options });
}

test.each([
  ['crashes while it loads', { crashes: true }, {}],
  ['hangs while it loads', { hangs: '/dev/null' }, impatient],
  ['crashes', { crashesAt: 300 }, {}],
])('the fastest GPU, whose driver %s, is left for an hour', async (_, cuda, timing) => {
  const at = await measured(cuda, { timing });
  const { startTraining } = at.training.handlers;
  await startTraining({ name: 'Mine', sources, choices });
  await done(at);
  const { estimate, notices } = at.training.state()!;
  expect(estimate?.device).toBe('cpu');
  expect(notices[0]).toContain(', on the processor: perhaps the GPU or its driver failed.');
  expect(started(at, 'trainer')).toBe(2);

  // It was not tried anew, neither by itself nor in a process of its own.
  await startTraining({ name: 'Next', sources, choices });
  await done(at);
  expect(at.training.state()).toMatchObject({ estimate: { device: 'cpu' }, notices: [] });
  expect(started(at, 'gauge')).toBe(0);
});

test('an estimate whose GPU takes the process along is that of the processor, and so is the next', async () => {
  const at = await measured({ crashes: true });
  const { estimateTraining } = at.training.handlers;
  expect(await estimateTraining({ sources, choices })).toMatchObject({ device: 'cpu' });
  expect(started(at, 'trainer')).toBe(2);
  expect(await estimateTraining({ sources, choices })).toMatchObject({ device: 'cpu' });
  expect(started(at, 'trainer')).toBe(2);
});

test('the same with a GPU that was asked for', async () => {
  useFakes({ cuda: { crashes: true } });
  const at = desk({ program: fakeProgram, device: 'cuda' });
  at.write('a.md', prose(12));
  for (let i = 0; i < 3; i++) {
    const estimate = await at.training.handlers.estimateTraining({ sources, choices });
    expect(estimate).toMatchObject({ device: 'cpu', speeds: [] });
  }
  expect(started(at, 'trainer')).toBe(2);
});

test('a training that begins meanwhile waits for the estimate, and measures nothing anew', async () => {
  useFakes({ cpu: { slow: 300 }, cuda: {} });
  const at = desk({ program: fakeProgram });
  at.write('a.md', prose(12));
  const estimate = at.training.handlers.estimateTraining({ sources, choices });
  await until(() => started(at, 'gauge') === 1);
  await at.training.handlers.startTraining({ name: 'Mine', sources, choices });
  expect(await estimate).toMatchObject({ device: 'cuda' });
  await done(at);
  expect(at.training.state()!.estimate).toMatchObject({ device: 'cuda' });
  expect(started(at, 'gauge')).toBe(2);
});

test('a training that waits for an estimate can be stopped', async () => {
  useFakes({ cuda: { hangs: '/dev/null' } });
  const at = desk({ program: fakeProgram });
  at.write('a.md', prose(12));
  void at.training.handlers.estimateTraining({ sources, choices }).catch(() => undefined);
  await until(() => started(at, 'gauge') === 1);
  await at.training.handlers.startTraining({ name: 'Mine', sources, choices });
  await at.training.handlers.stopTraining({});
  await until(() => at.training.state()!.status.kind === 'done');
  expect(existsSync(at.voice('Mine'))).toBe(false);
  at.devices.dispose();
});

test('an estimate that a training overtakes is refused', async () => {
  useFakes({ cuda: {} });
  const at = desk({ program: fakeProgram });
  at.write('a.md', prose(12));
  const estimate = at.training.handlers.estimateTraining({ sources, choices });
  const begun = at.training.handlers.startTraining({ name: 'Mine', sources, choices });
  await expect(estimate).rejects.toMatchObject({ code: 'training.busy' });
  await begun;
});

test('what is there is described, and what is not, with what to do', async () => {
  useFakes({ cuda: { missing: 'there is no card; buy one' }, webgpu: { crashes: true } });
  const { launch, processes } = launcher(fakeProgram);
  const { handlers, dispose } = createDevices({ launch, log: () => undefined });
  const [processor, ...gpus] = await handlers.devices({});
  expect(processor).toEqual({
    device: 'cpu',
    kind: 'here',
    description: expect.stringMatching(/^CPU, /) as string,
  });
  expect(gpus).toEqual([
    { device: 'cuda', kind: 'missing', sentence: 'There is no card; buy one.' },
    { device: 'webgpu', kind: 'missing', sentence: 'The process that tried it ended.' },
  ]);
  expect(processes).toHaveLength(3);
  // What is known is not asked again; what failed may have been repaired.
  useFakes({ webgpu: {} });
  expect((await handlers.devices({}))[2]).toEqual({
    device: 'webgpu',
    kind: 'here',
    description: 'Fake webgpu',
  });
  expect(processes).toHaveLength(4);
  dispose();
});

test('the end of the host ends what is being tried', async () => {
  using folder = temporaryFolder();
  const hangs = join(folder.path, 'pid');
  useFakes({ cuda: { hangs } });
  const { launch } = launcher(fakeProgram);
  const { handlers, dispose } = createDevices({ launch, log: () => undefined });
  const looked = handlers.devices({});
  await until(() => existsSync(hangs));
  dispose();
  expect((await looked)[1]).toMatchObject({ device: 'cuda', kind: 'missing' });
});

test('on this computer, the real program finds the processor', async () => {
  const { launch } = launcher();
  const { handlers } = createDevices({ launch, log: () => undefined });
  const states = await handlers.devices({});
  expect(states.map(({ device }) => device)).toEqual(['cpu', 'cuda', 'webgpu']);
  expect(states[0]).toMatchObject({ kind: 'here' });
  for (const state of states) if (state.kind === 'missing') expect(state.sentence).toMatch(/\.$/);
});
