import { Shortlist } from '../shortlist.ts';
import type { Processor } from './processor.ts';

/** The k likeliest tokens stay; between equals the lower token. */
export function topK(k: number): Processor {
  const shortlist = new Shortlist();
  return (logits) => {
    shortlist.collect(logits);
    if (shortlist.n <= k) return logits;
    shortlist.weights.fill(1, 0, shortlist.n);
    shortlist.keep(logits, k);
    return logits;
  };
}
