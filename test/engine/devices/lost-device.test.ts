import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Equipment } from '../../../src/main/engine/devices/index.ts';
import { Readings } from '../../../src/main/files/readings.ts';
import { estimateTraining } from '../../../src/main/engine/estimate-training.ts';
import {
  trainVoice,
  type TrainRequest,
  type TrainResult,
} from '../../../src/main/engine/train-voice.ts';
import { loadVoice } from '../../../src/main/files/voice-folder.ts';
import { fakeDevices, LOST, type Fakes } from '../../helpers/fake-devices.ts';
import { ofKind } from '../../helpers/training.ts';
import { prose, temporaryFolder, type Folder } from '../../helpers/understudy.ts';
import type { TrainingEvent } from '../../../src/shared/events.ts';

const request = (folder: Folder, out: string, rest: Partial<TrainRequest> = {}): TrainRequest => ({
  files: [folder.write('a.txt', prose(10))],
  out: join(folder.path, `${out}.voice`),
  resume: false,
  range: null,
  preset: 'small',
  units: null,
  cell: 'lstm',
  device: 'cuda',
  threads: 1,
  precision: 'float32',
  overrides: {
    text: {},
    units: {},
    network: { layers: [16], embedding: 8 },
    training: { batch: 4, window: 20, epochs: 4, patience: 0 },
  },
  ...rest,
});

const equipment = (fakes: Fakes, rest: Partial<Equipment> = {}): Equipment => ({
  devices: fakeDevices(fakes),
  gauge: null,
  readings: new Readings(null),
  patience: 10_000,
  ...rest,
});

async function run(
  asked: TrainRequest,
  there: Equipment,
): Promise<{ result: TrainResult; events: TrainingEvent[] }> {
  const events: TrainingEvent[] = [];
  const result = await trainVoice(asked, {
    signal: new AbortController().signal,
    event: (event) => events.push(event),
    equipment: there,
  });
  return { result, events };
}

/** The words of the notices about the loss. */
const losses = (events: readonly TrainingEvent[]): string[] =>
  ofKind(events, 'notice')
    .map(({ text }) => text)
    .filter((text) => text.includes(LOST));

test('a GPU that is lost midway is left for the processor, and the voice is as good', async () => {
  using folder = temporaryFolder();
  const whole = await run(request(folder, 'whole', { device: 'cpu' }), equipment({}));
  const { result, events } = await run(
    request(folder, 'lost'),
    equipment({ cuda: { lostAt: 90 } }),
  );

  expect(losses(events)).toEqual([
    expect.stringMatching(
      /fell out of its slot; push it in\. It continues on the processor: CPU, /,
    ),
  ]);
  expect(result.ending).toBe('finished');
  expect(result.steps).toBe(whole.result.steps);
  expect(Math.abs(result.heldBackNats! - whole.result.heldBackNats!)).toBeLessThan(1e-3);
  const { card } = await loadVoice(join(folder.path, 'lost.voice'));
  expect(card.metrics.steps).toBe(result.steps);
  expect(card.metrics.characters).toBe(
    (await loadVoice(join(folder.path, 'whole.voice'))).card.metrics.characters,
  );

  // It goes on from where it last looked, and its figures are of the processor from then on.
  const [first, second] = ofKind(events, 'estimate');
  expect([first?.device, second?.device]).toEqual(['cuda', 'cpu']);
  expect(second?.backend).toMatch(/^CPU, /);
  const [resumed] = ofKind(events, 'resumed');
  const at = events.indexOf(resumed!);
  const looks = ofKind(events.slice(0, at), 'evaluation').map(({ step }) => step);
  expect(looks.length).toBeGreaterThan(0);
  expect(resumed?.step).toBe(looks.at(-1));
  expect(resumed?.evaluations.map(({ step }) => step)).toEqual(looks);
  const later = ofKind(events.slice(at), 'progress');
  expect(later.map(({ step }) => step)).toEqual(
    Array.from({ length: result.steps - resumed!.step }, (_, i) => resumed!.step + 1 + i),
  );
  for (const { percent, etaSeconds, charactersPerSecond } of later) {
    expect(percent).toBeLessThanOrEqual(100);
    expect(etaSeconds).toBeGreaterThanOrEqual(0);
    expect(charactersPerSecond).toBeGreaterThan(0);
  }
  expect(later.at(-1)).toMatchObject({ percent: 100, etaSeconds: 0 });
});

test('a GPU that is lost before the first checkpoint is left from the beginning', async () => {
  using folder = temporaryFolder();
  const { result, events } = await run(
    request(folder, 'lost'),
    equipment({ cuda: { lostAt: 'measuring' } }),
  );
  expect(losses(events)).toHaveLength(1);
  expect(ofKind(events, 'resumed')).toEqual([]);
  expect(ofKind(events, 'progress')[0]?.step).toBe(1);
  expect(result.ending).toBe('finished');
});

test('a GPU that is lost while it is opened is left, whether it was asked for or found the fastest', async () => {
  using folder = temporaryFolder();
  const cuda = { lostAt: 'opening' } as const;
  const asked = await run(request(folder, 'asked'), equipment({ cuda }));
  expect(losses(asked.events)).toEqual([
    expect.stringMatching(/^The fake GPU fell out .* It continues on the processor: CPU, /),
  ]);
  expect(ofKind(asked.events, 'estimate').map(({ device }) => device)).toEqual(['cpu']);

  const readings = new Readings(join(folder.path, 'devices.json'), () => 0);
  const gauge: Equipment['gauge'] = ({ device }) =>
    Promise.resolve({
      kind: 'here',
      description: device,
      stepSeconds: device === 'cuda' ? 0.001 : 0.002,
    });
  for (const [name, heard] of [
    ['found', [LOST]],
    ['again', []],
  ] as const) {
    const there = equipment({ cuda }, { gauge, readings });
    const { result, events } = await run(request(folder, name, { device: 'auto' }), there);
    expect(result.ending).toBe('finished');
    expect(losses(events)).toEqual(heard);
  }
});

test('a training that was resumed on a GPU goes on from its checkpoint when that is lost', async () => {
  using folder = temporaryFolder();
  const asked = request(folder, 'lost');
  const abort = new AbortController();
  await trainVoice(asked, {
    signal: abort.signal,
    event: (event) => {
      if (event.kind === 'progress' && event.step === 40) abort.abort();
    },
    equipment: equipment({ cuda: {} }),
  });
  const { result, events } = await run(
    { ...asked, resume: true },
    equipment({ cuda: { lostAt: 'measuring' } }),
  );
  expect(losses(events)).toHaveLength(1);
  expect(ofKind(events, 'resumed')[0]?.step).toBe(40);
  expect(ofKind(events, 'progress')[0]?.step).toBe(41);
  expect(result.ending).toBe('finished');
});

test('a GPU that was lost is not taken by itself for an hour', async () => {
  using folder = temporaryFolder();
  const readings = new Readings(join(folder.path, 'devices.json'), () => 0);
  const auto = { device: 'auto', precision: 'auto' } as const;
  const gauge: Equipment['gauge'] = ({ device }) =>
    Promise.resolve({
      kind: 'here',
      description: device,
      stepSeconds: device === 'cuda' ? 0.001 : 0.002,
    });
  const lost = await run(
    request(folder, 'lost', auto),
    equipment({ cuda: { lostAt: 60 } }, { gauge, readings }),
  );
  const [compared] = ofKind(lost.events, 'estimate');
  expect(compared?.device).toBe('cuda');
  const [onCpu, onCuda] = compared!.speeds;
  expect([onCpu?.device, onCuda?.device]).toEqual(['cpu', 'cuda']);
  expect(onCuda!.charactersPerSecond).toBeCloseTo(2 * onCpu!.charactersPerSecond, 6);
  expect(onCuda!.charactersPerSecond).toBeCloseTo(80_000, -3);
  expect(losses(lost.events)).toHaveLength(1);

  const there = equipment({ cuda: {} }, { gauge, readings });
  const next = await run(request(folder, 'next', auto), there);
  expect(ofKind(next.events, 'estimate')[0]?.device).toBe('cpu');
  const estimate = await estimateTraining(request(folder, 'estimate', auto), undefined, there);
  expect(estimate.device).toBe('cpu');
});

test('an estimate on a GPU that is lost is that of the processor', async () => {
  using folder = temporaryFolder();
  const there = equipment({ cuda: { lostAt: 'measuring' } });
  const estimate = await estimateTraining(request(folder, 'a'), undefined, there);
  expect(estimate).toMatchObject({ device: 'cpu', speeds: [] });
  expect(estimate.backend).toMatch(/^CPU, /);
});

test('any other error of a GPU is told as it is', async () => {
  using folder = temporaryFolder();
  const asked = request(folder, 'a');
  await run(asked, equipment({ cuda: {} }));
  await expect(run(asked, equipment({ cuda: {} }))).rejects.toMatchObject({ code: 'voice.exists' });
});
