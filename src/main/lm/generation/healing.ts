import { UNKNOWN, type Units } from '../text/units.ts';

/** A prompt as tokens, when its last word may not be whole. */
export interface Healed {
  readonly tokens: Int32Array;
  /** The end of the prompt that is not in `tokens`; the first token written begins with it. */
  readonly held: string;
  /** Tokens that must not come first. */
  readonly barred: readonly number[];
}

/**
 * Takes the last unit of the prompt back, so that the voice may finish it: "walk" is a unit of its own,
 * and no voice has ever seen "walk" + "ing" where it knows "walking" (token healing, Lundberg 2023).
 */
export function heal(units: Units, prompt: string): Healed {
  const tokens = units.encode(prompt);
  const whole: Healed = { tokens, held: '', barred: [] };
  const last = tokens.at(-1);
  if (units.config.kind === 'char' || last === undefined) return whole;
  let held = units.text(last);
  if (last === UNKNOWN) held = /[\p{L}\p{N}]+$/u.exec(prompt)?.[0] ?? '';
  // Part of a character is no text to compare.
  if (held === '' || held.includes('\uFFFD') || !prompt.endsWith(held)) return whole;
  if (units.config.kind === 'word' && !/[\p{L}\p{N}]$/u.test(held)) return whole;
  const barred: number[] = [];
  for (let token = 0; token < units.size; token++) {
    if (!units.text(token).startsWith(held)) barred.push(token);
  }
  if (barred.length === units.size) return whole;
  return { tokens: tokens.slice(0, -1), held, barred };
}
