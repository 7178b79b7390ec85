/** Points in time as a writer reads them: days in English, hours as this computer writes them. Pure. */

const clock = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' });
const date = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric' });
const dateOfThisYear = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long' });
const weekday = new Intl.DateTimeFormat('en-GB', { weekday: 'long' });

const midnightOf = (at: Date, daysBefore = 0): number =>
  new Date(at.getFullYear(), at.getMonth(), at.getDate() - daysBefore).getTime();

const relative = (at: number, now: Date): 'today' | 'yesterday' | null => {
  if (at >= midnightOf(now)) return 'today';
  return at >= midnightOf(now, 1) ? 'yesterday' : null;
};

const isOfYear = (at: number, now: Date): boolean =>
  new Date(at).getFullYear() === now.getFullYear();

/** "25 November 2026" */
export const dayOf = (at: number): string => date.format(at);

/** "14:05", or "2:05 PM" where that is usual. */
export const timeOfDay = (at: number): string => clock.format(at);

/** "25 November 2026, 14:05" */
export const moment = (at: number): string => `${dayOf(at)}, ${timeOfDay(at)}`;

/** Seen from `now`: "today, 14:05", "yesterday", "3 March", "3 March 2025". All in milliseconds since 1970. */
export function when(at: number, now: number): string {
  const today = new Date(now);
  const near = relative(at, today);
  if (near === 'today') return `today, ${clock.format(at)}`;
  return near ?? (isOfYear(at, today) ? dateOfThisYear : date).format(at);
}

/** Of what happened on one day, seen from `now`: "Today", "Yesterday", "Monday 3 March", "3 March 2025". */
export function dayHeading(at: number, now: number): string {
  const today = new Date(now);
  const near = relative(at, today);
  if (near !== null) return near === 'today' ? 'Today' : 'Yesterday';
  return isOfYear(at, today)
    ? `${weekday.format(at)} ${dateOfThisYear.format(at)}`
    : date.format(at);
}
