import { describe, expect, test } from 'vitest';
import { dayHeading, moment, timeOfDay, when } from '../../src/shared/moments.ts';

const at = (...[year, month, day, hour, minute]: [number, number, number, number?, number?]) =>
  new Date(year, month - 1, day, hour ?? 0, minute ?? 0).getTime();
const now = at(2026, 11, 25, 14, 30);

describe('A point in time', () => {
  test('is told as seen from now', () => {
    expect(when(at(2026, 11, 25, 9, 5), now)).toMatch(/^today, 0?9:05/);
    expect(when(at(2026, 11, 24, 23), now)).toBe('yesterday');
    expect(when(at(2026, 3, 3), now)).toBe('3 March');
    expect(when(at(2025, 3, 3), now)).toBe('3 March 2025');
  });

  test('stands under its day, with the year where it is another', () => {
    expect(dayHeading(at(2026, 11, 25), now)).toBe('Today');
    expect(dayHeading(at(2026, 11, 24, 23, 59), now)).toBe('Yesterday');
    expect(dayHeading(at(2026, 11, 23, 23, 59), now)).toBe('Monday 23 November');
    expect(dayHeading(at(2025, 11, 23), now)).toBe('23 November 2025');
  });

  test('has its day and hour in full', () => {
    expect(moment(at(2026, 11, 25, 9, 13))).toBe(
      `25 November 2026, ${timeOfDay(at(2026, 11, 25, 9, 13))}`,
    );
  });

  test('has the yesterday of the calendar where the clocks are changed', () => {
    expect(dayHeading(at(2026, 3, 28, 0, 30), at(2026, 3, 29, 23, 30))).toBe('Yesterday');
    expect(dayHeading(at(2026, 10, 24, 0, 30), at(2026, 10, 25, 23, 30))).toBe('Yesterday');
  });
});
