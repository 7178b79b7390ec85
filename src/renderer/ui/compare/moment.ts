const clock = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' });
const day = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'long' });

/** "25 November, 09:13" */
export const moment = (at: number): string => `${day.format(at)}, ${clock.format(at)}`;

export const timeOfDay = (at: number): string => clock.format(at);
