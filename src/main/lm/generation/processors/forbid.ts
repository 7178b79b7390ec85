import type { Processor } from './processor.ts';

/** Never these tokens. */
export const forbid =
  (tokens: readonly number[]): Processor =>
  (logits) => {
    for (const token of tokens) logits[token] = -Infinity;
    return logits;
  };
