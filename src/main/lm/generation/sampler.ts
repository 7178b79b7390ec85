import type { Random } from '../random.ts';
import type { Context } from './context.ts';
import * as processors from './processors/index.ts';
import type { SamplingSettings } from './settings.ts';

/** Chooses a token from logits, [V], which it changes. */
export type Choose = (logits: Float32Array, context: Context, random: Random) => number;

/** The likeliest token; the lowest of equals. @throws RangeError when none is possible */
export function likeliest(logits: Float32Array): number {
  let best = -1;
  let top = -Infinity;
  for (let i = 0; i < logits.length; i++) {
    if (logits[i]! > top) {
      top = logits[i]!;
      best = i;
    }
  }
  if (best < 0) throw new RangeError(`None of ${logits.length} logits is a number above -Infinity`);
  return best;
}

/** Draws tokens with the probabilities softmax(logits). */
export function multinomial(): (logits: Float32Array, random: Random) => number {
  let sums = new Float64Array(0);
  return (logits, random) => {
    if (sums.length < logits.length) sums = new Float64Array(logits.length);
    const top = logits[likeliest(logits)]!;
    let total = 0;
    let last = 0;
    for (let i = 0; i < logits.length; i++) {
      const logit = logits[i]!;
      if (logit > -Infinity) {
        total += Math.exp(logit - top);
        last = i;
      }
      sums[i] = total;
    }
    const at = random.next() * total;
    let i = 0;
    while (i < last && sums[i]! <= at) i++;
    return i;
  };
}

/** The settings as one function: forbidden tokens, spelling, DRY, min-p at T = 1, temperature, then the others. */
export function sampler(
  settings: SamplingSettings,
  forbidden: readonly number[],
  spelling: processors.Processor | null = null,
): Choose {
  const chain: processors.Processor[] = [processors.forbid(forbidden)];
  if (spelling) chain.push(spelling);
  if (settings.dry) chain.push(processors.dry(settings.dry));
  if (!settings.greedy) {
    if (settings.minP > 0) chain.push(processors.minP(settings.minP));
    if (settings.temperature !== 1) chain.push(processors.temperature(settings.temperature));
    if (settings.topK > 0) chain.push(processors.topK(settings.topK));
    if (settings.topP < 1) chain.push(processors.topP(settings.topP));
    if (settings.typical < 1) chain.push(processors.typical(settings.typical));
  }
  const draw = multinomial();
  return (logits, context, random) => {
    const processed = chain.reduce((l, process) => process(l, context), logits);
    return settings.greedy ? likeliest(processed) : draw(processed, random);
  };
}
