import { describe, expect, test, vi } from 'vitest';
import {
  defaultSettings,
  type ApiHandlers,
  type FolderEntry,
  type TrainingEstimate,
  type TrainingReport,
  type TrainingState,
} from '../../../src/shared/api/index.ts';
import { UserError } from '../../../src/shared/errors.ts';
import { TrainingDraft } from '../../../src/renderer/state/training-draft.svelte.ts';
import { timeline } from '../../../src/renderer/state/training-story.ts';
import { Training } from '../../../src/renderer/state/training.svelte.ts';
import { connectApi, settled, start } from './api.ts';

const running: TrainingState = {
  voice: 'Harbour',
  status: { kind: 'running', stage: 'training' },
  report: null,
  estimate: null,
  progress: {
    kind: 'progress',
    step: 120,
    epoch: 1,
    percent: 34.5,
    seconds: 20,
    etaSeconds: 38,
    charactersPerSecond: 90_000,
    trainingLoss: 1.4,
    heldBackLoss: null,
    bitsPerCharacter: null,
    learningRate: 0.003,
  },
  evaluations: [],
  samples: [],
  notices: [],
};
const request = {
  name: 'Harbour',
  sources: [{ kind: 'sample' as const }],
  choices: {
    preset: 'auto' as const,
    units: null,
    cell: 'lstm' as const,
    overrides: { text: {}, units: {}, network: {}, training: {} },
  },
};

describe('a training', () => {
  test('is there at once after a reload, and goes on from there', async () => {
    const { client, server } = connectApi({});
    const training = new Training(client, start({ training: running }));
    expect(training.shown).toEqual(running);
    expect(training.active).toBe(true);
    server.emit('trainingChanged', { ...running, progress: { ...running.progress!, percent: 50 } });
    await settled(20);
    expect(training.state?.progress?.percent).toBe(50);
  });

  test('that went on after a restart shows what it wrote before beside what it writes now', async () => {
    const { client, server } = connectApi({});
    const training = new Training(client, start());
    const look = { step: 40, seconds: 9, trainingLoss: 2, heldBackLoss: 2, bitsPerCharacter: 2 };
    const sample = { step: 40, temperature: 0.5, prompt: 'The sea', text: ' was grey.' };
    const samples = [sample, { ...sample, step: 130 }];
    server.emit('trainingChanged', { ...running, evaluations: [look], samples });
    await settled(20);
    const chapters = timeline(training.state!);
    expect(chapters.map(({ step }) => step)).toEqual([130, 40]);
    expect(chapters[1]).toMatchObject({ evaluation: look, best: true });
  });

  test('is asked to pause, stop and resume, one thing at a time', async () => {
    const { client, asked } = connectApi({
      pauseTraining: () => Promise.resolve(null),
      resumeTraining: () => Promise.resolve(null),
    });
    const training = new Training(client, start({ training: running }));
    const pausing = training.pause();
    expect(training.asking).toBe('pause');
    expect(await training.stop()).toBe(false);
    expect(await pausing).toBe(true);
    expect(training.asking).toBeNull();
    await training.resume('Harbour');
    expect(asked.map(({ name }) => name)).toEqual(['pauseTraining', 'resumeTraining']);
    expect(asked[1]?.request).toEqual({ voice: 'Harbour' });
  });

  test('that cannot start says why', async () => {
    const { client } = connectApi({
      startTraining: () =>
        Promise.reject(new UserError('training.busy', 'One voice learns already.')),
    });
    const training = new Training(client, start());
    expect(await training.start(request)).toBe(false);
    expect(training.problem).toBe('One voice learns already.');
  });

  test('tells its end once, and can be put away then', async () => {
    const { client, server } = connectApi({});
    const ended = vi.fn();
    const training = new Training(client, start({ training: running }), ended);
    training.dismiss();
    expect(training.shown).not.toBeNull();
    const done: TrainingState = { ...running, status: { kind: 'done', ending: 'finished' } };
    server.emit('trainingChanged', done);
    await settled(150);
    server.emit('trainingChanged', done);
    await settled(150);
    expect(ended).toHaveBeenCalledExactlyOnceWith(
      expect.stringMatching(/^Harbour ended before it was tried/),
    );
    training.dismiss();
    expect(training.shown).toBeNull();
  });

  test('is spoken of at every tenth, not at every step', async () => {
    const { client, server } = connectApi({});
    const training = new Training(client, start({ training: running }));
    expect(training.spoken).toBe('Studying. 30 percent');
    server.emit('trainingChanged', {
      ...running,
      status: { kind: 'running', stage: 'evaluating' },
      progress: { ...running.progress!, percent: 37 },
    });
    await settled(20);
    expect(training.spoken).toBe('Studying. 30 percent');
  });
});

const root: FolderEntry = {
  kind: 'folder',
  path: '',
  name: 'Books',
  entries: [{ kind: 'document', path: 'Letters.md', name: 'Letters.md', words: 900, modified: 0 }],
};
const report = (words: number): TrainingReport => ({
  documents: [],
  words,
  characters: 6 * words,
  verdict: { size: 'small', sentence: 'Enough to begin with.' },
  preset: 'medium',
});
const estimate = {
  parameters: 900_000,
  seconds: 60,
  charactersPerSecond: 90_000,
  memoryBytes: 4e8,
  backend: 'CPU, AVX-512, 2 threads',
} as TrainingEstimate;

function draftOn(handlers: Partial<ApiHandlers>) {
  const connection = connectApi({
    inspectSources: () => Promise.resolve(report(900)),
    estimateTraining: () => Promise.resolve(estimate),
    ...handlers,
  });
  return {
    ...connection,
    draft: new TrainingDraft(connection.client, () => root, defaultSettings, 0),
  };
}

describe('a draft of a training', () => {
  test('reads the pages and measures this computer once something is chosen', async () => {
    const { draft } = draftOn({});
    expect(draft.report.state.loading).toBe(false);
    draft.toggle(root.entries[0]!);
    expect(draft.report.state.loading).toBe(true);
    await settled(20);
    expect(draft.report.state.value?.words).toBe(900);
    expect(draft.estimate.state.value?.seconds).toBe(60);
    expect(draft.auto).toBe('medium');
  });

  test('measures again when something else is to be trained on', async () => {
    const { draft, server, asked } = draftOn({});
    const estimates = (): number => asked.filter(({ name }) => name === 'estimateTraining').length;
    server.emit('settingsChanged', { ...defaultSettings, device: 'cuda' });
    await settled(20);
    expect(estimates()).toBe(0);
    draft.toggle(root.entries[0]!);
    await settled(20);
    server.emit('settingsChanged', { ...defaultSettings, device: 'cuda', theme: 'dark' });
    await settled(20);
    expect(estimates()).toBe(1);
    server.emit('settingsChanged', { ...defaultSettings, device: 'cpu' });
    await settled(20);
    expect(estimates()).toBe(2);
  });

  test('forgets the report when nothing is chosen any more, also one that is on its way', async () => {
    const { draft } = draftOn({});
    draft.setSample(true);
    draft.setSample(false);
    await settled(20);
    expect(draft.report.state).toEqual({ value: null, loading: false, problem: null });
  });

  test('names the voice after its pages until the writer does', () => {
    const { draft } = draftOn({});
    draft.toggle(root.entries[0]!);
    expect(draft.name).toBe('Letters');
    draft.toggle(root.entries[0]!);
    expect(draft.name).toBe('');
    draft.name = 'Sea';
    draft.toggle(root.entries[0]!);
    expect(draft.name).toBe('Sea');
  });

  test('drops the answer to an older question', async () => {
    const waiting: ((report: TrainingReport) => void)[] = [];
    const { draft } = draftOn({
      inspectSources: () => new Promise((resolve) => waiting.push(resolve)),
    });
    draft.setSample(true);
    await settled(20);
    draft.toggle(root.entries[0]!);
    await settled(20);
    expect(waiting).toHaveLength(1);
    waiting[0]!(report(1));
    await settled(20);
    expect(draft.report.state.value).toBeNull();
    expect(waiting).toHaveLength(2);
    waiting[1]!(report(2));
    await settled(20);
    expect(draft.report.state.value?.words).toBe(2);
  });

  test('still reads the pages while a number is wrong, but tells no time and cannot start', async () => {
    const { draft, asked } = draftOn({});
    draft.name = 'Harbour';
    draft.setSample(true);
    draft.change({ numbers: { 'training.batch': '0' } });
    await settled(20);
    expect(asked.map(({ name }) => name)).toEqual(['inspectSources']);
    expect(draft.checked.problems.size).toBe(1);
    expect(draft.request()).toBeNull();
    draft.change({ numbers: { 'training.batch': '8' } });
    expect(draft.request()).toEqual({
      ...request,
      choices: {
        ...request.choices,
        overrides: { ...request.choices.overrides, training: { batch: 8 } },
      },
    });
  });

  test('takes dropped files in, and says which could not be read', async () => {
    const { draft, asked } = draftOn({
      addTrainingText: ({ name }) =>
        name === 'photo.jpg'
          ? Promise.reject(new UserError('text.binary', 'photo.jpg is no text.'))
          : Promise.resolve({ kind: 'dropped', id: `id of ${name}` }),
    });
    const file = (name: string) => ({
      name,
      arrayBuffer: () => Promise.resolve(new TextEncoder().encode('Café').buffer),
    });
    await draft.drop([file('a.txt'), file('photo.jpg')]);
    expect(draft.dropped.map(({ name }) => name)).toEqual(['a.txt']);
    expect(draft.problems).toEqual(['photo.jpg is no text.']);
    expect(draft.sources).toEqual([{ kind: 'dropped', id: 'id of a.txt' }]);
    expect(asked[0]?.request).toEqual({
      name: 'a.txt',
      bytes: Buffer.from('Café').toString('base64'),
    });
    expect(draft.adding).toBe(0);
    draft.removeDropped(draft.dropped[0]!);
    expect(draft.sources).toEqual([]);
  });

  test('shows why the pages cannot be read', async () => {
    const { draft } = draftOn({
      inspectSources: () =>
        Promise.reject(new UserError('text.empty', 'There are no words in it.')),
    });
    draft.setSample(true);
    await settled(20);
    expect(draft.report.state.problem).toBe('There are no words in it.');
  });
});
