import type { DryConfig } from './settings.ts';

/**
 * Changes the logits of the next token in place; -Infinity removes a token.
 *
 * @param history tokens so far, the prompt's included
 */
export type Processor = (logits: Float32Array, history: readonly number[]) => Float32Array;

const largest = (logits: Float32Array): number => {
  let top = -Infinity;
  for (const logit of logits) if (logit > top) top = logit;
  return top;
};

/** Never these tokens. */
export const forbid =
  (tokens: readonly number[]): Processor =>
  (logits) => {
    for (const token of tokens) logits[token] = -Infinity;
    return logits;
  };

/** Tokens less likely than `share` of the likeliest go (Nguyen et al. 2024). */
export const minP =
  (share: number): Processor =>
  (logits) => {
    const floor = largest(logits) + Math.log(share);
    for (let i = 0; i < logits.length; i++) if ((logits[i] ?? 0) < floor) logits[i] = -Infinity;
    return logits;
  };

export const temperature =
  (t: number): Processor =>
  (logits) => {
    for (let i = 0; i < logits.length; i++) logits[i] = (logits[i] ?? 0) / t;
    return logits;
  };

/** The k likeliest tokens stay; ties with the last of them too. */
export const topK =
  (k: number): Processor =>
  (logits) => {
    if (k >= logits.length) return logits;
    const floor = logits.toSorted()[logits.length - k] ?? -Infinity;
    for (let i = 0; i < logits.length; i++) if ((logits[i] ?? 0) < floor) logits[i] = -Infinity;
    return logits;
  };

/** Probabilities of the tokens that remain, as pairs [token, p]. */
function probabilities(logits: Float32Array): [number, number][] {
  const top = largest(logits);
  const pairs: [number, number][] = [];
  let total = 0;
  logits.forEach((logit, token) => {
    if (logit === -Infinity) return;
    const p = Math.exp(logit - top);
    total += p;
    pairs.push([token, p]);
  });
  for (const pair of pairs) pair[1] /= total;
  return pairs;
}

/** Keeps tokens in the given order until their probabilities reach `mass`; removes the rest. */
function keepMass(logits: Float32Array, ordered: readonly [number, number][], mass: number): void {
  let sum = 0;
  for (const [token, p] of ordered) {
    if (sum >= mass) logits[token] = -Infinity;
    sum += p;
  }
}

/** The smallest set of likeliest tokens with probability `p` together (Holtzman et al. 2020). */
export const topP =
  (p: number): Processor =>
  (logits) => {
    keepMass(
      logits,
      probabilities(logits).sort((a, b) => b[1] - a[1]),
      p,
    );
    return logits;
  };

/** Tokens whose surprise is nearest to the expected one (Meister et al. 2023). */
export const typical =
  (mass: number): Processor =>
  (logits) => {
    const pairs = probabilities(logits);
    const entropy = pairs.reduce((sum, [, p]) => sum - (p > 0 ? p * Math.log(p) : 0), 0);
    const distance = (p: number): number => Math.abs(-Math.log(p) - entropy);
    keepMass(
      logits,
      pairs.sort((a, b) => distance(a[1]) - distance(b[1])),
      mass,
    );
    return logits;
  };

/** How far back repeats are looked for, and the longest match that counts. */
const REACH = 2048;
const LONGEST = 256;

/**
 * DRY (p-e-w 2024): a token that would go on with a repeat of n tokens loses
 * multiplier * base^(n - allowed), n >= allowed.
 */
export const dry =
  ({ multiplier, base, allowed }: DryConfig): Processor =>
  (logits, history) => {
    const end = history.length - 1;
    const last = history[end];
    const penalties = new Map<number, number>();
    for (let i = end - 1; i >= Math.max(0, end - REACH); i--) {
      if (history[i] !== last) continue;
      let n = 1;
      while (n < LONGEST && i - n >= 0 && history[i - n] === history[end - n]) n++;
      const next = history[i + 1];
      if (n >= allowed && next !== undefined) {
        penalties.set(next, Math.max(penalties.get(next) ?? 0, n));
      }
    }
    for (const [token, n] of penalties) {
      const penalty = Math.min(1e4, multiplier * base ** (n - allowed));
      logits[token] = (logits[token] ?? 0) - penalty;
    }
    return logits;
  };
