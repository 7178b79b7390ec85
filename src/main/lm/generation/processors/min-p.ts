import type { Processor } from './processor.ts';

/** Tokens less likely than `share` of the likeliest go; 0 < share <= 1 (Nguyen et al. 2024). */
export function minP(share: number): Processor {
  const below = Math.log(share);
  return (logits) => {
    let top = -Infinity;
    for (let i = 0; i < logits.length; i++) if (logits[i]! > top) top = logits[i]!;
    const floor = top + below;
    for (let i = 0; i < logits.length; i++) if (logits[i]! < floor) logits[i] = -Infinity;
    return logits;
  };
}
