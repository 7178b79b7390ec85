import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cpu, type Device } from '../../../src/main/backends/devices/index.ts';
import { loadWebgpu } from '../../../src/main/backends/webgpu/index.ts';
import { Readings } from '../../../src/main/files/readings.ts';
import { trainVoice } from '../../../src/main/engine/train-voice.ts';
import type { TrainingEvent } from '../../../src/shared/events.ts';
import { gpuOf, webgpuForTests } from '../../helpers/backends.ts';
import { ofKind } from '../../helpers/training.ts';
import { prose, temporaryFolder } from '../../helpers/understudy.ts';

const found = await webgpuForTests();
const missing = 'unavailable' in found ? found.unavailable : null;
if (missing !== null) console.log(`webgpu is not tested here: ${missing}`);

const webgpu: Device = {
  absent: () => null,
  load: (options) => loadWebgpu({ ...options, software: true }),
};

test.skipIf(missing !== null)(
  'a training whose GPU is lost for good goes on on the processor and says so',
  async () => {
    using folder = temporaryFolder();
    const events: TrainingEvent[] = [];
    const result = await trainVoice(
      {
        files: [folder.write('a.txt', prose(4))],
        out: join(folder.path, 'a.voice'),
        ...{ resume: false, range: null, preset: 'small', units: null, cell: 'gru' },
        ...{ device: 'webgpu', threads: 1, precision: 'float32' },
        overrides: {
          text: {},
          units: {},
          network: { layers: [8], embedding: 4 },
          training: { batch: 8, window: 20, epochs: 1, patience: 0 },
        },
      },
      {
        signal: new AbortController().signal,
        equipment: {
          devices: { cpu, webgpu },
          gauge: null,
          readings: new Readings(null),
          patience: 10_000,
        },
        event(event) {
          events.push(event);
          const lost = ofKind(events, 'notice').length > 0;
          if (event.kind === 'progress' && event.step === 3 && !lost) gpuOf().device.destroy();
        },
      },
    );
    expect(result.ending).toBe('finished');
    expect(ofKind(events, 'notice').map(({ text }) => text)).toEqual([
      expect.stringMatching(/^The GPU stopped working \(.+\); .+ on the processor: CPU, /),
    ]);
    expect(ofKind(events, 'estimate').map(({ device }) => device)).toEqual(['webgpu', 'cpu']);
    expect(result.steps).toBe(ofKind(events, 'progress').at(-1)?.step);
    expect(result.steps).toBeGreaterThan(3);
  },
);
