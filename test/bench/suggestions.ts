/**
 * How long a suggestion takes to begin and to fall silent, in the host with real engines, idle and while a
 * voice is trained: `node test/bench/suggestions.ts [rounds]`. Prints JSON lines; milliseconds.
 */
import { mkdtempSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { saveVoice } from '../../src/main/files/voice-folder.ts';
import { createEngines } from '../../src/main/host/engines/index.ts';
import { createSuggestions } from '../../src/main/host/suggestions/index.ts';
import { createTraining } from '../../src/main/host/training/index.ts';
import { defaultChoices, defaultSampling } from '../../src/shared/api/index.ts';
import { Documents } from '../helpers/documents.ts';
import { launcher, until } from '../helpers/engines.ts';
import { randomVoice } from '../helpers/random-voice.ts';

const manuscript = resolve(import.meta.dirname, '../../resources/sample-manuscript.md');
const rounds = Number(process.argv[2] ?? 40);

/** So many words before the caret. */
const WORDS = 3000;
/** A writer's pause after a key, in which the page has the text read ahead. */
const PAUSE = 300;

const percentile = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
};
const rounded = (value: number): number => Math.round(10 * value) / 10;
const summary = (values: readonly number[]) => ({
  median: rounded(percentile(values, 0.5)),
  p95: rounded(percentile(values, 0.95)),
  max: rounded(Math.max(...values)),
});

const root = mkdtempSync(join(tmpdir(), 'understudy-bench-'));
mkdirSync(join(root, 'voices'));
const voicePath = (name: string): string => join(root, 'voices', `${name}.voice`);
const { launch, devices } = launcher(process.env['UNDERSTUDY_ENGINE']);
const log = (line: string): void => console.error(line);
const engines = createEngines({ launch, devices, threads: () => 0, changed: () => undefined, log });
const documents = new Documents();
const record = (): Promise<string> => Promise.resolve('1');
const options = { engines, voicePath, log };
const suggestions = createSuggestions({ ...options, documents, record, seed: () => 1 });
let step = 0;
const training = createTraining({
  ...options,
  resolve: () => Promise.resolve([manuscript]),
  device: () => 'auto',
  readings: join(root, 'devices.json'),
  memoryLimit: () => 0,
  changed: (state) => (step = state?.progress?.step ?? 0),
  voiceChanged: () => undefined,
});

try {
  const all = readFileSync(manuscript, 'utf8');
  const words = [...all.matchAll(/\S+\s*/g)].slice(0, WORDS + 400);
  // The small preset's size; what it has learnt makes no difference to the time.
  const voice = randomVoice(all, 'char', { layers: [256, 256], embedding: 64 });
  await saveVoice(voicePath('Small'), voice.card, voice.weights);
  documents.open('a.md', words.map(([word]) => word).join(''));

  const continueAt = async (at: number, alternatives: number) => {
    const { version } = documents.get('a.md')!;
    const abort = new AbortController();
    const began = performance.now();
    const sampling = {
      ...defaultSampling,
      alternatives,
      length: { kind: 'words', count: 400 } as const,
      repetition: 'off' as const,
    };
    const request = { path: 'a.md', version, at, voice: 'Small', sampling };
    const stream = suggestions.handlers.continue(request, abort.signal);
    await stream.next();
    const first = performance.now() - began;
    await wait(120);
    abort.abort();
    const stopped = performance.now();
    while (!(await stream.next()).done);
    return { first, silence: performance.now() - stopped };
  };

  const bench = async (what: string, alternatives: number): Promise<void> => {
    const times: { first: number; silence: number }[] = [];
    let at = words.slice(0, WORDS).reduce((n, [word]) => n + word.length, 0);
    await engines.sampler.call('readAhead', {
      ...{ id: 'a.md', version: documents.get('a.md')!.version, at, voice: voicePath('Small') },
    });
    for (let i = 0; i < rounds; i++) {
      // A few words are typed, in a paragraph of their own or in the one before; then a pause.
      const insert = i % 5 === 4 ? '\n\nThe ' : ' the grey sea';
      documents.edit('a.md', { from: at, to: at, insert });
      at += insert.length;
      await suggestions.handlers.typing({});
      const { version } = documents.get('a.md')!;
      await suggestions.handlers.readAhead({ path: 'a.md', version, at, voice: 'Small' });
      await wait(PAUSE);
      times.push(await continueAt(at, alternatives));
    }
    console.log(
      JSON.stringify({
        what,
        alternatives,
        first: summary(times.map(({ first }) => first)),
        silence: summary(times.map(({ silence }) => silence)),
      }),
    );
  };

  // Without anything read before: the whole of it is read.
  const cold = await continueAt(15_000, 1);
  console.log(JSON.stringify({ what: 'cold, 15,000 characters', first: rounded(cold.first) }));
  await bench('idle', 1);
  await bench('idle', 3);
  const { startTraining } = training.handlers;
  await startTraining({ name: 'New', sources: [{ kind: 'sample' }], choices: defaultChoices });
  await until(() => step > 2, 60_000);
  await bench('training', 1);
  await bench('training', 3);
  const before = step;
  await wait(3000);
  console.log(JSON.stringify({ what: 'steps of training in 3 s after it', steps: step - before }));
} finally {
  await training.dispose();
  suggestions.dispose();
  engines.dispose();
  rmSync(root, { recursive: true, force: true });
}
