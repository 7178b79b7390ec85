import { renameSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { saveSamples } from '../../../src/main/files/samples-file.ts';
import { loadVoice } from '../../../src/main/files/voice-folder.ts';
import { hasCheckpoint } from '../../../src/main/host/training/plan-file.ts';
import { after, beginning } from '../../../src/main/host/training/state.ts';
import {
  defaultChoices,
  type Source,
  type TrainingChoices,
} from '../../../src/shared/api/index.ts';
import type { Sample, TrainingEvent } from '../../../src/shared/events.ts';
import { desk, type Desk } from '../../helpers/desk.ts';
import { until } from '../../helpers/engines.ts';
import { prose } from '../../helpers/understudy.ts';
import { refuses } from '../../helpers/voices.ts';

const sources: Source[] = [{ kind: 'library', path: 'a.md' }];
const choices = (epochs: number): TrainingChoices => ({
  ...defaultChoices,
  overrides: {
    ...defaultChoices.overrides,
    network: { embedding: 8, layers: [16] },
    training: { batch: 4, window: 16, epochs, patience: 0, seed: 5 },
  },
});

const kind = ({ training }: Desk): string | undefined => training.state()?.status.kind;
/** Processes that trained, one after the other; others only tried a device. */
const trainers = ({ processes }: Pick<Desk, 'processes'>): number =>
  processes.filter(({ role }) => role === 'trainer').length;
const step = ({ training }: Desk): number => training.state()?.progress?.step ?? 0;

/** Waits for its end, which must be a good one. */
async function done(at: Desk): Promise<void> {
  await until(() => ['done', 'failed', 'paused'].includes(kind(at) ?? ''), 120_000);
  expect(at.training.state()!.status).toMatchObject({ kind: 'done' });
}

async function began(epochs: number, options: Parameters<typeof desk>[0] = {}): Promise<Desk> {
  const at = desk(options);
  at.write('a.md', prose(12));
  await at.training.handlers.startTraining({ name: 'Mine', sources, choices: choices(epochs) });
  return at;
}

describe('a training', () => {
  test('runs to its end and tells of it', async () => {
    const at = await began(2);
    await done(at);
    const state = at.training.state()!;
    expect(state.status).toEqual({ kind: 'done', ending: 'finished' });
    expect(state.report?.files).toBe(1);
    expect(state.estimate?.parameters).toBeGreaterThan(0);
    expect(state.evaluations.length).toBeGreaterThan(0);
    expect(state.samples.length).toBeGreaterThan(0);
    expect(at.changedVoices).toContain('Mine');
    const { card } = await loadVoice(at.voice('Mine'));
    expect(card.metrics.heldBackNats).toBe(state.evaluations.at(-1)!.heldBackLoss);
    await refuses(
      () => at.training.handlers.startTraining({ name: 'Mine', sources, choices: choices(1) }),
      'voice.exists',
      'Mine',
    );
  });

  test('is the only one', async () => {
    const at = await began(2000);
    const { startTraining, estimateTraining } = at.training.handlers;
    const other = { name: 'Other', sources, choices: choices(1) };
    await refuses(() => startTraining(other), 'training.busy', 'Mine');
    await refuses(() => estimateTraining(other), 'training.busy');
  });

  test('killed in the middle, goes on from its checkpoint and gives the same voice', async () => {
    const straight = await began(60);
    const killed = await began(60);
    await until(() => killed.training.state()!.evaluations.length > 0);
    killed.newest('trainer').kill();
    await until(() => kill(killed), 2000);
    await done(killed);
    await done(straight);
    expect(trainers(killed)).toBe(2);
    expect(killed.training.state()!.notices.join()).toContain('last checkpoint');
    const [a, b] = [killed.training.state()!, straight.training.state()!];
    expect(a.evaluations.map(({ step }) => step)).toEqual(b.evaluations.map(({ step }) => step));
    expect(a.evaluations.at(-1)!.heldBackLoss).toBeCloseTo(b.evaluations.at(-1)!.heldBackLoss, 6);
  });

  test('stopped by the system, is found and goes on', async () => {
    const at = await began(30, { timing: { pingEvery: 50, hangLimit: 5000 } });
    await until(() => at.training.state()!.evaluations.length > 0);
    process.kill(at.newest('trainer').pid!, 'SIGSTOP');
    await done(at);
    expect(trainers(at)).toBe(2);
  });

  test('gives up after the third restart, and can then be resumed', async () => {
    const at = await began(3000);
    for (let kills = 1; kills <= 4; kills++) {
      await until(() => trainers(at) === kills && at.engines.status().trainer.kind === 'ready');
      await until(() => kind(at) === 'running');
      await until(() => at.states.at(-1)!.progress !== null);
      at.newest('trainer').kill();
    }
    await until(() => kind(at) === 'failed');
    expect(at.training.state()!.status).toMatchObject({
      sentence: expect.stringContaining('resume it later') as string,
    });
    await at.training.handlers.resumeTraining({ voice: 'Mine' });
    const before = step(at);
    await until(() => kind(at) === 'running' && step(at) > before);
  });

  test('paused, goes on after the next start of the program', async () => {
    const at = await began(2000);
    await until(() => step(at) > 10);
    await at.training.handlers.pauseTraining({});
    await until(() => kind(at) === 'paused');
    const reached = step(at);
    const samples = [{ step: 0, temperature: 0.5, prompt: 'The sea', text: ' was grey.' }];
    await saveSamples(at.voice('Mine'), samples);
    const root = at.voice('Mine').replace(/\/voices\/.*$/, '');
    const next = desk({ root });
    await next.training.handlers.resumeTraining({ voice: 'Mine' });
    await until(() => step(next) > 0);
    expect(step(next)).toBeGreaterThan(reached);
    expect(next.training.state()!.samples.slice(0, 1)).toEqual(samples);
    await next.training.handlers.stopTraining({});
    await done(next);
    expect(await hasCheckpoint(at.voice('Mine'))).toBe(false);
    await refuses(
      () => next.training.handlers.resumeTraining({ voice: 'Mine' }),
      'training.interrupted',
      'Mine',
    );
  });

  test('stopped while it is about to go on, ends for good', async () => {
    const at = await began(2000);
    await until(() => step(at) > 10);
    await at.training.handlers.pauseTraining({});
    await until(() => kind(at) === 'paused');
    const resumed = at.training.handlers.resumeTraining({ voice: 'Mine' });
    await at.training.handlers.stopTraining({});
    await resumed;
    await done(at);
    expect(await hasCheckpoint(at.voice('Mine'))).toBe(false);
  });

  test('paused, goes on under the name its voice has since', async () => {
    const at = await began(2000);
    await until(() => step(at) > 10);
    await at.training.handlers.pauseTraining({});
    await until(() => kind(at) === 'paused');
    renameSync(at.voice('Mine'), at.voice('Ours'));
    at.training.renamed('Mine', 'Ours');
    const reached = step(at);
    await at.training.handlers.resumeTraining({ voice: at.training.state()!.voice });
    await until(() => step(at) > reached);
    at.training.renamed('Other', null);
    expect(at.training.state()).toMatchObject({ voice: 'Ours' });
  });

  test('stopped, keeps the best for good', async () => {
    const at = await began(2000);
    await until(() => at.training.state()!.evaluations.length > 0);
    await at.training.handlers.stopTraining({});
    expect(kind(at)).toBe('stopping');
    await done(at);
    expect(at.training.state()!.status).toEqual({ kind: 'done', ending: 'stopped' });
    await expect(loadVoice(at.voice('Mine'))).resolves.toBeDefined();
  });

  test('says what is missing when a text is gone', async () => {
    const at = await began(2000);
    await until(() => step(at) > 10);
    await at.training.handlers.pauseTraining({});
    await until(() => kind(at) === 'paused');
    at.remove('a.md');
    await refuses(() => at.training.handlers.resumeTraining({ voice: 'Mine' }), 'text.missing');
    at.write('b.md', prose(3));
    await at.training.handlers.startTraining({
      name: 'Other',
      sources: [{ kind: 'library', path: 'b.md' }],
      choices: choices(1),
    });
    await done(at);
  });

  test('tells of the sources, and what training them would take, and writes nothing', async () => {
    const at = desk();
    at.write('a.md', `${prose(12)}\r\n`);
    const request = { sources, choices: choices(3) };
    const report = await at.training.handlers.inspectSources(request);
    expect(report.documents).toMatchObject([{ name: 'a.md', changes: { lineEnds: 1 } }]);
    expect(report.words).toBe(report.documents[0]!.words);
    expect(report).toMatchObject({ preset: 'small', verdict: { size: 'too-small' } });
    const estimate = await at.training.handlers.estimateTraining(request);
    expect(estimate).toMatchObject({
      config: { network: { layers: [16] }, training: { epochs: 3 } },
    });
    expect(estimate.seconds).toBeGreaterThan(0);
    await refuses(() => loadVoice(at.voice('Mine')), 'voice.missing');
  });
});

describe('what a training tells', () => {
  const evaluation = (step: number, heldBackLoss: number): TrainingEvent => ({
    kind: 'evaluation',
    step,
    epoch: 1,
    seconds: 1,
    trainingLoss: 2,
    heldBackLoss,
    bitsPerCharacter: 2,
    best: true,
  });

  test('replaces what comes again after a crash', () => {
    let state = beginning('a');
    for (const step of [10, 20, 30, 20]) state = after(state, evaluation(step, 1));
    expect(state.evaluations.map(({ step }) => step)).toEqual([10, 20]);
  });

  test('shows the losses of earlier sittings when it goes on after a restart', () => {
    const earlier = [10, 20, 30].map((step) => ({
      ...{ step, seconds: step, trainingLoss: 2, heldBackLoss: 2, bitsPerCharacter: 2 },
    }));
    let state = after(beginning('a'), {
      ...{ kind: 'resumed', step: 25, evaluations: earlier, samples: [] },
    });
    state = after(state, evaluation(40, 1));
    expect(state.evaluations.map(({ step }) => step)).toEqual([10, 20, 40]);
  });

  const sample = (step: number, text = ''): Sample => ({
    ...{ step, temperature: 0.5, prompt: 'The sea', text },
  });

  test('shows what earlier sittings wrote when it goes on after a restart', () => {
    const samples = [sample(10), sample(20)];
    let state = after(beginning('a'), { kind: 'resumed', step: 25, evaluations: [], samples });
    expect(state.samples).toEqual(samples);
    state = after(state, { kind: 'sample', ...sample(40) });
    expect(state.samples.map(({ step }) => step)).toEqual([10, 20, 40]);
  });

  test('keeps what it knows from before what was kept on the disk, and drops what is undone', () => {
    let known = beginning('a');
    for (const step of [10, 20, 30, 40]) known = after(known, { kind: 'sample', ...sample(step) });
    const resumed = { kind: 'resumed', step: 35, evaluations: [] } as const;
    const samples = [sample(20, 'kept'), sample(30, 'kept')];
    expect(after(known, { ...resumed, samples }).samples).toMatchObject([sample(10), ...samples]);
    // Lost on the disk, it is still known here.
    expect(after(known, { ...resumed, samples: [] }).samples.map(({ step }) => step)).toEqual([
      10, 20, 30,
    ]);
  });

  test('stays within bounds, with the best point', () => {
    let state = beginning('a');
    for (let i = 1; i <= 5000; i++) state = after(state, evaluation(i, i === 777 ? 0.5 : 1));
    expect(state.evaluations.length).toBeLessThan(620);
    expect(state.evaluations.at(-1)!.step).toBe(5000);
    expect(state.evaluations.filter(({ heldBackLoss }) => heldBackLoss === 0.5)).toHaveLength(1);
    for (let i = 0; i < 5000; i++) state = after(state, { kind: 'notice', text: String(i) });
    expect(state.notices.length).toBeLessThan(620);
  });
});

/** Whether the end of its engine was told. */
function kill(at: Desk): boolean {
  return at.states.some(({ status }) => status.kind === 'restarting');
}
