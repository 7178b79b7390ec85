/** A voice is the same on every device: it is read to the same loss, and writes the same text again. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createReference } from '../../src/main/backends/reference/index.ts';
import type { Backend } from '../../src/main/backends/backend.ts';
import type { Equipment } from '../../src/main/engine/devices/index.ts';
import { Readings } from '../../src/main/files/readings.ts';
import type { Devices } from '../../src/main/backends/devices/index.ts';
import { trainVoice, type TrainRequest } from '../../src/main/engine/train-voice.ts';
import { loadVoice, type LoadedVoice } from '../../src/main/files/voice-folder.ts';
import { generate, settingsFor } from '../../src/main/lm/generation/index.ts';
import { createNetwork } from '../../src/main/lm/nn/network.ts';
import { readHeldBack } from '../../src/main/lm/training/index.ts';
import type { CellKind } from '../../src/shared/config.ts';
import type { TrainingEvent } from '../../src/shared/events.ts';
import { onEachBackend, tensorflowHere, webgpuForTests } from '../helpers/backends.ts';
import { fakeDevices } from '../helpers/fake-devices.ts';
import { ofKind } from '../helpers/training.ts';
import { prose, temporaryFolder, type Folder } from '../helpers/understudy.ts';

const unread = prose(14).slice(-4000);
/** A GPU that the processor plays is slow. */
const little = unread.slice(-800);
const PAUSED_AT = 15;
const signal = new AbortController().signal;
let folder: Folder;
const voices: LoadedVoice[] = [];
/** Of the first backend, the reference. */
const losses: number[] = [];

const request = (name: string, cell: CellKind): TrainRequest => ({
  files: [folder.write('a.txt', prose(10))],
  out: join(folder.path, `${name}.voice`),
  ...{ cell, resume: false, range: null, preset: 'small', units: null, device: 'cpu' },
  precision: 'float32',
  overrides: {
    text: {},
    units: {},
    network: { layers: [24, 16], embedding: 8 },
    training: { batch: 4, window: 20, epochs: 3, patience: 0 },
  },
});

const equipment = (devices: Devices): Equipment => ({
  ...{ devices, gauge: null, readings: new Readings(null), patience: 0 },
});

beforeAll(async () => {
  folder = temporaryFolder();
  for (const cell of ['lstm', 'gru'] as const) {
    const asked = request(cell, cell);
    await trainVoice(asked, {
      signal,
      event: () => undefined,
      equipment: equipment(fakeDevices({ cpu: {} })),
    });
    voices.push(await loadVoice(asked.out));
  }
});
afterAll(() => folder[Symbol.dispose]());

/** Nats per token, read by the network that trains. */
async function lossOf({ card, units, weights }: LoadedVoice, text = unread): Promise<number> {
  const network = createNetwork(card.config.network, weights);
  try {
    const options = { signal, yieldNow: () => Promise.resolve(), limit: 1 << 20 };
    const reading = await readHeldBack(network, Int32Array.from(units.encode(text)), options);
    return reading!.loss;
  } finally {
    network.dispose();
  }
}

async function written(backend: Backend, voice: LoadedVoice): Promise<string> {
  const { card, units, lexicon, weights } = voice;
  const stepper = backend.createStepper(card.config.network, weights, {
    streams: 1,
    precision: 'float32',
  });
  const settings = {
    ...settingsFor(50, 'char', card.metrics.temperature),
    ...{ lexicon, seed: 7, maxTokens: 120 },
  };
  let text = '';
  try {
    const options = { signal, yieldNow: () => Promise.resolve() };
    for await (const event of generate(stepper, units, 'The sea was', settings, options)) {
      if (event.kind === 'end') text = event.text;
    }
    return text;
  } finally {
    stepper.dispose();
  }
}

onEachBackend((use) => {
  test('a voice is read to the same loss as where it was trained', async () => {
    await use();
    await createReference(null).activate();
    if (losses.length === 0) for (const voice of voices) losses.push(await lossOf(voice));
    await use();
    for (const [i, voice] of voices.entries()) {
      expect(Math.abs((await lossOf(voice)) - losses[i]!)).toBeLessThan(1e-3);
    }
  });

  test('a voice writes the same text at the same seed', async () => {
    const backend = await use();
    for (const voice of voices) {
      const text = await written(backend, voice);
      expect(text.length).toBeGreaterThan(20);
      expect(await written(await use(), voice)).toBe(text);
    }
  });
});

/** GPUs, or what plays them here: TensorFlow for the processor, a GPU of SwiftShader's. */
const gpus = { cuda: tensorflowHere(), webgpu: await webgpuForTests() };

describe.each(['cuda', 'webgpu'] as const)('a voice that was trained on %s', (device) => {
  const backend = gpus[device];
  const missing = 'unavailable' in backend ? backend.unavailable : null;
  if (missing !== null) console.log(`training on ${device} is not tested here: ${missing}`);

  test.skipIf(missing !== null).each(['lstm', 'gru'] as const)(
    'goes on on the processor as if it had begun there: %s',
    async (cell) => {
      if ('unavailable' in backend) throw new Error(backend.unavailable);
      const gpu = { absent: () => null, load: () => Promise.resolve(backend) };
      const there = equipment({ ...fakeDevices({ cpu: {} }), [device]: gpu });
      const asked = request(`${device}-${cell}`, cell);
      const pause = new AbortController();
      const events: TrainingEvent[] = [];
      const paused = await trainVoice(
        { ...asked, device },
        {
          signal: pause.signal,
          event(event) {
            events.push(event);
            if (event.kind === 'progress' && event.step === PAUSED_AT) pause.abort();
          },
          equipment: there,
        },
      );
      expect(ofKind(events, 'estimate').map(({ backend }) => backend)).toEqual([
        backend.description,
      ]);
      expect(paused).toMatchObject({ ending: 'stopped', steps: PAUSED_AT });

      const half = await loadVoice(asked.out);
      const loss = await lossOf(half, little);
      await createReference(null).activate();
      expect(Math.abs((await lossOf(half, little)) - loss)).toBeLessThan(1e-3);

      const { ending, heldBackNats } = await trainVoice(
        { ...asked, resume: true },
        { signal, event: () => undefined, equipment: there },
      );
      expect(ending).toBe('finished');
      const whole = voices.find(({ card }) => card.config.network.cell === cell)!;
      expect(Math.abs(heldBackNats! - whole.card.metrics.heldBackNats!)).toBeLessThan(1e-3);
    },
  );
});
