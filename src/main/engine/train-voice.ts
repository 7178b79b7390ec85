import { basename } from 'node:path';
import type { TrainingConfig, VoiceConfig } from '../../shared/config.ts';
import { UserError } from '../../shared/errors.ts';
import type { TrainingEvent } from '../../shared/events.ts';
import type { Backend } from '../backends/backend.ts';
import { chooseBackend } from '../backends/choose.ts';
import {
  loadLatestCheckpoint,
  removeCheckpoints,
  saveCheckpoint,
  type Checkpoint,
} from '../files/checkpoints.ts';
import { lockVoice } from '../files/lock.ts';
import { findManuscripts, readManuscript } from '../files/manuscripts.ts';
import { assertFree, loadVoice, removeLeftovers, saveVoice } from '../files/voice-folder.ts';
import { generate, settingsFor } from '../lm/generation/index.ts';
import { createNetwork, disposeState, initialWeights, zeroState, type Network } from '../lm/nn/network.ts';
import { AdamW } from '../lm/nn/optimiser.ts';
import { trainStep } from '../lm/nn/step.ts';
import { parameterCount } from '../lm/nn/weights.ts';
import { createRandom } from '../lm/random.ts';
import { Columns } from '../lm/text/batches.ts';
import { buildCorpus, type Corpus, type Document } from '../lm/text/corpus.ts';
import { fitTemperature } from '../lm/training/evaluation.ts';
import { train, type Ending, type Snapshot } from '../lm/training/loop.ts';
import { planVoice, type Choices } from '../lm/training/plan.ts';
import { FORMAT, KIND, type VoiceCard } from '../lm/voice/card.ts';
import { fromCheckpoint, toCheckpoint } from './snapshots.ts';
import { appVersion, availableMemory, now, yieldNow } from './system.ts';

export interface TrainRequest extends Choices {
  /** Files and folders. */
  readonly files: readonly string[];
  /** Folder of the voice. */
  readonly out: string;
  /** Go on from the last checkpoint. */
  readonly resume: boolean;
  /** Keep only this part of each file, in characters. */
  readonly range: { readonly from: number; readonly to: number | null } | null;
  readonly threads?: number | undefined;
}

export interface TrainResult {
  readonly ending: Ending;
  readonly steps: number;
  readonly seconds: number;
  readonly heldBackNats: number | null;
  readonly bitsPerCharacter: number | null;
}

interface Running {
  readonly signal: AbortSignal;
  event(event: TrainingEvent): void;
}

type Trained = VoiceCard['trainedOn'][number];

async function readFiles(request: TrainRequest): Promise<{
  paths: string[];
  read: (path: string) => Promise<Document>;
  trainedOn: Trained[];
  characters: number;
}> {
  const paths = await findManuscripts(request.files);
  const trainedOn: Trained[] = [];
  let characters = 0;
  const { range } = request;
  const read = async (path: string): Promise<Document> => {
    const { text } = await readManuscript(path);
    return { name: path, text: range ? text.slice(range.from, range.to ?? undefined) : text };
  };
  for (const path of paths) {
    const { text, sha256 } = await readManuscript(path);
    characters += text.length;
    trainedOn.push({ name: basename(path), sha256, words: 0, characters: text.length });
  }
  return { paths, read, trainedOn, characters };
}

/** Bytes a run needs: tokens, weights with optimiser and packed copies, and a window's activations. */
export function memoryEstimate(config: VoiceConfig, tokens: number): number {
  const { network, training } = config;
  const gates = network.cell === 'lstm' ? 4 : 3;
  const perToken = network.layers.reduce(
    (n, hidden) => n + hidden * (3 * gates + 8),
    4 * network.embedding,
  );
  const weights = parameterCount(network) * 4;
  const tokenBytes = network.vocabulary <= 256 ? 1 : network.vocabulary <= 65_536 ? 2 : 4;
  // Weights, gradients, two moments, packed panels, the best and the last good copies.
  return (
    120e6 + 9 * weights + training.batch * training.window * perToken * 4 + tokens * tokenBytes * 2
  );
}

function assertMemory(bytes: number): void {
  const available = availableMemory();
  if (bytes <= available) return;
  const mb = (n: number): string => `${Math.ceil(n / 1e6)} MB`;
  throw new UserError(
    'memory.too-small',
    `Training would need about ${mb(bytes)} of memory and ${mb(available)} are free; choose a smaller --preset, --layers or --batch.`,
  );
}

/** Seconds of one step, measured on throw-away weights. */
async function measureStep(
  network: Network,
  corpus: Corpus,
  training: TrainingConfig,
): Promise<{ seconds: number; characters: number; steps: number }> {
  const columns = new Columns(corpus.train.ids, training.batch, training.window);
  const batch = columns.createBatch();
  const optimiser = new AdamW(network, training);
  let state = zeroState(network.config, columns.batch);
  const times: number[] = [];
  for (let k = 0; k < 4; k++) {
    columns.fill(k % columns.windows, batch);
    const before = now();
    // A rate of zero leaves the weights as they are.
    ({ state } = trainStep(network, optimiser, batch, state, {
      rate: 0,
      clip: training.clip,
      dropout: { in: 0, between: 0, out: 0, weightDrop: 0, seed: k },
    }));
    times.push((now() - before) / 1000);
    await yieldNow();
  }
  disposeState(state);
  optimiser.dispose();
  return {
    seconds: Math.min(...times.slice(1)),
    characters:
      (columns.batch * columns.window * corpus.train.characters) / corpus.train.ids.length,
    steps: columns.windows,
  };
}

/** The same prompt and seed at three temperatures, so that checkpoints compare. */
async function samples(
  backend: Backend,
  corpus: Corpus,
  config: VoiceConfig,
  snapshot: Snapshot,
  { event, signal }: Running,
): Promise<void> {
  const prompt = corpus.units.decode(corpus.heldBack.ids.subarray(0, 80));
  for (const temperature of [0.5, 0.8, 1.1]) {
    const stepper = backend.createStepper(config.network, snapshot.weights, {
      streams: 1,
      precision: 'float32',
    });
    const settings = {
      ...settingsFor(50, config.units.kind, 1),
      temperature,
      maxTokens: config.units.kind === 'char' ? 160 : 40,
      seed: config.training.seed,
    };
    for await (const item of generate(stepper, corpus.units, prompt, settings, { signal, yieldNow })) {
      if (item.kind === 'end') {
        event({ kind: 'sample', step: snapshot.progress.step, temperature, text: item.text });
      }
    }
    stepper.dispose();
  }
}

async function resumeFrom(
  request: TrainRequest,
  trainedOn: readonly Trained[],
): Promise<ReturnType<typeof fromCheckpoint>> {
  const checkpoint: Checkpoint | null = await loadLatestCheckpoint(request.out);
  if (!checkpoint) {
    throw new UserError(
      'voice.missing',
      `${request.out} has no checkpoint to go on from; train without --resume.`,
    );
  }
  const found = fromCheckpoint(checkpoint);
  const sums = trainedOn.map(({ sha256 }) => sha256);
  if (found.corpus.join() !== sums.join()) {
    throw new UserError(
      'training.interrupted',
      `The manuscripts are not the ones that ${request.out} was trained on; bring them back, or train a new voice without --resume.`,
    );
  }
  return found;
}

/**
 * Trains a voice from files into a folder. The folder holds a voice that loads from before the first
 * step on, and always the best so far; checkpoints beside it let a later call go on exactly.
 *
 * @throws UserError
 */
export async function trainVoice(request: TrainRequest, running: Running): Promise<TrainResult> {
  const { signal, event } = running;
  if (!request.resume) await assertFree(request.out, false);
  event({ kind: 'stage', stage: 'reading' });
  const { paths, read, trainedOn, characters } = await readFiles(request);
  const resumed = request.resume ? await resumeFrom(request, trainedOn) : null;
  const planned = resumed?.config ?? planVoice(request, characters);
  const corpus = await buildCorpus(
    async function* () {
      for (const path of paths) yield await read(path);
    },
    planned.text,
    planned.units,
  );
  const config: VoiceConfig = {
    ...planned,
    network: { ...planned.network, vocabulary: corpus.units.size },
  };
  corpus.report.documents.forEach((document, i) => {
    const file = trainedOn[i];
    if (file) trainedOn[i] = { ...file, words: document.words };
  });
  event({
    kind: 'report',
    files: paths.length,
    words: corpus.report.words,
    characters: corpus.report.characters,
    unknown: corpus.report.unknown,
    vocabulary: corpus.units.size,
  });

  const tokens = corpus.train.ids.length + corpus.heldBack.ids.length;
  const memoryBytes = memoryEstimate(config, tokens);
  assertMemory(memoryBytes);
  const backend = await chooseBackend({ threads: request.threads });
  if (backend.notice !== null) {
    event({ kind: 'notice', text: `Using the slower reference kernels: ${backend.notice}.` });
  }
  await backend.activate();

  const release = await lockVoice(request.out);
  const network = createNetwork(
    config.network,
    resumed?.snapshot.weights ?? initialWeights(config.network, createRandom(config.training.seed)),
  );
  try {
    await removeLeftovers(request.out);
    event({ kind: 'stage', stage: 'measuring' });
    const measured = await measureStep(network, corpus, config.training);
    const { minutes, epochs } = config.training;
    event({
      kind: 'estimate',
      backend: backend.description,
      parameters: parameterCount(config.network),
      seconds: minutes === null ? measured.seconds * measured.steps * epochs : minutes * 60,
      charactersPerSecond: measured.characters / measured.seconds,
      memoryBytes,
    });

    let card: VoiceCard = {
      kind: KIND,
      format: FORMAT,
      name: basename(request.out).replace(/\.voice$/, '') || 'voice',
      appVersion: appVersion(),
      config,
      units: corpus.units.toJSON(),
      trainedOn,
      metrics: {
        heldBackNats: null,
        bitsPerCharacter: null,
        temperature: 1,
        steps: 0,
        seconds: 0,
      },
    };
    if (resumed) ({ card } = await loadVoice(request.out));
    else await saveVoice(request.out, card, await network.weights());
    const sums = trainedOn.map(({ sha256 }) => sha256);

    event({ kind: 'stage', stage: 'training' });
    const { ending, snapshot } = await train(network, corpus, {
      config: config.training,
      resume: resumed?.snapshot ?? null,
      signal,
      now,
      yieldNow,
      event,
      async evaluated(at, { loss, bits, best }) {
        if (best) {
          const { step, seconds } = at.progress;
          card = {
            ...card,
            metrics: {
              ...card.metrics,
              heldBackNats: loss,
              bitsPerCharacter: bits,
              steps: step,
              seconds,
            },
          };
          await saveVoice(request.out, card, at.weights);
        }
        await saveCheckpoint(request.out, toCheckpoint(at, config, sums));
        await samples(backend, corpus, config, at, running);
      },
    });
    if (ending === 'stopped') {
      await saveCheckpoint(request.out, toCheckpoint(snapshot, config, sums));
    } else {
      const { card: best, weights } = await loadVoice(request.out);
      network.load(weights);
      const temperature = await fitTemperature(network, corpus.heldBack.ids, {
        limit: 20_000,
        yieldNow,
      });
      card = { ...best, metrics: { ...best.metrics, temperature } };
      await saveVoice(request.out, card, weights);
      await removeCheckpoints(request.out);
    }
    event({ kind: 'stage', stage: 'done' });
    return {
      ending,
      steps: snapshot.progress.step,
      seconds: snapshot.progress.seconds,
      heldBackNats: card.metrics.heldBackNats,
      bitsPerCharacter: card.metrics.bitsPerCharacter,
    };
  } finally {
    network.dispose();
    await release();
  }
}
