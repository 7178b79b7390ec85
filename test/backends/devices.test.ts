/** A voice is the same on every device: it is read to the same loss, and writes the same text again. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createReference } from '../../src/main/backends/reference/index.ts';
import type { Backend } from '../../src/main/backends/backend.ts';
import { trainVoice } from '../../src/main/engine/train-voice.ts';
import { loadVoice, type LoadedVoice } from '../../src/main/files/voice-folder.ts';
import { generate, settingsFor } from '../../src/main/lm/generation/index.ts';
import { createNetwork } from '../../src/main/lm/nn/network.ts';
import { readHeldBack } from '../../src/main/lm/training/index.ts';
import { onEachBackend } from '../helpers/backends.ts';
import { fakeDevices } from '../helpers/fake-devices.ts';
import { Readings } from '../../src/main/engine/devices/index.ts';
import { prose, temporaryFolder, type Folder } from '../helpers/understudy.ts';

const unread = prose(14).slice(-4000);
const signal = new AbortController().signal;
let folder: Folder;
const voices: LoadedVoice[] = [];
/** Of the first backend, the reference. */
const losses: number[] = [];

beforeAll(async () => {
  folder = temporaryFolder();
  for (const cell of ['lstm', 'gru'] as const) {
    const out = join(folder.path, `${cell}.voice`);
    await trainVoice(
      {
        files: [folder.write('a.txt', prose(10))],
        ...{ out, cell, resume: false, range: null, preset: 'small', units: null },
        device: 'cpu',
        overrides: {
          text: {},
          units: {},
          network: { layers: [24, 16], embedding: 8 },
          training: { batch: 4, window: 20, epochs: 3, patience: 0 },
        },
      },
      {
        signal,
        event: () => undefined,
        equipment: {
          devices: fakeDevices({ cpu: {} }),
          gauge: null,
          readings: new Readings(null),
          patience: 0,
        },
      },
    );
    voices.push(await loadVoice(out));
  }
});
afterAll(() => folder[Symbol.dispose]());

/** Nats per token, read by the network that trains. */
async function lossOf({ card, units, weights }: LoadedVoice): Promise<number> {
  const network = createNetwork(card.config.network, weights);
  try {
    const options = { signal, yieldNow: () => Promise.resolve(), limit: 1 << 20 };
    const reading = await readHeldBack(network, Int32Array.from(units.encode(unread)), options);
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
