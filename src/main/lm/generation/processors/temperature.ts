import type { Processor } from './processor.ts';

/** Logits divided by t > 0: below 1 the likely gets likelier. */
export function temperature(t: number): Processor {
  const factor = 1 / t;
  return (logits) => {
    for (let i = 0; i < logits.length; i++) logits[i] = logits[i]! * factor;
    return logits;
  };
}
