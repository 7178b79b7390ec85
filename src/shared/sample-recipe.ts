import type { TrainingChoices } from './api/index.ts';

/**
 * How the demo and the first run learn the sample manuscript (70 KB) in under a minute: the preset
 * `small`, but many small steps of a somewhat smaller network.
 */
export const sampleRecipe: Pick<TrainingChoices['overrides'], 'network' | 'training'> = {
  network: { layers: [192, 192] },
  training: {
    minutes: 0.75,
    batch: 8,
    window: 50,
    rate: 0.004,
    dropoutIn: 0.2,
    dropoutBetween: 0.4,
    dropoutOut: 0.4,
  },
};
