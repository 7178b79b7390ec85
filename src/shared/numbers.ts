/** Numbers as people read them, in the app and in the terminal. */

/** 1234.5 -> "1,234.50". */
export const decimals = (value: number, digits: number): string =>
  value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });

/** 12345 -> "12,345". */
export const count = (value: number): string => decimals(value, 0);

/** "1 word", "2,000 words". */
export const plural = (n: number, noun: string, many = `${noun}s`): string =>
  `${count(n)} ${n === 1 ? noun : many}`;

/** Seconds to the second: "18 s", "1 min 48 s", "2 h 5 min". */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${whole % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Bytes in powers of 1000: "512 B", "1.4 MB". */
export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let scaled = value;
  let unit = 0;
  while (scaled >= 999.5 && unit < units.length - 1) {
    scaled /= 1000;
    unit++;
  }
  return `${decimals(scaled, unit === 0 || scaled >= 100 ? 0 : 1)} ${units[unit]!}`;
}
