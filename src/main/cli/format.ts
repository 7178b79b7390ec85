const decimals = (value: number, digits: number): string =>
  value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });

/** 12345 -> "12,345". */
export const count = (value: number): string => decimals(value, 0);

/** Seconds for people: "8 s", "3 min 20 s", "2 h 5 min". */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return 'unknown time';
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${whole % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Bytes for people, in powers of 1000: "512 B", "1.4 MB". */
export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let scaled = value;
  let unit = 0;
  while (scaled >= 999.5 && unit < units.length - 1) {
    scaled /= 1000;
    unit++;
  }
  return `${decimals(scaled, unit === 0 || scaled >= 100 ? 0 : 1)} ${units[unit]}`;
}

/** A loss or a rate with the digits that matter: "1.5043". */
export const figure = (value: number, digits = 4): string =>
  Number.isFinite(value) ? value.toFixed(digits) : String(value);

/** "1 word", "2 words". */
export const plural = (n: number, noun: string): string =>
  `${count(n)} ${noun}${n === 1 ? '' : 's'}`;

/** One line of a longer text, at most `limit` characters, with line breaks shown as a space. */
export function oneLine(text: string, limit: number): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= limit ? line : `${[...line].slice(0, limit - 1).join('')}…`;
}

/** An argument as a shell would need it, for commands that are shown to be typed again. */
export const shellQuote = (argument: string): string =>
  /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`;
