import type { DryConfig } from '../settings.ts';
import type { Processor } from './processor.ts';

/** Enough to rule a token out; more would only cost precision. */
const MOST = 1000;

/**
 * "Don't repeat yourself" (p-e-w 2024): a token that would go on with a repeat of n >= allowed tokens
 * loses multiplier * base^(n - allowed), for the longest such repeat.
 */
export function dry({ multiplier, base, allowed }: DryConfig): Processor {
  let longest = new Int32Array(0);
  const found: number[] = [];
  return (logits, { tokens, matched, start, end }) => {
    if (longest.length < logits.length) longest = new Int32Array(logits.length);
    for (let i = start; i < end - 1; i++) {
      const n = matched[i]!;
      if (n < allowed) continue;
      const next = tokens[i + 1]!;
      if (longest[next] === 0) found.push(next);
      if (n > longest[next]!) longest[next] = n;
    }
    for (const token of found) {
      const penalty = multiplier * base ** (longest[token]! - allowed);
      logits[token] = logits[token]! - Math.min(MOST, penalty);
      longest[token] = 0;
    }
    found.length = 0;
    return logits;
  };
}
