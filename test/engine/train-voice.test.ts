import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { TrainingConfig } from '../../src/shared/config.ts';
import type { TrainingEvent } from '../../src/shared/events.ts';
import { continueText } from '../../src/main/engine/continue-text.ts';
import { evaluateVoice } from '../../src/main/engine/evaluate-voice.ts';
import { fromCheckpoint } from '../../src/main/engine/snapshots.ts';
import { computer } from '../../src/main/engine/system.ts';
import {
  trainVoice,
  type TrainJob,
  type TrainRequest,
  type TrainResult,
} from '../../src/main/engine/train-voice.ts';
import { loadLatestCheckpoint } from '../../src/main/files/checkpoints.ts';
import { loadVoice } from '../../src/main/files/voice-folder.ts';
import { ofKind } from '../helpers/training.ts';
import { prose, temporaryFolder, type Folder } from '../helpers/understudy.ts';

beforeAll(() => {
  // The same numbers everywhere, with or without a compiler.
  process.env['UNDERSTUDY_BACKEND'] = 'reference';
});

const training: Partial<TrainingConfig> = { batch: 4, window: 20, epochs: 2, patience: 0 };

const request = (
  folder: Folder,
  files: readonly string[],
  rest: Partial<TrainRequest> = {},
): TrainRequest => ({
  files,
  out: join(folder.path, 'my.voice'),
  resume: false,
  range: null,
  preset: 'small',
  units: null,
  cell: 'lstm',
  overrides: { text: {}, units: {}, network: { layers: [16], embedding: 8 }, training },
  ...rest,
});

async function run(
  asked: TrainRequest,
  job: Partial<TrainJob> = {},
): Promise<{ result: TrainResult; events: TrainingEvent[] }> {
  const events: TrainingEvent[] = [];
  const result = await trainVoice(asked, {
    signal: new AbortController().signal,
    ...job,
    event: (event) => {
      events.push(event);
      job.event?.(event);
    },
  });
  return { result, events };
}

/** Runs until `step` steps are taken, then stops. */
function runTo(
  step: number,
  asked: TrainRequest,
  stepped: () => void = () => undefined,
): ReturnType<typeof run> {
  const controller = new AbortController();
  return run(asked, {
    signal: controller.signal,
    event: (event) => {
      if (event.kind !== 'progress') return;
      stepped();
      if (event.step === step) controller.abort();
    },
  });
}

test('files go in; a voice comes out that loads, speaks and is measured', async () => {
  using folder = temporaryFolder();
  folder.write('a.md', prose(10));
  folder.write('b.txt', prose(6));
  const asked = request(folder, [folder.path]);
  const { result, events } = await run(asked);
  expect(result.ending).toBe('finished');
  expect(readdirSync(asked.out).toSorted()).toEqual(['voice.json', 'weights.safetensors']);

  const stages = ofKind(events, 'stage').map(({ stage }) => stage);
  expect(stages.slice(0, 2)).toEqual(['reading', 'measuring']);
  expect(stages).toContain('evaluating');
  expect(stages).toContain('saving');
  expect(stages.at(-1)).toBe('done');
  expect(ofKind(events, 'report')[0]).toMatchObject({ files: 2, unknown: 0 });
  expect(ofKind(events, 'report')[0]?.documents.map(({ encoding }) => encoding)).toEqual([
    'utf-8',
    'utf-8',
  ]);
  const estimate = ofKind(events, 'estimate')[0];
  expect(estimate?.seconds).toBeGreaterThan(0);
  expect(estimate?.memoryBytes).toBeGreaterThan(1e6);
  const samples = ofKind(events, 'sample');
  expect(samples.length % 3).toBe(0);
  expect(new Set(samples.map(({ prompt }) => prompt)).size).toBe(1);
  expect(new Set(samples.map(({ temperature }) => temperature)).size).toBe(3);

  const { card } = await loadVoice(asked.out);
  expect(card.name).toBe('my');
  expect(card.trainedOn.map(({ name }) => name)).toEqual(['a.md', 'b.txt']);
  expect(card.metrics.heldBackNats).toBe(result.heldBackNats);
  expect(card.metrics.bitsPerCharacter).toBe(result.bitsPerCharacter);

  const signal = new AbortController().signal;
  const texts: string[] = [];
  for await (const item of continueText(
    {
      voice: asked.out,
      prompt: 'The sea',
      creativity: 50,
      settings: { alternatives: 2, maxTokens: 40 },
    },
    { signal },
  )) {
    if (item.kind === 'end') texts.push(item.text);
  }
  expect(texts).toHaveLength(2);

  const unseen = folder.write('unseen.txt', prose(3));
  const studied = join(folder.path, 'a.md');
  const measured = await evaluateVoice({ voice: asked.out, files: [unseen, studied] }, { signal });
  expect(measured).toMatchObject({ files: 2, studied: 1, unknown: 0 });
  expect(measured.perplexity).toBeCloseTo(Math.exp(measured.natsPerToken), 6);
  expect(measured.bitsPerCharacter).toBeGreaterThan(1);
  expect(measured.bitsPerCharacter).toBeLessThan(6);
});

test.each(['word', 'subword'] as const)('trains on %s units too', async (units) => {
  using folder = temporaryFolder();
  const file = folder.write('a.txt', prose(12));
  const asked = request(folder, [file], {
    units,
    cell: 'gru',
    overrides: {
      text: {},
      units: {},
      network: { layers: [12], embedding: 8, projection: 8 },
      training: { ...training, epochs: 1 },
    },
  });
  const { result } = await run(asked);
  expect(result.ending).toBe('finished');
  expect((await loadVoice(asked.out)).card.config).toMatchObject({
    units: { kind: units },
    network: { cell: 'gru', tied: true },
  });
});

test('stopped and resumed, the voice is the one of an uninterrupted run to the last bit', async () => {
  using folder = temporaryFolder();
  const file = folder.write('a.txt', prose(10));
  const asked = request(folder, [file]);
  const whole = request(folder, [file], { out: join(folder.path, 'whole.voice') });
  await run(whole);

  const { result } = await runTo(17, asked);
  expect(result).toMatchObject({ ending: 'stopped', steps: 17 });
  expect((await loadVoice(asked.out)).card.metrics.steps).toBe(17);
  const resumed = await run({ ...asked, resume: true });
  expect(resumed.result.ending).toBe('finished');

  const [a, b] = [await loadVoice(asked.out), await loadVoice(whole.out)];
  expect(a.weights).toEqual(b.weights);
  expect(a.card.metrics.heldBackNats).toBe(b.card.metrics.heldBackNats);
  expect(a.card.metrics.temperature).toBe(b.card.metrics.temperature);

  const again = await run({ ...asked, resume: true });
  expect(again.result.ending).toBe('finished');
  expect(ofKind(again.events, 'notice')[0]?.text).toMatch(/trained to its end/);
});

describe('what it wrote in earlier sittings', () => {
  /** Runs to a step on a clock on which each takes a second: every epoch of 27 is saved and speaks. */
  function slowlyTo(step: number, asked: TrainRequest): ReturnType<typeof run> {
    const controller = new AbortController();
    let milliseconds = 0;
    return run(asked, {
      signal: controller.signal,
      system: { ...computer, now: () => ++milliseconds },
      event: (event) => {
        if (event.kind !== 'progress') return;
        milliseconds += 1000;
        if (event.step === step) controller.abort();
      },
    });
  }

  const started = async (folder: Folder) => {
    const network = { layers: [16], embedding: 8 };
    const overrides = { text: {}, units: {}, network, training: { ...training, epochs: 9 } };
    const asked = request(folder, [folder.write('a.txt', prose(10))], { overrides });
    const { events } = await slowlyTo(40, asked);
    const file = join(asked.out, 'checkpoints', 'samples.json');
    return { asked, file, samples: samplesOf(events) };
  };
  const samplesOf = (events: readonly TrainingEvent[]) =>
    ofKind(events, 'sample').map(({ step, temperature, prompt, text }) => ({
      ...{ step, temperature, prompt, text },
    }));

  test('is told when it goes on, and again when it goes on once more', async () => {
    using folder = temporaryFolder();
    const { asked, samples } = await started(folder);
    expect(samples).toHaveLength(3);
    const second = await slowlyTo(70, { ...asked, resume: true });
    expect(ofKind(second.events, 'resumed')[0]?.samples).toEqual(samples);
    const third = await slowlyTo(72, { ...asked, resume: true });
    expect(ofKind(third.events, 'resumed')[0]?.samples).toEqual([
      ...samples,
      ...samplesOf(second.events),
    ]);
  });

  test('is not of steps that are still to come', async () => {
    using folder = temporaryFolder();
    const { asked, file, samples } = await started(folder);
    const later = samples.map((sample) => ({ ...sample, step: 41 }));
    writeFileSync(file, JSON.stringify([...samples, ...later]));
    const { events } = await slowlyTo(42, { ...asked, resume: true });
    expect(ofKind(events, 'resumed')[0]?.samples).toEqual(samples);
  });

  test.each(['gone', 'damaged', 'no file'])('is not needed: %s', async (how) => {
    using folder = temporaryFolder();
    const { asked, file } = await started(folder);
    rmSync(file);
    if (how === 'damaged') writeFileSync(file, '[{"step":27,');
    if (how === 'no file') mkdirSync(file);
    const { result, events } = await slowlyTo(60, { ...asked, resume: true });
    expect(result).toMatchObject({ ending: 'stopped', steps: 60 });
    expect(ofKind(events, 'resumed')[0]).toMatchObject({ step: 40, samples: [] });
    expect(samplesOf(events).length).toBeGreaterThan(0);
    // What cannot be kept is said, and ends nothing.
    const notices = ofKind(events, 'notice').map(({ text }) => text);
    expect(notices.some((text) => text.includes('samples.json'))).toBe(how === 'no file');
  });
});

test('on a disk so slow that a save takes two seconds, it saves about once a minute', async () => {
  using folder = temporaryFolder();
  const asked = request(folder, [folder.write('a.txt', prose(10))], {
    overrides: {
      text: {},
      units: {},
      network: { layers: [16], embedding: 8 },
      training: { ...training, epochs: 5 },
    },
  });
  // A clock on which a step takes a second; an epoch has 27 and ends with an evaluation.
  let milliseconds = 0;
  const { events } = await run(asked, {
    system: { ...computer, now: () => ++milliseconds },
    event: (event) => {
      if (event.kind === 'progress') milliseconds += 1000;
      if (event.kind === 'stage' && event.stage === 'saving') milliseconds += 2000;
    },
  });
  const steps: number[] = [0];
  const saved: number[] = [];
  for (const event of events) {
    if (event.kind === 'progress') steps.push(event.step);
    if (event.kind === 'stage' && event.stage === 'saving') saved.push(steps.at(-1) ?? 0);
  }
  const evaluated = ofKind(events, 'evaluation').map(({ step }) => step);
  expect(evaluated).toHaveLength(5);
  expect(saved).toEqual([0, evaluated[2], evaluated[4]]);
});

test('resumes from files that were moved, and refuses other files by name', async () => {
  using folder = temporaryFolder();
  const file = folder.write('a.txt', prose(10));
  const asked = request(folder, [file]);
  await runTo(5, asked);

  const other = folder.write('other.txt', prose(11));
  await expect(run({ ...asked, resume: true, files: [other] })).rejects.toMatchObject({
    code: 'training.interrupted',
    message: expect.stringContaining('a.txt is missing or has changed') as string,
  });
  await expect(run({ ...asked, resume: true, files: [file, other] })).rejects.toThrow(
    /other\.txt was not there/,
  );
  await expect(run({ ...asked, resume: true, range: { from: 0, to: 100 } })).rejects.toMatchObject({
    code: 'config.invalid',
  });

  const moved = join(folder.path, 'z.txt');
  cpSync(file, moved);
  rmSync(file);
  const { result } = await runTo(7, { ...asked, resume: true, files: [moved] });
  expect(result).toMatchObject({ ending: 'stopped', steps: 7 });
});

test('a voice killed between its first checkpoint and its first save can be gone on with', async () => {
  using folder = temporaryFolder();
  const file = folder.write('a.txt', prose(10));
  const asked = request(folder, [file]);
  await runTo(5, asked);
  rmSync(join(asked.out, 'voice.json'));
  rmSync(join(asked.out, 'weights.safetensors'));
  let early: unknown = null;
  const { result } = await runTo(8, { ...asked, resume: true }, () => {
    early ??= existsSync(join(asked.out, 'weights.safetensors'));
  });
  expect(early).toBe(true);
  expect(result.steps).toBe(8);
  expect((await loadVoice(asked.out)).card.metrics.steps).toBe(8);
});

test('a checkpoint whose numbers no run can have is refused by name', async () => {
  using folder = temporaryFolder();
  const asked = request(folder, [folder.write('a.txt', prose(10))]);
  await runTo(5, asked);
  const checkpoint = (await loadLatestCheckpoint(asked.out))!;
  expect(fromCheckpoint(checkpoint).snapshot.progress.step).toBe(5);
  const state = { ...(checkpoint.state as object), optimiserStep: 2 ** 31 };
  expect(() => fromCheckpoint({ ...checkpoint, state })).toThrow(
    expect.objectContaining({
      code: 'voice.damaged',
      message: expect.stringContaining('optimiserStep') as string,
    }) as Error,
  );
});

test('refuses to start when memory would not do, with numbers, and leaves nothing behind', async () => {
  using folder = temporaryFolder();
  const file = folder.write('a.txt', prose(10));
  const asked = request(folder, [file], {
    overrides: { text: {}, units: {}, network: { layers: [512, 512] }, training },
  });
  const system = { ...computer, availableMemory: () => 50e6 };
  await expect(run(asked, { system })).rejects.toMatchObject({
    code: 'memory.too-small',
    message: expect.stringMatching(/another \d+ MB of memory and 50 MB are free/) as string,
  });
  expect(existsSync(asked.out)).toBe(false);
});

test('refuses a folder that holds a voice already, and text that is too short', async () => {
  using folder = temporaryFolder();
  const file = folder.write('a.txt', prose(10));
  const asked = request(folder, [file]);
  await runTo(1, asked);
  const before = readFileSync(join(asked.out, 'weights.safetensors'));
  await expect(run(asked)).rejects.toMatchObject({ code: 'voice.exists' });
  expect(readFileSync(join(asked.out, 'weights.safetensors'))).toEqual(before);

  const short = folder.write('short.txt', 'The sea was grey.');
  await expect(
    run(request(folder, [short], { out: join(folder.path, 'short.voice') })),
  ).rejects.toMatchObject({ code: 'text.too-short' });
  await expect(run({ ...asked, out: folder.path, resume: true })).rejects.toMatchObject({
    code: 'voice.foreign',
  });
});

test('keeps only the range that was asked for', async () => {
  using folder = temporaryFolder();
  const file = folder.write('a.txt', prose(12));
  const asked = request(folder, [file], { range: { from: 0, to: 1500 } });
  const { events } = await runTo(2, asked);
  expect(ofKind(events, 'report')[0]?.characters).toBe(1500);
});
