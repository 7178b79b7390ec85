import type { VoiceConfig } from '../../shared/config.ts';
import { UserError } from '../../shared/errors.ts';
import type { Checkpoint } from '../files/checkpoints.ts';
import { namedTensors, weightsOf } from '../files/voice-folder.ts';
import { weightSpecs } from '../lm/nn/weights.ts';
import type { Best, Progress, Snapshot } from '../lm/training/index.ts';
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
 * What `toCheckpoint` was given. Checksums were compared when the checkpoint was read.
 *
 * @throws UserError `voice.damaged` when parts are missing
 */
export function fromCheckpoint(checkpoint: Checkpoint): { origin: Origin; snapshot: Snapshot } {
  const { origin, progress, optimiserStep, best } = checkpoint.state as SavedState;
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
