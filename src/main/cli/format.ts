import { clock } from '../../shared/numbers.ts';

export { bytes, count, plural } from '../../shared/numbers.ts';

/** Seconds for people: "8 s", "3 min 20 s", "2 h 5 min". */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return 'unknown time';
  return clock(seconds);
}

/** A loss or a rate with the digits that matter: "1.5043". */
export const figure = (value: number, digits = 4): string =>
  Number.isFinite(value) ? value.toFixed(digits) : String(value);

/** One line of a longer text, at most `limit` characters, with line breaks shown as a space. */
export function oneLine(text: string, limit: number): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= limit ? line : `${[...line].slice(0, limit - 1).join('')}…`;
}

/** An argument as a shell would need it, for commands that are shown to be typed again. */
export const shellQuote = (argument: string): string =>
  /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`;
