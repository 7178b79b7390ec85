import fs from 'node:fs/promises';
import { join } from 'node:path';
import { isUserError } from '../../../src/shared/errors.ts';
import { defaultText, type UnitsKind } from '../../../src/shared/config.ts';
import { continueText } from '../../../src/main/engine/continue-text.ts';
import { fromCheckpoint } from '../../../src/main/engine/snapshots.ts';
import { findSources, sourceOf } from '../../../src/main/engine/sources.ts';
import { trainVoice, type TrainRequest } from '../../../src/main/engine/train-voice.ts';
import { exportVoice, importVoice } from '../../../src/main/files/archive.ts';
import { loadLatestCheckpoint } from '../../../src/main/files/checkpoints.ts';
import { loadVoice, readCard } from '../../../src/main/files/voice-folder.ts';
import { buildCorpus, unitsFromJSON } from '../../../src/main/lm/text/index.ts';
import { parseCard } from '../../../src/main/lm/voice/card.ts';
import { decodeSafetensors } from '../../../src/main/lm/voice/safetensors.ts';
import { prose } from '../../helpers/understudy.ts';
import { dice } from '../../helpers/dice.ts';
import {
  lyingSafetensors,
  mutated,
  parts,
  pick,
  randomManuscript,
  randomText,
  safetensors,
  sha256,
  spoiled,
  type Roll,
} from './inputs.ts';

/** A case that ended in anything but success or a clear error for the writer. */
export interface Finding {
  /** With the seed it repeats this case alone. */
  readonly number: number;
  readonly what: string;
  readonly why: string;
}

export interface Fuzzed {
  readonly findings: readonly Finding[];
  /** Cases that were refused, by code; '' counts what was accepted. */
  readonly outcomes: ReadonlyMap<string, number>;
}

/** Slowest case that is no hang, in milliseconds, and most memory that one may add, in bytes. */
const PATIENCE = 10_000;
const GREED = 400e6;

/** What is wrong with an error, or null: one clear sentence for the writer is what it should be. */
function complaintOf(error: unknown): string | null {
  if (!isUserError(error))
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  const { message } = error;
  // What was found may be quoted, and a setting may be NaN.
  const own = message.replace(/"[^"]*"|received \w+| is NaN;/g, '');
  const odd = /undefined|\bnull\b|NaN|\[object|Error:|\n/.exec(own)?.[0];
  if (odd !== undefined) return `The sentence says ${odd}: ${message}`;
  return /^\S.*[.)]$/s.test(message) && message.length < 900 ? null : `No sentence: ${message}`;
}

const never = new AbortController().signal;

/** Voices to spoil: one of each kind of units and cell, stopped in training. */
const models = [
  { units: 'char', cell: 'lstm' },
  { units: 'word', cell: 'gru' },
  { units: 'subword', cell: 'lstm' },
] as const;

const requestFor = (
  folder: string,
  out: string,
  units: UnitsKind,
  cell: 'lstm' | 'gru',
): TrainRequest => ({
  files: [join(folder, 'pages.txt')],
  out,
  resume: false,
  range: null,
  preset: 'small',
  units,
  cell,
  overrides: {
    text: {},
    units: { vocabularyLimit: 300 },
    network: { layers: [12], embedding: 8, projection: 8, tied: units === 'word' },
    training: { batch: 4, window: 16, epochs: 50, patience: 0 },
  },
  threads: 1,
});

/** Trains until `steps` steps are taken. */
async function trainFor(steps: number, request: TrainRequest): Promise<void> {
  const controller = new AbortController();
  await trainVoice(request, {
    signal: controller.signal,
    event: (event) => {
      if (event.kind === 'progress' && --steps <= 0) controller.abort();
    },
  });
}

interface Model {
  readonly request: TrainRequest;
  /** The files of the voice by path within it. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly archive: Uint8Array;
}

async function prepare(folder: string): Promise<Model[]> {
  await fs.writeFile(join(folder, 'pages.txt'), prose(10));
  const made: Model[] = [];
  for (const { units, cell } of models) {
    const out = join(folder, `${units}.voice`);
    const request = requestFor(folder, out, units, cell);
    await trainFor(4, request);
    const files = new Map<string, Uint8Array>();
    for (const entry of await fs.readdir(out, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      files.set(path.slice(out.length + 1), await fs.readFile(path));
    }
    const zip = join(folder, `${units}.zip`);
    await exportVoice(out, zip);
    made.push({ request, files, archive: await fs.readFile(zip) });
  }
  return made;
}

/** A few words in the voice; what comes must be text. */
async function speak(voice: string, prompt: string, settings: object = {}): Promise<void> {
  const request = { voice, prompt, creativity: 50, threads: 1 };
  const short = { maxTokens: 12, ...settings };
  for await (const event of continueText({ ...request, settings: short }, { signal: never })) {
    if (typeof event.text !== 'string' || event.text.includes('undefined')) {
      throw new Error(`It wrote ${event.text}`);
    }
  }
}

const WEIGHTS = 'weights.safetensors';

/** A voice whose card was changed and sealed again: only its meaning tells that it is wrong. */
function resealed(weights: Uint8Array, roll: Roll): Uint8Array {
  const { header, values } = parts(weights);
  const { card: text } = header['__metadata__'] as { card: string };
  const card = JSON.parse(text) as Record<string, unknown>;
  delete card['checksum'];
  const changed = mutated(card, roll);
  const sealed = { ...changed, checksum: sha256(JSON.stringify(changed)) };
  const metadata = { format: 'pt', card: JSON.stringify(sealed) };
  return safetensors({ ...header, __metadata__: metadata }, values);
}

/** A checkpoint's manifest, likewise. */
function resealedManifest(bytes: Uint8Array, roll: Roll): Uint8Array {
  const text = new TextDecoder().decode(bytes);
  const json = text.slice(text.indexOf('\n') + 1, -1);
  const changed =
    roll(10) === 0
      ? pick(roll, ['', 'null', '[', '1', '{}'])
      : JSON.stringify(mutated(JSON.parse(json), roll));
  return Buffer.from(`${sha256(changed)}\n${changed}\n`);
}

type Target = (roll: Roll, model: Model, folder: string) => Promise<void>;

/** Writes a voice with one of its files changed by `change`, and hands it to `use`. */
async function withVoice(
  model: Model,
  folder: string,
  change: (path: string, bytes: Uint8Array) => Uint8Array | null,
  use: (voice: string) => Promise<void>,
): Promise<void> {
  const voice = join(folder, 'spoiled.voice');
  await fs.rm(voice, { recursive: true, force: true });
  for (const [path, bytes] of model.files) {
    const changed = change(path, bytes);
    if (!changed) continue;
    await fs.mkdir(join(voice, path, '..'), { recursive: true });
    await fs.writeFile(join(voice, path), changed);
  }
  await use(voice);
}

/** Goes on with a voice for a step. The pages are there, so only the voice can be wrong. */
const resume = (model: Model, voice: string): Promise<void> =>
  trainFor(1, { ...model.request, out: voice, resume: true });

const targets: Readonly<Record<string, Target>> = {
  async 'a file of a voice'(roll, model, folder) {
    const name = pick(roll, [...model.files.keys()]);
    const gone = roll(12) === 0;
    const change = (path: string, bytes: Uint8Array): Uint8Array | null =>
      path !== name ? bytes : gone ? null : spoiled(bytes, roll);
    await withVoice(model, folder, change, async (voice) => {
      const use = pick(roll, [readCard, loadVoice, (path: string) => speak(path, 'The sea')]);
      if (name.startsWith('checkpoints') || roll(20) === 0) await resume(model, voice);
      else await use(voice);
    });
  },
  async 'a card sealed again'(roll, model, folder) {
    const change = (path: string, bytes: Uint8Array): Uint8Array =>
      path === WEIGHTS ? resealed(bytes, roll) : bytes;
    await withVoice(model, folder, change, (voice) => speak(voice, 'The sea was'));
  },
  async 'a checkpoint sealed again'(roll, model, folder) {
    const change = (path: string, bytes: Uint8Array): Uint8Array =>
      path.endsWith('manifest.json') ? resealedManifest(bytes, roll) : bytes;
    await withVoice(model, folder, change, async (voice) => {
      const found = await loadLatestCheckpoint(voice);
      if (found) fromCheckpoint(found);
      if (roll(4) === 0) await resume(model, voice);
    });
  },
  'a model card': async (roll, { files }) => {
    const json = new TextDecoder().decode(files.get('voice.json'));
    const changed =
      roll(3) === 0
        ? new TextDecoder().decode(spoiled(Buffer.from(json), roll))
        : JSON.stringify(mutated(JSON.parse(json), roll));
    const { units } = parseCard(changed, 'voice.json');
    const read = unitsFromJSON(units, 'voice.json');
    read.decode(read.encode('The sea was grey.'));
    return Promise.resolve();
  },
  'a vocabulary': (roll, { files }) => {
    const { units } = JSON.parse(new TextDecoder().decode(files.get('voice.json'))) as {
      units: unknown;
    };
    const read = unitsFromJSON(mutated(units, roll), 'voice.json');
    read.decode(read.encode(randomText(roll, 200)));
    return Promise.resolve();
  },
  'a safetensors file': (roll, { files }) => {
    const bytes = files.get(WEIGHTS)!;
    const changed = roll(2) === 0 ? spoiled(bytes, roll) : lyingSafetensors(bytes, roll);
    decodeSafetensors(changed, WEIGHTS);
    return Promise.resolve();
  },
  async 'lying weights of a voice'(roll, model, folder) {
    const change = (path: string, bytes: Uint8Array): Uint8Array =>
      path === WEIGHTS ? lyingSafetensors(bytes, roll) : bytes;
    await withVoice(model, folder, change, async (voice) => {
      await readCard(voice);
      await loadVoice(voice);
    });
  },
  async 'an archive'(roll, { archive }, folder) {
    const zip = join(folder, 'spoiled.zip');
    const voice = join(folder, 'imported.voice');
    await fs.writeFile(zip, spoiled(archive, roll));
    await fs.rm(voice, { recursive: true, force: true });
    await importVoice(zip, voice);
    await loadVoice(voice);
  },
  async 'a manuscript'(roll, _, folder) {
    const file = join(folder, 'manuscript.txt');
    await fs.writeFile(file, randomManuscript(roll));
    const files = await findSources(
      [file],
      roll(5) === 0 ? { from: roll(50), to: 40 + roll(900) } : null,
    );
    const text = {
      ...defaultText,
      joinLines: roll(2) === 0,
      nfc: roll(2) === 0,
      lowerCase: roll(3) === 0,
      stripPunctuation: roll(3) === 0,
    };
    const kind = pick(roll, ['char', 'word', 'subword'] as const);
    const limits = { kind, vocabularyLimit: 2 + roll(600), minimumCount: 1 + roll(3) };
    const { units, train } = await buildCorpus(sourceOf(files, null), text, limits);
    units.decode(train.ids.subarray(0, 500));
  },
  async 'a prompt'(roll, { request: { out } }) {
    const prompt = randomText(roll, pick(roll, [0, 1, 3, 40, 400, 4000]));
    await speak(out, prompt, {
      seed: roll(1000),
      alternatives: 1 + roll(3),
      greedy: roll(4) === 0,
    });
  },
  async 'settings of sampling'(roll, { request: { out } }) {
    const names = [
      'temperature',
      'topK',
      'topP',
      'minP',
      'typical',
      'seed',
      'alternatives',
      'maxTokens',
    ];
    const values = [NaN, Infinity, -1, 0, 0.001, 0.01, 0.5, 1, 2, 10, 2 ** 32, 1e9, -0];
    const settings = Object.fromEntries(
      Array.from({ length: 1 + roll(3) }, () => [pick(roll, names), pick(roll, values)]),
    );
    const stopTexts = roll(3) === 0 ? [randomText(roll, roll(4))] : [];
    await speak(out, 'The sea was', { maxTokens: 12, stopTexts, ...settings });
  },
};

/**
 * Throws `cases` spoiled voices, cards, checkpoints, archives, manuscripts and prompts at the program, in
 * this process. Case i of a seed is always the same.
 *
 * @param told called before each case
 */
export async function fuzz(options: {
  readonly folder: string;
  readonly seed: number;
  readonly cases: number;
  /** First case; the seed and its number repeat a finding. */
  readonly from?: number;
  readonly told?: (number: number, what: string) => void;
}): Promise<Fuzzed> {
  const { folder, seed, cases, from = 0 } = options;
  const findings: Finding[] = [];
  const outcomes = new Map<string, number>();
  const all = await prepare(folder);
  const names = Object.keys(targets);
  for (let number = from; number < from + cases; number++) {
    const roll = dice(Math.imul(seed, 0x9e3779b1) + number);
    for (let i = 0; i < 3; i++) roll(2);
    const what = names[number % names.length]!;
    options.told?.(number, what);
    const began = performance.now();
    const before = process.resourceUsage().maxRSS;
    let outcome = '';
    let why: string | null = null;
    try {
      await targets[what]!(roll, pick(roll, all), folder);
    } catch (error) {
      why = complaintOf(error);
      outcome = isUserError(error) ? error.code : 'crash';
    }
    const milliseconds = performance.now() - began;
    const grown = 1024 * (process.resourceUsage().maxRSS - before);
    if (milliseconds > PATIENCE) why ??= `It took ${Math.round(milliseconds)} ms`;
    if (grown > GREED) why ??= `It took ${Math.round(grown / 1e6)} MB`;
    if (why !== null) findings.push({ number, what, why });
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }
  return { findings, outcomes };
}
