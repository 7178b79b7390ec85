import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import {
  chooseDevice,
  forkGauge,
  type DeviceWork,
  type Equipment,
  type Gauge,
} from '../../../src/main/engine/devices/index.ts';
import { Readings } from '../../../src/main/files/readings.ts';
import type { GaugeRequest } from '../../../src/main/protocol/gauge.ts';
import { fakeProgram, useFakes } from '../../helpers/devices.ts';
import { until } from '../../helpers/engines.ts';
import type { Fakes } from '../../helpers/fake-devices.ts';
import { temporaryFolder, type Folder } from '../../helpers/understudy.ts';

const work: DeviceWork = {
  device: 'auto',
  threads: 1,
  precision: 'float32',
  shape: {
    network: {
      cell: 'lstm',
      vocabulary: 30,
      embedding: 8,
      layers: [16],
      projection: 0,
      tied: false,
    },
    ...{ batch: 4, window: 16 },
    ...{ dropoutIn: 0.1, dropoutBetween: 0, dropoutOut: 0, weightDrop: 0 },
  },
};

interface Room extends Equipment {
  readonly told: string[];
  readonly asked: GaugeRequest[];
  readonly file: string;
  readonly choose: (change?: Partial<DeviceWork>) => ReturnType<typeof chooseDevice>;
}

/** Devices that are tried in real processes, with all the time that a busy computer needs. */
function room(
  folder: Folder,
  fakes: Fakes,
  {
    patience = 100_000,
    gauge = forkGauge(fakeProgram, () => undefined),
    now = 0,
  }: { patience?: number; gauge?: Gauge; now?: number } = {},
): Room {
  const told: string[] = [];
  const asked: GaugeRequest[] = [];
  const file = join(folder.path, 'data', 'devices.json');
  const equipment: Equipment = {
    devices: useFakes(fakes),
    gauge(request, signal) {
      asked.push(request);
      return gauge(request, signal);
    },
    readings: new Readings(file, () => now),
    patience,
  };
  const { signal } = new AbortController();
  return {
    ...equipment,
    ...{ told, asked, file },
    choose: (change = {}) =>
      chooseDevice(equipment, { ...work, ...change }, { tell: (text) => told.push(text), signal }),
  };
}

/** Answers at once: seconds of a step by device, null for one that fails. */
const answering =
  (seconds: Partial<Record<string, number | null>>): Gauge =>
  ({ device }) => {
    const stepSeconds = seconds[device] ?? null;
    return Promise.resolve(
      stepSeconds === null
        ? { kind: 'failed', why: 'it smokes' }
        : { kind: 'here', description: device, stepSeconds },
    );
  };

test.each([
  ['cuda', { cpu: { slow: 150 }, cuda: {} }],
  ['cpu', { cpu: {}, cuda: { slow: 150 } }],
] as const)('the fastest is taken, measured on the very network: %s', async (fastest, fakes) => {
  using folder = temporaryFolder();
  const { choose, told, asked } = room(folder, fakes);
  const { device, backend, readings } = await choose();
  expect(device).toBe(fastest);
  expect(backend.description).toBe(`Fake ${fastest}`);
  expect(told).toEqual([]);
  expect(asked.map((request) => request.shape)).toEqual([work.shape, work.shape]);
  expect(readings.map((reading) => reading.device)).toEqual(['cpu', 'cuda']);
  const [onCpu = 0, onCuda = 0] = readings.map(({ stepSeconds }) => stepSeconds ?? NaN);
  expect(Math.max(onCpu, onCuda)).toBeGreaterThan(0.15);
  expect(onCuda < onCpu).toBe(fastest === 'cuda');
});

test('what was measured is known for a month, for the same network on the same threads', async () => {
  using folder = temporaryFolder();
  const gauge = answering({ cpu: 2, cuda: 1 });
  expect((await room(folder, { cuda: {} }, { gauge }).choose()).device).toBe('cuda');
  const month = 30 * 24 * 3600_000;
  const later = room(folder, { cuda: {} }, { gauge, now: month - 1 });
  expect((await later.choose()).device).toBe('cuda');
  expect(later.asked).toEqual([]);
  await later.choose({ threads: 2 });
  expect(later.asked).toHaveLength(2);
  const network = { ...work.shape.network, layers: [17] };
  await later.choose({ shape: { ...work.shape, network } });
  expect(later.asked).toHaveLength(4);
  await later.choose({ precision: 'auto' });
  expect(later.asked).toHaveLength(6);
  await later.choose();
  expect(later.asked).toHaveLength(6);
  const muchLater = room(folder, { cuda: {} }, { gauge, now: month });
  await muchLater.choose();
  expect(muchLater.asked).toHaveLength(2);
  expect(readFileSync(later.file, 'utf8').match(/"key"/g)).toHaveLength(4);
});

test.each([
  ['half a file', '{"version":1,"entries":[{"key"'],
  ['another version', '{"version":2,"entries":[]}'],
  ['a step that takes no time', null],
])(
  'a file of readings that is damaged counts as none, and is written anew: %s',
  async (_, text) => {
    using folder = temporaryFolder();
    const gauge = answering({ cpu: 2, cuda: 1 });
    const first = room(folder, { cuda: {} }, { gauge });
    await first.choose();
    const written = readFileSync(first.file, 'utf8');
    writeFileSync(first.file, text ?? written.replace('"stepSeconds":1', '"stepSeconds":0'));
    const next = room(folder, { cuda: {} }, { gauge });
    expect((await next.choose()).device).toBe('cuda');
    expect(next.asked).toHaveLength(2);
    expect(next.told).toEqual([]);
    expect(readFileSync(next.file, 'utf8')).toBe(written);
  },
);

test('readings that cannot be kept cost the next measurement, and are told of', async () => {
  using folder = temporaryFolder();
  folder.write('data', 'This is no folder.');
  const { choose, told } = room(folder, { cuda: {} }, { gauge: answering({ cpu: 2, cuda: 1 }) });
  expect((await choose()).device).toBe('cuda');
  expect(told).toEqual([expect.stringContaining('devices.json cannot be written')]);
});

test('a device that hangs is ended in time and left aside, for an hour', async () => {
  using folder = temporaryFolder();
  const hangs = join(folder.path, 'pid');
  const { choose, told, asked } = room(folder, { cuda: { hangs } }, { patience: 10_000 });
  expect((await choose()).device).toBe('cpu');
  expect(told).toEqual(['NVIDIA GPU by CUDA was left aside: it did not answer within 8 s.']);
  // There is nothing to compare the processor with.
  expect(asked.map(({ device }) => device)).toEqual(['cuda']);
  const pid = Number(readFileSync(hangs, 'utf8'));
  await until(() => !isAlive(pid));

  const soon = room(
    folder,
    { cuda: {} },
    { gauge: answering({ cpu: 2, cuda: 1 }), now: 3_599_000 },
  );
  expect((await soon.choose()).device).toBe('cpu');
  expect(soon.asked).toEqual([]);
  const later = room(
    folder,
    { cuda: {} },
    { gauge: answering({ cpu: 2, cuda: 1 }), now: 3_600_000 },
  );
  expect((await later.choose()).device).toBe('cuda');
});

test('a device that is missing is not tried again until something is installed', async () => {
  using folder = temporaryFolder();
  const gauge: Gauge = ({ device }) =>
    Promise.resolve(
      device === 'cuda'
        ? { kind: 'missing', why: 'CUDA is not installed; install it' }
        : { kind: 'here', description: device, stepSeconds: device === 'cpu' ? 2 : 1 },
    );
  const fakes = { cuda: {}, webgpu: {} };
  const first = room(folder, fakes, { gauge });
  expect((await first.choose()).readings.map(({ device }) => device)).toEqual(['cpu', 'webgpu']);
  const later = room(folder, fakes, { gauge, now: 30 * 24 * 3600_000 - 1 });
  expect((await later.choose()).device).toBe('webgpu');
  expect(later.asked).toEqual([]);
  expect(later.told).toEqual([]);

  vi.stubEnv(
    process.platform === 'win32' ? 'PATH' : 'LD_LIBRARY_PATH',
    [folder.path, process.env['LD_LIBRARY_PATH'] ?? ''].join(delimiter),
  );
  onTestFinished(() => void vi.unstubAllEnvs());
  folder.write(process.platform === 'win32' ? 'cudnn64_8.dll' : 'libcudnn.so.8', '');
  await later.choose();
  expect(later.asked.map(({ device }) => device)).toEqual(['cuda', 'webgpu', 'cpu']);
});

test('where all of them are missing, that is known as long', async () => {
  using folder = temporaryFolder();
  const gauge: Gauge = () => Promise.resolve({ kind: 'missing', why: 'there is none; buy one' });
  await room(folder, { cuda: {} }, { gauge }).choose();
  const later = room(folder, { cuda: {} }, { gauge, now: 4 * 3600_000 });
  expect((await later.choose()).device).toBe('cpu');
  expect(later.asked).toEqual([]);
});

test('a device that crashes costs its process only', async () => {
  using folder = temporaryFolder();
  const { choose, told } = room(folder, { cuda: { crashes: true } });
  expect((await choose()).device).toBe('cpu');
  expect(told).toEqual(['NVIDIA GPU by CUDA was left aside: the process that tried it ended.']);
});

test('a device that is lost while it is measured is left aside, with its reason', async () => {
  using folder = temporaryFolder();
  const { choose, told } = room(folder, { cuda: { lostAt: 'measuring' }, cpu: {} });
  expect((await choose()).device).toBe('cpu');
  expect(told).toEqual([expect.stringContaining('left aside: The fake GPU fell out')]);
});

test('all devices together have ten seconds: each leaves two to those after it', async () => {
  using folder = temporaryFolder();
  const gauge = answering({ cuda: null, webgpu: 3, cpu: 4 });
  const { choose, asked } = room(folder, { cuda: {}, webgpu: {} }, { gauge, patience: 10_000 });
  const { device, readings } = await choose();
  expect(device).toBe('webgpu');
  expect(readings).toEqual([
    { device: 'cpu', stepSeconds: 4 },
    { device: 'cuda', stepSeconds: null },
    { device: 'webgpu', stepSeconds: 3 },
  ]);
  expect(asked.map((request) => request.device)).toEqual(['cuda', 'webgpu', 'cpu']);
  const [first = 0, second = 0, third = 0] = asked.map(({ milliseconds }) => milliseconds);
  expect(first).toBeLessThanOrEqual(6000);
  expect(second).toBeLessThanOrEqual(8000);
  expect(third).toBeLessThanOrEqual(10_000);
  expect(third).toBeGreaterThan(second);
});

test('a processor that is too slow to be measured in time is not waited for', async () => {
  using folder = temporaryFolder();
  const { choose } = room(folder, { cuda: {} }, { gauge: answering({ cuda: 1, cpu: null }) });
  expect((await choose()).device).toBe('cuda');
});

test('one that was there when it was measured, and is not any more, gives way', async () => {
  using folder = temporaryFolder();
  const gauge = answering({ cuda: 1, cpu: 2 });
  const { choose, told } = room(
    folder,
    { cuda: { missing: 'it was sold; buy it back' } },
    { gauge },
  );
  expect((await choose()).device).toBe('cpu');
  expect(told).toEqual([expect.stringContaining('it was sold; buy it back')]);
});

test('where there is only the processor nothing is measured', async () => {
  using folder = temporaryFolder();
  const { choose, asked, file } = room(folder, {});
  expect(await choose()).toMatchObject({ device: 'cpu', readings: [] });
  expect(asked).toEqual([]);
  expect(existsSync(file)).toBe(false);
});

test('a device that is asked for is taken without measuring, however slow', async () => {
  using folder = temporaryFolder();
  const { choose, asked } = room(folder, { cuda: {} });
  expect(await choose({ device: 'cuda' })).toMatchObject({ device: 'cuda', readings: [] });
  expect(await choose({ device: 'cpu' })).toMatchObject({ device: 'cpu', readings: [] });
  expect(asked).toEqual([]);
});

test('a device that is asked for and is not there is an error with a way out', async () => {
  using folder = temporaryFolder();
  const { choose } = room(folder, { cuda: { missing: 'there is none; buy one' } });
  await expect(choose({ device: 'cuda' })).rejects.toMatchObject({
    code: 'backend.unavailable',
    message:
      'NVIDIA GPU by CUDA was asked for, but there is none; buy one. Choose auto or cpu to go on without it.',
  });
  await expect(choose({ device: 'webgpu' })).rejects.toMatchObject({ code: 'backend.unavailable' });
});

test('who stops it meanwhile waits for no device', async () => {
  using folder = temporaryFolder();
  const hangs = join(folder.path, 'pid');
  const devices = useFakes({ cuda: { hangs } });
  const abort = new AbortController();
  const gauge = forkGauge(fakeProgram, () => undefined);
  const readings = new Readings(null);
  const told = { tell: () => undefined, signal: abort.signal };
  const chosen = chooseDevice({ devices, gauge, readings, patience: 600_000 }, work, told);
  await until(() => existsSync(hangs));
  abort.abort();
  expect((await chosen).device).toBe('cpu');
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
