import type { Random } from '../random.ts';
import * as processors from './processors.ts';
import type { Processor } from './processors.ts';
import type { SamplingSettings } from './settings.ts';

/** Chooses a token from logits. */
export type Choose = (logits: Float32Array, history: readonly number[], random: Random) => number;

const likeliest = (logits: Float32Array): number => {
  let best = 0;
  for (let i = 1; i < logits.length; i++) {
    if ((logits[i] ?? 0) > (logits[best] ?? 0)) best = i;
  }
  return best;
};

function draw(logits: Float32Array, random: Random): number {
  const top = logits[likeliest(logits)] ?? 0;
  let total = 0;
  for (const logit of logits) total += Math.exp(logit - top);
  let left = random.next() * total;
  let last = 0;
  for (let i = 0; i < logits.length; i++) {
    const p = Math.exp((logits[i] ?? 0) - top);
    if (p === 0) continue;
    last = i;
    left -= p;
    if (left < 0) return i;
  }
  return last;
}

/** The settings as one function: forbidden tokens, DRY, min-p at T = 1, temperature, then the others. */
export function sampler(settings: SamplingSettings, forbidden: readonly number[]): Choose {
  const chain: Processor[] = [processors.forbid(forbidden)];
  if (settings.dry) chain.push(processors.dry(settings.dry));
  if (!settings.greedy) {
    if (settings.minP > 0) chain.push(processors.minP(settings.minP));
    chain.push(processors.temperature(settings.temperature));
    if (settings.topK > 0) chain.push(processors.topK(settings.topK));
    if (settings.topP < 1) chain.push(processors.topP(settings.topP));
    if (settings.typical < 1) chain.push(processors.typical(settings.typical));
  }
  return (logits, history, random) => {
    const processed = chain.reduce((l, process) => process(l, history), logits);
    return settings.greedy ? likeliest(processed) : draw(processed, random);
  };
}
