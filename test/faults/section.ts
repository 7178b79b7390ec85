/** What a part of `npm run test:faults` is: it breaks something on purpose and gives figures. */

/** One line of the table. */
export interface Figure {
  readonly what: string;
  readonly measured: string;
  readonly bar: string;
  /** Null where it cannot be measured on this computer; `measured` says why. */
  readonly met: boolean | null;
  /** It is measured by the clock: `npm test`, which may run on a busy computer, does not judge it. */
  readonly byTheClock?: true;
}

export interface Run {
  /** How much of the whole: 1 is all, 0.02 takes seconds. */
  readonly share: number;
  readonly seed: number;
  /** A sign of life; a section that gives none for two minutes counts as hanging. */
  readonly told: (text: string) => void;
}

export interface Section {
  /** As `--only` names it. */
  readonly name: string;
  readonly about: string;
  /** The share that `npm test` runs, in a few seconds. */
  readonly short: number;
  /** The share of it among all sections, where all of it takes longer than all others; by name it is whole. */
  readonly among?: number;
  /** It goes by the clock, so nothing is measured beside it; the others run two at a time. */
  readonly alone?: true;
  readonly measure: (run: Run) => Promise<readonly Figure[]>;
}

/** How often something is done that a whole run does `all` times. */
export const times = ({ share }: Pick<Run, 'share'>, all: number): number =>
  Math.max(1, Math.round(all * share));

/** All of `all` went well: "200/200". */
export const every = (what: string, good: number, all: number): Figure => ({
  what,
  measured: `${good}/${all}`,
  bar: 'all',
  met: good === all && all > 0,
});

/** It never happened: `found` says where it did. */
export const none = (what: string, found: readonly string[], of: number): Figure => ({
  what,
  measured: found.length === 0 ? `0 of ${of}` : `${found.length} of ${of}: ${found[0]}`,
  bar: '0',
  met: found.length === 0 && of > 0,
});

/** At most so much; null where there was nothing to measure. */
export const atMost = (
  what: string,
  value: number | null,
  limit: number,
  unit: string,
  digits = 2,
): Figure => ({
  what,
  measured: value === null ? 'not measured' : `${value.toFixed(digits)} ${unit}`,
  bar: `<= ${limit} ${unit}`,
  met: value !== null && value <= limit,
  ...(unit === 's' && { byTheClock: true }),
});

export const skipped = (what: string, why: string, bar: string): Figure => ({
  what,
  measured: `skipped: ${why}`,
  bar,
  met: null,
});
