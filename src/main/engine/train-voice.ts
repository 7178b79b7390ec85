import type { VoiceConfig } from '../../shared/config.ts';
import type { DeviceChoice } from '../../shared/devices.ts';
import { UserError } from '../../shared/errors.ts';
import type { TrainingPrecision } from '../backends/backend.ts';
import { assertMayBeThere } from '../backends/choose.ts';
import { loadLatestCheckpoint, removeCheckpoints } from '../files/checkpoints.ts';
import { lockVoice } from '../files/lock.ts';
import { loadSamples } from '../files/samples-file.ts';
import { assertFree, loadVoice, removeLeftovers } from '../files/voice-folder.ts';
import { createNetwork, initialWeights } from '../lm/nn/network.ts';
import { parameterCount } from '../lm/nn/weights.ts';
import { createRandom } from '../lm/random.ts';
import { buildCorpus, type Corpus, type Units } from '../lm/text/index.ts';
import {
  checkConfig,
  estimateMemory,
  measure,
  planText,
  planVoice,
  train,
  type Choices,
  type Ending,
  type Snapshot,
} from '../lm/training/index.ts';
import { equipmentHere, onDevice, speedsOf, stepShapeOf, type Chosen } from './devices/index.ts';
import { Keeper, type TrainJob } from './keeper.ts';
import { fromCheckpoint, type Origin } from './snapshots.ts';
import { findSources, sourceOf, type Range, type SourceFile } from './sources.ts';
import { computer, type System } from './system.ts';

export type { TrainJob };

export interface TrainRequest extends Choices {
  /** Files and folders. */
  readonly files: readonly string[];
  /** Folder of the voice. */
  readonly out: string;
  /** Go on from the last checkpoint, with the choices made when it began. */
  readonly resume: boolean;
  /** Keep only this part of each file. */
  readonly range: Range | null;
  /** `auto` unless it is named. */
  readonly device?: DeviceChoice | undefined;
  readonly threads?: number | undefined;
  /** `auto` unless it is named. */
  readonly precision?: TrainingPrecision | undefined;
}

export interface TrainResult {
  readonly ending: Ending;
  readonly steps: number;
  readonly seconds: number;
  /** Of the best weights, which are the voice; null when it was stopped before the first evaluation. */
  readonly heldBackNats: number | null;
  readonly bitsPerCharacter: number | null;
}

/**
 * Trains a voice from files into a folder. From before the first step on the folder holds a voice that
 * loads, and later the best so far; checkpoints beside it let a later call go on exactly. When the signal
 * stops it, it finishes its step, saves and gives `stopped`. When a GPU is lost, it goes on on the processor
 * from what was kept last.
 *
 * @throws UserError
 */
export async function trainVoice(request: TrainRequest, job: TrainJob): Promise<TrainResult> {
  const { out } = request;
  if (!request.resume) await assertFree(out, false);
  const system = job.system ?? computer;
  const { device = 'auto', threads, precision = 'auto' } = request;
  const equipment = job.equipment ?? equipmentHere(null, null);
  if (device !== 'auto') assertMayBeThere(device, equipment.devices);
  job.event({ kind: 'stage', stage: 'reading' });
  const checkpoint = request.resume ? await loadLatestCheckpoint(out) : null;
  if (request.resume && !checkpoint) return finishedBefore(out, job);
  for (const text of checkpoint?.passedOver ?? []) job.event({ kind: 'notice', text });
  const resumed = checkpoint && fromCheckpoint(checkpoint);

  const range = resumed ? sameRange(resumed.origin, request.range) : request.range;
  const found = await findSources(request.files, range);
  const files = resumed ? sameFiles(resumed.origin, found, out) : found;
  const { corpus, config, saved } = resumed
    ? await readAgain(resumed.origin, files, out, system)
    : await readFirst(request, files, range, system);
  report(corpus, files, job);

  const memory = memoryFor(config, corpus, system);
  const { shape, charactersPerStep } = stepShapeOf(config, corpus);
  const tell = (text: string): void => job.event({ kind: 'notice', text });
  /** Where to go on; null to begin. */
  let latest = resumed?.snapshot ?? null;

  const sitting = async ({ device, backend, readings }: Chosen): Promise<TrainResult> => {
    if (resumed && latest === resumed.snapshot && resumed.origin.backend !== backend.description) {
      tell(
        `Training began on ${resumed.origin.backend}; here the last digits of its numbers may differ.`,
      );
    }
    const release = await lockVoice(out);
    const weights =
      latest?.weights ?? initialWeights(config.network, createRandom(config.training.seed));
    const network = createNetwork(config.network, weights);
    try {
      await removeLeftovers(out);
      const measured = await measure(network, corpus, config.training, system.now);
      job.event({
        kind: 'estimate',
        device,
        backend: backend.description,
        speeds: speedsOf(readings, charactersPerStep),
        parameters: parameterCount(config.network),
        seconds: measured.seconds,
        charactersPerSecond: measured.charactersPerSecond,
        memoryBytes: memory,
      });
      const origin: Origin = {
        config,
        files: files.map(({ name, sha256 }) => ({ name, sha256 })),
        range,
        backend: backend.description,
      };
      // Where the newest checkpoint is damaged it goes on from an older one, and writes later ones anew.
      const from = latest?.progress.step;
      const samples =
        from === undefined ? [] : (await loadSamples(out)).filter(({ step }) => step <= from);
      const keeper = new Keeper({
        ...{ out, origin, corpus, files, measured, samples, backend, system, job },
      });
      // Checkpoints of a run that never came to a voice.
      if (!latest) await removeCheckpoints(out);
      // Killed between its first checkpoint and its first save, it left none.
      else if (!saved) await keeper.keep(latest, false);
      const { ending, snapshot } = await train(network, corpus, {
        config: config.training,
        resume: latest,
        samples,
        evaluation: measured.evaluation,
        signal: job.signal,
        now: system.now,
        yieldNow: () => system.pause(backend),
        event: job.event,
        async checkpoint(snapshot: Snapshot, last: boolean) {
          // The processor is not lost, and snapshots are large.
          if (device !== 'cpu') latest = snapshot;
          await keeper.keep(snapshot, last);
        },
      });
      // Only a run that was cut short has something to go on from.
      if (ending !== 'stopped') await removeCheckpoints(out);
      job.event({ kind: 'stage', stage: 'done' });
      return {
        ending,
        steps: snapshot.progress.step,
        seconds: snapshot.progress.seconds,
        heldBackNats: snapshot.best?.heldBackLoss ?? null,
        bitsPerCharacter: snapshot.best?.bitsPerCharacter ?? null,
      };
    } finally {
      network.dispose();
      await release();
    }
  };
  job.event({ kind: 'stage', stage: 'measuring' });
  return onDevice(
    equipment,
    { device, threads, precision, shape },
    { tell, signal: job.signal },
    sitting,
  );
}

/** A voice without checkpoints was trained to its end, or never begun, which `loadVoice` says. */
async function finishedBefore(out: string, job: TrainJob): Promise<TrainResult> {
  const { metrics } = (await loadVoice(out)).card;
  job.event({ kind: 'notice', text: `${out} was trained to its end before; nothing was changed.` });
  job.event({ kind: 'stage', stage: 'done' });
  const { steps, seconds, heldBackNats, bitsPerCharacter } = metrics;
  return { ending: 'finished', steps, seconds, heldBackNats, bitsPerCharacter };
}

/** The corpus of files, and a voice's config that fits it. Throws UserError. */
interface Read {
  readonly corpus: Corpus;
  readonly config: VoiceConfig;
  /** Whether the folder holds a voice of this run. */
  readonly saved: boolean;
}

export async function readFirst(
  request: Choices,
  files: readonly SourceFile[],
  range: Range | null,
  { pause }: System,
): Promise<Read> {
  const characters = files.reduce((sum, file) => sum + file.characters, 0);
  const plan = planText(request, characters);
  const corpus = await buildCorpus(sourceOf(files, range), plan.text, plan.units, pause);
  const config = planVoice(request, plan, {
    vocabulary: corpus.units.size,
    tokens: corpus.train.ids.length,
  });
  if (corpus.heldBack.ids.length < 2) {
    throw new UserError(
      'config.invalid',
      'No text is held back, so nothing would tell how well the voice does; hold back at least a hundredth.',
    );
  }
  return { corpus, config, saved: false };
}

async function readAgain(
  { config, range }: Origin,
  files: readonly SourceFile[],
  out: string,
  { pause }: System,
): Promise<Read> {
  checkConfig(config);
  let units: Units | null = null;
  try {
    ({ units } = await loadVoice(out));
  } catch (error) {
    // Killed before its first save: the same text gives the same units again.
    if (!(error instanceof UserError && error.code === 'voice.missing')) throw error;
  }
  const corpus = await buildCorpus(
    sourceOf(files, range),
    config.text,
    units ?? config.units,
    pause,
  );
  return { corpus, config, saved: units !== null };
}

function sameRange({ range }: Origin, asked: Range | null): Range | null {
  if (asked && (asked.from !== range?.from || asked.to !== range.to)) {
    const began = range ? `${range.from}-${range.to ?? ''}` : 'whole files';
    throw new UserError(
      'config.invalid',
      `Training began with ${began} and cannot go on with another range; leave it out to go on.`,
    );
  }
  return range;
}

/** The files a run began with, in the order they had then, wherever they are now. */
function sameFiles(origin: Origin, found: readonly SourceFile[], out: string): SourceFile[] {
  const left = [...found];
  const files = origin.files.map(({ name, sha256 }) => {
    const at = left.findIndex((file) => file.sha256 === sha256);
    const [file] = at < 0 ? [] : left.splice(at, 1);
    if (file) return file;
    throw new UserError(
      'training.interrupted',
      `${name} is missing or has changed since the training of ${out} began; bring back the text it had then, ` +
        'or train a new voice under another name.',
    );
  });
  if (left[0]) {
    throw new UserError(
      'training.interrupted',
      `${left[0].path} was not there when the training of ${out} began; leave it out, ` +
        'or train a new voice under another name.',
    );
  }
  return files;
}

function report(corpus: Corpus, files: readonly SourceFile[], { event }: TrainJob): void {
  const { words, characters, unknown, documents } = corpus.report;
  event({
    kind: 'report',
    files: files.length,
    words,
    characters,
    unknown,
    vocabulary: corpus.units.size,
    documents: documents.map((document, i) => ({
      ...document,
      encoding: files[i]?.encoding ?? 'utf-8',
      changes: { ...document.changes },
      dropped: files[i]?.dropped ?? [],
    })),
  });
}

/** Bytes the whole process will take. Throws UserError `memory.too-small`. */
export function memoryFor(config: VoiceConfig, corpus: Corpus, system: System): number {
  const tokens = corpus.train.ids.byteLength + corpus.heldBack.ids.byteLength;
  const { training, total } = estimateMemory(config.network, config.training, tokens);
  const available = system.availableMemory();
  // Program and tokens are in memory already.
  if (training <= available) return total;
  const mb = (bytes: number): string => `${Math.ceil(bytes / 1e6).toLocaleString('en-US')} MB`;
  throw new UserError(
    'memory.too-small',
    `Training would need another ${mb(training)} of memory and ${mb(available)} are free; ` +
      'choose a smaller preset, smaller layers or a smaller batch, or close other programs.',
  );
}
