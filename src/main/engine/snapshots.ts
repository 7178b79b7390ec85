import type { VoiceConfig } from '../../shared/config.ts';
import { UserError } from '../../shared/errors.ts';
import { weightSpecs } from '../lm/nn/weights.ts';
import type { Progress, Snapshot } from '../lm/training/loop.ts';
import type { NamedTensor } from '../lm/voice/safetensors.ts';
import type { Checkpoint } from '../files/checkpoints.ts';
import { namedTensors, weightsOf } from '../files/voice-folder.ts';

/** What a checkpoint keeps beside its tensors. */
interface SavedState {
  readonly config: VoiceConfig;
  readonly corpus: readonly string[];
  readonly optimiserStep: number;
  readonly states: number;
  readonly progress: Omit<Progress, 'best' | 'smoothed'> & {
    readonly best: number | null;
    readonly smoothed: number | null;
  };
}

const flat = (data: Float32Array): NamedTensor => ({ shape: [data.length], data });

/** @param corpus sums of the files it is trained on, to notice when they change */
export function toCheckpoint(
  snapshot: Snapshot,
  config: VoiceConfig,
  corpus: readonly string[],
): Checkpoint {
  const tensors = namedTensors({ config }, snapshot.weights);
  for (const [name, data] of snapshot.optimiser) tensors.set(`optimiser.${name}`, flat(data));
  snapshot.state.forEach((data, i) => tensors.set(`state.${i}`, flat(data)));
  const { progress } = snapshot;
  const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
  const state: SavedState = {
    config,
    corpus,
    optimiserStep: snapshot.optimiserStep,
    states: snapshot.state.length,
    // JSON has no infinity.
    progress: { ...progress, best: finite(progress.best), smoothed: finite(progress.smoothed) },
  };
  return { step: progress.step, tensors, state };
}

/** The configuration, corpus and snapshot of a checkpoint. Its sums were checked when it was read. */
export function fromCheckpoint(checkpoint: Checkpoint): {
  config: VoiceConfig;
  corpus: readonly string[];
  snapshot: Snapshot;
} {
  const saved = checkpoint.state as SavedState;
  const optimiser = new Map<string, Float32Array>();
  for (const { name } of weightSpecs(saved.config.network)) {
    for (const moment of ['m', 'v']) {
      const data = checkpoint.tensors.get(`optimiser.${moment}.${name}`)?.data;
      if (data) optimiser.set(`${moment}.${name}`, data);
    }
  }
  const state = Array.from({ length: saved.states }, (_, i) => {
    const data = checkpoint.tensors.get(`state.${i}`)?.data;
    if (!data) {
      throw new UserError('voice.damaged', 'The checkpoint is incomplete; train without --resume.');
    }
    return data;
  });
  const { best, smoothed } = saved.progress;
  return {
    config: saved.config,
    corpus: saved.corpus,
    snapshot: {
      weights: weightsOf({ config: saved.config }, checkpoint.tensors, 'The checkpoint'),
      optimiser,
      optimiserStep: saved.optimiserStep,
      state,
      progress: { ...saved.progress, best: best ?? Infinity, smoothed: smoothed ?? NaN },
    },
  };
}
