import type { TrainingConfig } from '../../../shared/config.ts';

/**
 * Learning rate: linear warm-up, then a cosine from the peak to `finalRate` of it (Loshchilov & Hutter
 * 2017).
 *
 * @param step steps taken so far
 * @param progress share of the run that is done, 0 to 1: of the steps, or of the planned time
 */
export function learningRate(
  config: Pick<TrainingConfig, 'rate' | 'finalRate' | 'warmup'>,
  step: number,
  progress: number,
): number {
  const warm = config.warmup > 0 ? Math.min(1, (step + 1) / config.warmup) : 1;
  const cosine = 0.5 * (1 + Math.cos(Math.PI * Math.min(1, Math.max(0, progress))));
  return config.rate * warm * (config.finalRate + (1 - config.finalRate) * cosine);
}
