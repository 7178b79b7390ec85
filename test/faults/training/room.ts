/** A host's engines with a training that runs and a voice that writes, for failures to be forced upon. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { saveVoice } from '../../../src/main/files/voice-folder.ts';
import { createEngines } from '../../../src/main/host/engines/index.ts';
import { createSuggestions } from '../../../src/main/host/suggestions/index.ts';
import { createTraining } from '../../../src/main/host/training/index.ts';
import type { EngineProcess } from '../../../src/main/host/types.ts';
import {
  defaultChoices,
  defaultSampling,
  type EngineState,
  type TrainingState,
} from '../../../src/shared/api/index.ts';
import { Documents } from '../../helpers/documents.ts';
import { launcher, until } from '../../helpers/engines.ts';
import { randomVoice } from '../../helpers/random-voice.ts';
import { prose } from '../../helpers/understudy.ts';

/** Shorter than the trainer's, or each hang would take a minute; not so short that a slow start is one. */
const HANG = 5000;
/** Longest wait for what a busy computer may take its time over, in milliseconds. */
const PATIENCE = 60_000;

export interface Room {
  engine(role: 'trainer' | 'sampler'): EngineState;
  newest(role: 'trainer' | 'sampler'): EngineProcess;
  training(): TrainingState;
  /** The training makes progress, as far as its state says. */
  runs(): boolean;
  /** A suggestion of so many words, when it is whole. Throws UserError. */
  suggestion(words: number): Promise<string>;
  /** Waits; what does not come in time is told with all that is known. */
  seen(what: string, holds: () => boolean): Promise<void>;
  /** Ends the training; gives whether it ended well. */
  finish(): Promise<boolean>;
  dispose(): void;
}

/** @param root an empty folder, or one of earlier rooms */
export async function openRoom(root: string, name: string): Promise<Room> {
  const voicePath = (voice: string): string => join(root, 'voices', `${voice}.voice`);
  const text = prose(12);
  mkdirSync(join(root, 'voices'), { recursive: true });
  writeFileSync(join(root, 'a.md'), text);
  const voice = randomVoice(text, 'char', { layers: [64, 64], heldBackNats: 3 });
  await saveVoice(voicePath('Writer'), voice.card, voice.weights);

  const { launch, devices, newest } = launcher();
  const log = (): void => undefined;
  let state: TrainingState | null = null;
  const engines = createEngines({
    ...{ launch, devices, log },
    threads: () => 1,
    changed: () => undefined,
    timing: { hangLimit: HANG },
  });
  const documents = new Documents();
  const suggestions = createSuggestions({
    ...{ engines, documents, voicePath, log },
    record: () => Promise.resolve('1'),
    seed: () => 1,
  });
  const training = createTraining({
    ...{ engines, voicePath, log },
    resolve: () => Promise.resolve([join(root, 'a.md')]),
    device: () => 'auto',
    readings: join(root, 'devices.json'),
    memoryLimit: () => 0,
    changed: (next) => (state = next),
    voiceChanged: () => undefined,
  });
  documents.open('a.md', text);
  await training.handlers.startTraining({
    name,
    sources: [{ kind: 'sample' }],
    choices: {
      ...defaultChoices,
      overrides: {
        ...defaultChoices.overrides,
        network: { embedding: 8, layers: [16] },
        training: { batch: 4, window: 16, epochs: 100_000, patience: 0 },
      },
    },
  });

  const now = (): TrainingState => state!;
  const seen: Room['seen'] = async (what, holds) => {
    await until(holds, PATIENCE).catch((cause: unknown) => {
      const { status, progress, notices } = now();
      const told = JSON.stringify([engines.status(), status, progress?.step, notices]);
      throw new Error(`Not seen: ${what}: ${told}`, { cause });
    });
  };
  return {
    engine: (role) => engines.status()[role],
    newest,
    training: now,
    runs: () =>
      engines.status().trainer.kind === 'ready' &&
      now().status.kind === 'running' &&
      now().progress !== null,
    async suggestion(words) {
      const stream = suggestions.handlers.continue(
        {
          path: 'a.md',
          version: documents.get('a.md')!.version,
          at: text.length,
          voice: 'Writer',
          sampling: { ...defaultSampling, length: { kind: 'words', count: words } },
        },
        new AbortController().signal,
      );
      for (;;) {
        const { done, value } = await stream.next();
        if (done) return value.alternatives[0]?.text ?? '';
      }
    },
    seen,
    async finish() {
      // On a fast computer the last failure comes before the first look at the held-back text.
      await seen('a look at the held-back text', () => now().evaluations.length > 0);
      await training.handlers.stopTraining({});
      await seen('an end', () => now().status.kind === 'done');
      return now().evaluations.length > 0;
    },
    dispose() {
      suggestions.dispose();
      engines.dispose();
      devices.dispose();
    },
  };
}
