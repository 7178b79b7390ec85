import { describe, expect, test } from 'vitest';
import { beyond, thinned, type Aged } from '../../../src/main/host/snapshots/index.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** A Wednesday, noon where the writer is. */
const now = new Date(2026, 10, 25, 12, 0).getTime();

const at = (...ages: number[]): Aged[] =>
  ages.map((age) => ({ at: now - age, bytes: 100, kept: false }));
const left = (snapshots: readonly Aged[], moment = now): number[] => {
  const gone = new Set(thinned(snapshots, moment));
  return snapshots.filter((snapshot) => !gone.has(snapshot)).map((one) => moment - one.at);
};
const every = (step: number, from: number, to: number): number[] =>
  Array.from({ length: Math.floor((to - from) / step) }, (_, i) => from + i * step);

describe('Time', () => {
  test('leaves all of the last hour', () => {
    const ages = every(MINUTE, 0, HOUR);
    expect(left(at(...ages))).toEqual(ages);
  });

  test('leaves the newest of each hour of the last day', () => {
    // 12:00 minus 61, 65 and 119 minutes lies between 10 and 11.
    expect(left(at(61 * MINUTE, 65 * MINUTE, 119 * MINUTE, 121 * MINUTE))).toEqual([
      61 * MINUTE,
      121 * MINUTE,
    ]);
    expect(left(at(...every(5 * MINUTE, HOUR, DAY)))).toHaveLength(24);
  });

  test('leaves the newest of each day of the last month, by the calendar of the writer', () => {
    const evening = now - new Date(2026, 10, 23, 23, 50).getTime();
    const night = now - new Date(2026, 10, 24, 0, 10).getTime();
    const morning = now - new Date(2026, 10, 24, 8, 0).getTime();
    expect(left(at(morning, night, evening))).toEqual([morning, evening]);
  });

  test('leaves the newest of each week beyond', () => {
    const day = (month: number, date: number): number =>
      now - new Date(2026, month, date).getTime();
    // Monday 28 September to Sunday 4 October is one week.
    const ages = [day(9, 5), day(9, 4), day(9, 1), day(8, 28), day(8, 27)];
    expect(left(at(...ages))).toEqual([day(9, 5), day(9, 4), day(8, 27)]);
  });

  test('takes no snapshot with a name', () => {
    const named = at(3 * DAY, 3 * DAY + 1, 90 * DAY, 90 * DAY + 1).map((one) => ({
      ...one,
      kept: true,
    }));
    expect(thinned(named, now)).toEqual([]);
  });

  test('comes to the same in small steps as in one', () => {
    const all = at(...every(7 * MINUTE, 0, 3 * DAY));
    const later = now + 40 * DAY;
    let stepwise: readonly Aged[] = all;
    for (let moment = now; moment <= later; moment += 6 * HOUR) {
      const gone = new Set(thinned(stepwise, moment));
      stepwise = stepwise.filter((one) => !gone.has(one));
    }
    expect(left(stepwise, later)).toEqual(left(all, later));
  });
});

describe('The limit', () => {
  test('takes the oldest of all documents first, and no more than it must', () => {
    const one = at(1 * HOUR, 5 * HOUR, 9 * HOUR);
    const two = at(2 * HOUR, 7 * HOUR);
    expect(beyond([one, two], 300)).toEqual([one[2], two[1]]);
    expect(beyond([one, two], 500)).toEqual([]);
  });

  test('takes neither those with a name nor the newest of a document', () => {
    const one = at(1 * HOUR, 5 * HOUR).map((snapshot) => ({ ...snapshot, kept: true }));
    const two = at(2 * HOUR, 7 * HOUR);
    expect(beyond([one, two], 0)).toEqual([two[1]]);
  });
});
