import * as v from 'valibot';
import type { VoiceConfig } from '../../shared/config.ts';
import { UserError } from '../../shared/errors.ts';
import type { Checkpoint } from '../files/checkpoints.ts';
import { namedTensors, weightsOf } from '../files/voice-folder.ts';
import { weightSpecs } from '../lm/nn/weights.ts';
import type { Best, Progress, Snapshot } from '../lm/training/index.ts';
import { configSchema } from '../lm/voice/card.ts';
import type { NamedTensor } from '../lm/voice/safetensors.ts';
import type { Range } from './sources.ts';

/** What a run is of, kept beside its snapshots: all that a resumed run must share. */
export interface Origin {
  readonly config: VoiceConfig;
  readonly files: readonly { readonly name: string; readonly sha256: string }[];
  readonly range: Range | null;
  /** What it ran on: another backend rounds differently. */
  readonly backend: string;
}

/** The JSON of a checkpoint; everything large is in its tensors. */
interface SavedState {
  readonly origin: Origin;
  readonly progress: Progress;
  readonly optimiserStep: number;
  readonly best: Omit<Best, 'weights'> | null;
}

const whole = v.pipe(v.number(), v.integer(), v.minValue(0));
/** No run has so many steps, and the kernels count no further. */
const stepNumber = v.pipe(whole, v.maxValue(2 ** 30));
const real = v.pipe(v.number(), v.finite());
const realOrNone = v.nullable(real);
const list = <T extends v.GenericSchema>(items: T) => v.pipe(v.array(items), v.readonly());
const evaluation = v.object({
  step: whole,
  seconds: real,
  trainingLoss: real,
  heldBackLoss: real,
  bitsPerCharacter: real,
});
const stateSchema: v.GenericSchema<unknown, SavedState> = v.object({
  origin: v.object({
    config: configSchema,
    files: list(v.object({ name: v.string(), sha256: v.string() })),
    range: v.nullable(v.object({ from: whole, to: v.nullable(whole) })),
    backend: v.string(),
  }),
  progress: v.object({
    step: stepNumber,
    epoch: whole,
    window: whole,
    seconds: v.pipe(real, v.minValue(0)),
    rateScale: v.pipe(real, v.minValue(0), v.maxValue(1)),
    rollbacks: whole,
    evaluateEvery: v.pipe(whole, v.minValue(1)),
    evaluateTokens: v.pipe(whole, v.minValue(1)),
    evaluatedStep: stepNumber,
    learning: v.object({ best: realOrNone, bestStep: whole, stale: whole }),
    losses: v.object({ smoothed: realOrNone, recent: realOrNone, lowest: realOrNone }),
    history: list(evaluation),
  }),
  optimiserStep: stepNumber,
  best: v.nullable(
    v.object({ ...evaluation.entries, temperature: v.pipe(real, v.minValue(0.1), v.maxValue(10)) }),
  ),
});

const flat = (data: Float32Array): NamedTensor => ({ shape: [data.length], data });

/** A snapshot as tensors and JSON: weights by name, `best.NAME`, `m.NAME`, `v.NAME`, `state.N`. */
export function toCheckpoint(snapshot: Snapshot, origin: Origin): Checkpoint {
  const { progress, optimiserStep } = snapshot;
  const tensors = namedTensors(origin, snapshot.weights);
  for (const [name, data] of snapshot.moments) tensors.set(name, flat(data));
  snapshot.state.forEach((data, i) => tensors.set(`state.${i}`, flat(data)));
  let best: SavedState['best'] = null;
  if (snapshot.best) {
    const { weights, ...numbers } = snapshot.best;
    best = numbers;
    // Often the best are the weights of this very step.
    if (weights !== snapshot.weights) {
      for (const [name, tensor] of namedTensors(origin, weights))
        tensors.set(`best.${name}`, tensor);
    }
  }
  const state: SavedState = { origin, progress, optimiserStep, best };
  return { step: progress.step, tensors, state };
}

/**
 * What `toCheckpoint` was given. Checksums were compared when the checkpoint was read; what another
 * version wrote may fit them and still be something else.
 *
 * @throws UserError `voice.damaged` when parts are missing or are not what they should be
 */
export function fromCheckpoint(checkpoint: Checkpoint): { origin: Origin; snapshot: Snapshot } {
  const parsed = v.safeParse(stateSchema, checkpoint.state);
  if (!parsed.success) {
    const where = v.getDotPath(parsed.issues[0]) ?? 'its state';
    throw new UserError(
      'voice.damaged',
      `The checkpoint is damaged (${where} is not what it should be); train again without --resume.`,
    );
  }
  const { origin, progress, optimiserStep, best } = parsed.output;
  const { tensors } = checkpoint;
  const part = (name: string): Float32Array => {
    const data = tensors.get(name)?.data;
    if (data) return data;
    throw new UserError(
      'voice.damaged',
      `The checkpoint lacks ${name}; train again without --resume.`,
    );
  };
  const moments = new Map<string, Float32Array>();
  for (const { name } of weightSpecs(origin.config.network)) {
    for (const moment of ['m', 'v']) moments.set(`${moment}.${name}`, part(`${moment}.${name}`));
  }
  const weights = weightsOf(origin, tensors, 'The checkpoint');
  const bestTensors = new Map<string, NamedTensor>();
  for (const [name, tensor] of tensors) {
    if (name.startsWith('best.')) bestTensors.set(name.slice('best.'.length), tensor);
  }
  return {
    origin,
    snapshot: {
      progress,
      optimiserStep,
      weights,
      moments,
      state: origin.config.network.layers.flatMap((_, i) => [
        part(`state.${2 * i}`),
        part(`state.${2 * i + 1}`),
      ]),
      best: best && {
        ...best,
        weights: bestTensors.size > 0 ? weightsOf(origin, bestTensors, 'The checkpoint') : weights,
      },
    },
  };
}
