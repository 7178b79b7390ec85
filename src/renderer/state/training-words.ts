/** Numbers of voices and trainings in the words of people. */
import { decimals, plural } from '../../shared/numbers.ts';

export { bytes, clock, count, plural } from '../../shared/numbers.ts';

/** "a", "a and b", "a, b and c". */
export function listed(parts: readonly string[]): string {
  if (parts.length < 2) return parts[0] ?? '';
  return `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)!}`;
}

/** Seconds as one says them: "8 seconds", "3 minutes", "2 hours 5 minutes". */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return 'an unknown time';
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return plural(whole, 'second');
  const minutes = Math.round(whole / 60);
  if (minutes < 60) return plural(minutes, 'minute');
  const hours = plural(Math.floor(minutes / 60), 'hour');
  return minutes % 60 === 0 ? hours : `${hours} ${plural(minutes % 60, 'minute')}`;
}

/** What is left, without a false precision: "less than 10 seconds left", "about 4 minutes left". */
export function left(seconds: number): string {
  if (!Number.isFinite(seconds)) return '';
  if (seconds < 10) return 'less than 10 seconds left';
  const rough = seconds < 60 ? Math.ceil(seconds / 5) * 5 : seconds;
  return `about ${duration(rough)} left`;
}

/** A number with so many digits that matter, without trailing zeros: 0.0030000 -> "0.003". */
export const figure = (value: number, digits = 3): string =>
  String(Number(value.toPrecision(digits)));

/**
 * Bits per character as hesitation: a text of b bits a character is as hard to guess as one in which each
 * character is drawn from 2^b that are equally likely.
 */
export const hesitation = (bitsPerCharacter: number): string =>
  decimals(2 ** bitsPerCharacter, 2 ** bitsPerCharacter < 9.95 ? 1 : 0);

export const unitsWords = {
  char: 'letter by letter',
  subword: 'in parts of words',
  word: 'word by word',
} as const;
