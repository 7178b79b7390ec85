import {
  defaultText,
  defaultUnits,
  presets,
  type TrainingConfig,
} from '../../src/shared/config.ts';
import type { TrainingEvent } from '../../src/shared/events.ts';
import { createReference } from '../../src/main/backends/reference/index.ts';
import { createNetwork, initialWeights, type Network } from '../../src/main/lm/nn/network.ts';
import { createRandom } from '../../src/main/lm/random.ts';
import { buildCorpus, type Corpus } from '../../src/main/lm/text/index.ts';
import type { LoopOptions } from '../../src/main/lm/training/index.ts';
import { prose } from './understudy.ts';

/** Two documents of a few thousand characters, on the reference backend. */
export async function tinyCorpus(paragraphs = 8): Promise<Corpus> {
  await createReference(null).activate();
  const documents = [
    { name: 'one', text: prose(paragraphs) },
    { name: 'two', text: prose(paragraphs + 3).toLowerCase() },
  ];
  return buildCorpus(() => documents, defaultText, defaultUnits.char);
}

export const tinyNetwork = (corpus: Corpus, seed = 1): Network => {
  const config = {
    cell: 'lstm' as const,
    vocabulary: corpus.units.size,
    embedding: 8,
    layers: [16, 12],
    projection: 0,
    tied: false,
  };
  return createNetwork(config, initialWeights(config, createRandom(seed)));
};

/** Every kind of randomness that training has, at a size that takes a second. */
export const tinyTraining: TrainingConfig = {
  ...presets.small.training,
  batch: 4,
  window: 20,
  rate: 0.01,
  warmup: 5,
  dropoutIn: 0.1,
  dropoutBetween: 0.1,
  dropoutOut: 0.1,
  weightDrop: 0.1,
  epochs: 2,
  patience: 0,
};

/** Options of a run with a clock that only goes as far as `tick` milliseconds a window. */
export function tinyRun(
  overrides: Partial<Omit<LoopOptions, 'config'>> & { config?: Partial<TrainingConfig> } = {},
  tick = 1,
): LoopOptions & { readonly events: TrainingEvent[] } {
  const events: TrainingEvent[] = [];
  let milliseconds = 0;
  const { config, event, ...rest } = overrides;
  return {
    resume: null,
    samples: [],
    evaluation: { every: 30, tokens: 1 << 18, seconds: 0 },
    signal: new AbortController().signal,
    now: () => milliseconds,
    yieldNow: () => {
      milliseconds += tick;
      return Promise.resolve();
    },
    checkpoint: () => Promise.resolve(),
    ...rest,
    config: { ...tinyTraining, ...config },
    events,
    event: (told) => {
      events.push(told);
      event?.(told);
    },
  };
}

/** The events of one kind. */
export const ofKind = <K extends TrainingEvent['kind']>(
  events: readonly TrainingEvent[],
  kind: K,
): Extract<TrainingEvent, { kind: K }>[] =>
  events.filter((event): event is Extract<TrainingEvent, { kind: K }> => event.kind === kind);
