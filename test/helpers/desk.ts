import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import {
  createEngines,
  type Engines,
  type EnginesOptions,
} from '../../src/main/host/engines/index.ts';
import { createSuggestions, type Suggestions } from '../../src/main/host/suggestions/index.ts';
import { createTraining, type Training } from '../../src/main/host/training/index.ts';
import type { HistoryEntry, TrainingState } from '../../src/shared/api/index.ts';
import type { DeviceChoice } from '../../src/shared/devices.ts';
import { UserError } from '../../src/shared/errors.ts';
import { Documents } from './documents.ts';
import { engineProgram, launcher, type Launched } from './engines.ts';
import { temporaryFolder } from './understudy.ts';

type Recorded = Omit<HistoryEntry, 'id' | 'at' | 'accepted'>;

export interface Desk extends Launched {
  readonly engines: Engines;
  readonly training: Training;
  readonly suggestions: Suggestions;
  readonly documents: Documents;
  readonly recorded: Recorded[];
  readonly states: TrainingState[];
  readonly changedVoices: string[];
  voice(name: string): string;
  /** A file that `{ kind: 'library', path: name }` stands for. */
  write(name: string, text: string): string;
  remove(name: string): void;
}

export interface DeskOptions {
  readonly root?: string;
  readonly timing?: EnginesOptions['timing'];
  readonly device?: DeviceChoice;
  /** Of the engine processes. */
  readonly program?: string;
}

/** Engines, training and suggestions as the host has them, in a folder of their own; without a page. */
export function desk({
  root = '',
  timing = {},
  device = 'auto',
  program = engineProgram,
}: DeskOptions = {}): Desk {
  const launched = launcher(program);
  const folder = root || temporary();
  mkdirSync(join(folder, 'library'), { recursive: true });
  mkdirSync(join(folder, 'voices'), { recursive: true });
  const log = (line: string): void => void launched.lines.push(line);
  const engines = createEngines({
    launch: launched.launch,
    devices: launched.devices,
    threads: () => 1,
    changed: () => undefined,
    log,
    timing,
  });
  const documents = new Documents();
  const recorded: Recorded[] = [];
  const states: TrainingState[] = [];
  const changedVoices: string[] = [];
  const removed = new Set<string>();
  const voice = (name: string): string => join(folder, 'voices', `${name}.voice`);
  const place = (name: string): string => join(folder, 'library', name);
  let seed = 0;
  const suggestions = createSuggestions({
    engines,
    documents,
    voicePath: voice,
    record(entry) {
      recorded.push(entry);
      return Promise.resolve(String(recorded.length));
    },
    seed: () => ++seed,
    log,
  });
  const training = createTraining({
    engines,
    voicePath: voice,
    resolve: (sources) =>
      Promise.resolve().then(() =>
        sources.map((source) => {
          if (source.kind === 'library' && !removed.has(source.path)) return place(source.path);
          throw new UserError('text.missing', 'A text is gone; choose it again.');
        }),
      ),
    device: () => device,
    readings: join(folder, 'devices.json'),
    memoryLimit: () => 0,
    changed: (state) => void (state && states.push(state)),
    voiceChanged(name) {
      changedVoices.push(name);
      suggestions.forgetVoice(name);
    },
    log,
  });
  onTestFinished(async () => {
    await training.dispose();
    suggestions.dispose();
    engines.dispose();
    launched.devices.dispose();
  });
  return {
    ...launched,
    ...{ engines, training, suggestions, documents, recorded, states, changedVoices, voice },
    write(name, text) {
      writeFileSync(place(name), text);
      return place(name);
    },
    remove(name) {
      removed.add(name);
      rmSync(place(name));
    },
  };
}

function temporary(): string {
  const folder = temporaryFolder();
  // After the engines: what they write is in it.
  onTestFinished(() => folder[Symbol.dispose]());
  return folder.path;
}
