import { Shortlist } from '../shortlist.ts';
import type { Processor } from './processor.ts';

/**
 * Tokens whose surprise -ln p is nearest to the expected one, until they have probability `mass`
 * together (locally typical sampling, Meister et al. 2023).
 */
export function typical(mass: number): Processor {
  const shortlist = new Shortlist();
  return (logits) => {
    shortlist.probabilities(logits);
    const { keys, weights, n } = shortlist;
    let entropy = 0;
    for (let i = 0; i < n; i++) {
      const p = weights[i]!;
      const surprise = p > 0 ? -Math.log(p) : Infinity;
      if (p > 0) entropy += p * surprise;
      keys[i] = surprise;
    }
    for (let i = 0; i < n; i++) keys[i] = -Math.abs(keys[i]! - entropy);
    shortlist.keep(logits, mass);
    return logits;
  };
}
