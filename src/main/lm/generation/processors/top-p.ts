import { Shortlist } from '../shortlist.ts';
import type { Processor } from './processor.ts';

/** The smallest set of likeliest tokens with probability `p` together (Holtzman et al. 2020). */
export function topP(p: number): Processor {
  const shortlist = new Shortlist();
  return (logits) => {
    shortlist.probabilities(logits);
    // Together these weigh less than 1 - p, so that the others suffice: the tail needs no selection.
    shortlist.drop(logits, (1 - p) / shortlist.n);
    shortlist.keep(logits, p);
    return logits;
  };
}
