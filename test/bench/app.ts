/**
 * The app as a writer meets it: the web host and its page in Chromium, measured against its bars. `npm run
 * bench:app` prints one table and ends with 1 where a bar is missed; `-- --only typing` keeps some parts.
 */
import { parseArgs } from 'node:util';
import { forceFailures } from '../faults/training/engines.ts';
import type { KeyTime } from './app/clock.ts';
import { compareNovels } from './app/comparing.ts';
import {
  type Desk,
  openDesk,
  openDocument,
  openPeer,
  setSuggestions,
  startTraining,
  stillTraining,
} from './app/desk.ts';
import type { Frames } from './app/frames.ts';
import { askAndStop, firstLoad, reload, typeKeys } from './app/measures.ts';
import { typeThroughSnapshots } from './app/snapshots.ts';
import { median, percentile } from './numbers.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    keys: { type: 'string', default: '200' },
    rounds: { type: 'string', default: '40' },
    failures: { type: 'string', default: '50' },
    help: { type: 'boolean', default: false },
  },
});

const usage = `npm run bench:app -- [--only WORD] [--keys 200] [--rounds 40] [--failures 50]

--only keeps the parts whose name contains the word: typing, typing while training, suggestions,
suggestions while training, loading, comparing, snapshots, engines. A key and a suggestion are timed in the page, from the
browser's time of the press to the end of the frame that shows it: the editor, the page, style, layout and
paint, and the wait for that frame; not the way of the picture to the screen.
`;

interface Row {
  readonly what: string;
  readonly value: number;
  /** The most it may be; null for a row that only tells. */
  readonly bar: number | null;
  readonly unit: string;
}

interface Part {
  readonly name: string;
  readonly measure: () => Promise<readonly Row[]>;
}

const milliseconds = (what: string, value: number, bar: number | null): Row => ({
  ...{ what, value, bar },
  unit: 'ms',
});

const whole = ({ script, waiting, frame }: KeyTime): number => script + waiting + frame;

async function typing(training: boolean): Promise<readonly Row[]> {
  const desk = await openDesk();
  try {
    const { page } = desk;
    await openDocument(page, 'Book');
    if (training) await startTraining(page);
    const { keys, slow } = await typeKeys(page, Number(values.keys));
    if (training) await stillTraining(page);
    const when = training ? 'while training' : 'idle';
    const beside = training ? [] : await peerRows(desk, keys);
    const part = (name: keyof KeyTime): Row =>
      milliseconds(
        `  of it ${{ script: 'script', waiting: 'waiting for the frame', frame: 'the frame' }[name]}, p95`,
        percentile(
          keys.map((key) => key[name]),
          0.95,
        ),
        null,
      );
    const all = keys.map(whole);
    return [
      milliseconds(`key to paint, 1 MB, ${when}, p50`, median(all), null),
      milliseconds(`key to paint, 1 MB, ${when}, p95`, percentile(all, 0.95), training ? 50 : 16),
      part('script'),
      part('waiting'),
      part('frame'),
      {
        what: '  keys of which the screen showed more than 16 ms later',
        value: (100 * slow.filter((duration) => duration > 16).length) / keys.length,
        bar: null,
        unit: '%',
      },
      ...beside,
    ];
  } finally {
    await desk.close();
  }
}

/** The same keys in the same text, in CodeMirror with Markdown as it comes. */
async function peerRows(desk: Desk, ours: readonly KeyTime[]): Promise<readonly Row[]> {
  const { keys } = await typeKeys(await openPeer(desk), Number(values.keys));
  const row = (name: string, of: (all: readonly number[]) => number): readonly Row[] => {
    const [own, peer] = [of(ours.map(whole)), of(keys.map(whole))];
    const what = `the same in CodeMirror alone, with Markdown, ${name}`;
    return [
      milliseconds(what, peer, null),
      { what: `  ours over that, ${name}`, value: own / peer, bar: null, unit: 'x' },
    ];
  };
  return [...row('p50', median), ...row('p95', (all) => percentile(all, 0.95))];
}

async function suggestions(training: boolean): Promise<readonly Row[]> {
  const desk = await openDesk();
  try {
    const { page } = desk;
    await openDocument(page, 'Chapter');
    await setSuggestions(page, 2000);
    if (training) await startTraining(page);
    const { first, silence } = await askAndStop(page, Number(values.rounds));
    if (training) await stillTraining(page);
    const when = training ? 'while training' : 'idle';
    return [
      milliseconds(`Ctrl+Enter to first character, ${when}, p50`, median(first), null),
      milliseconds(
        `Ctrl+Enter to first character, ${when}, p95`,
        percentile(first, 0.95),
        training ? 250 : 150,
      ),
      milliseconds(`Esc to silence, ${when}, p95`, percentile(silence, 0.95), 100),
    ];
  } finally {
    await desk.close();
  }
}

async function loading(): Promise<readonly Row[]> {
  const desk = await openDesk();
  try {
    const { page } = desk;
    await openDocument(page, 'Chapter');
    await page.waitForTimeout(1000);
    const ready = await reload(page, 5);
    const { bytes, files } = await firstLoad(page);
    return [
      milliseconds('page ready, warm, median of 5', median(ready), 1000),
      {
        what: `first load, ${files} files, gzipped`,
        value: bytes / 1000,
        bar: 500,
        unit: 'KB',
      },
    ];
  } finally {
    await desk.close();
  }
}

async function comparing(): Promise<readonly Row[]> {
  const found = await compareNovels(20_000, 5);
  const longest = found.map((round) => round.longest);
  const shown = found.map((round) => round.shown);
  return [
    milliseconds('20,000 changed lines compared, shown after, median of 5', median(shown), null),
    milliseconds('  longest task of the page, the first time', longest[0]!, null),
    milliseconds('  longest task of the page, median of 5', median(longest), 100),
  ];
}

async function snapshots(): Promise<readonly Row[]> {
  const { without, taking } = await typeThroughSnapshots(Number(values.rounds));
  const share = (all: readonly Frames[]): number => {
    const [drawn, dropped] = [sum(all, (one) => one.drawn), sum(all, (one) => one.dropped)];
    return (100 * dropped) / (drawn + dropped);
  };
  const [quiet, busy] = [share(without), share(taking)];
  const percent = (what: string, value: number, bar: number | null): Row => ({
    ...{ what, value, bar },
    unit: '%',
  });
  return [
    percent('frames dropped while typing, 1 MB', quiet, null),
    percent('the same, a snapshot in the midst of it', busy, null),
    percent('  dropped for the snapshot', Math.max(0, busy - quiet), 1),
  ];
}

const sum = (all: readonly Frames[], of: (frames: Frames) => number): number =>
  all.reduce((so, one) => so + of(one), 0);

async function engines(): Promise<readonly Row[]> {
  const { forced, shown, resumed, slowestToShow, longestBlock, finished } = await forceFailures(
    Number(values.failures),
  );
  const missed = (what: string, count: number): Row => ({
    ...{ what: `engine lost ${forced} times: ${what}`, value: count, bar: 0 },
    unit: '',
  });
  return [
    missed('not shown within 2 s', forced - shown),
    missed('training not resumed', forced - resumed),
    missed('a training that did not end well', finished ? 0 : 1),
    milliseconds('slowest to be shown', slowestToShow, 2000),
    milliseconds('longest time the editor’s process was not free', longestBlock, null),
  ];
}

const parts: readonly Part[] = [
  { name: 'typing', measure: () => typing(false) },
  { name: 'typing while training', measure: () => typing(true) },
  { name: 'suggestions', measure: () => suggestions(false) },
  { name: 'suggestions while training', measure: () => suggestions(true) },
  { name: 'loading', measure: loading },
  { name: 'comparing', measure: comparing },
  { name: 'snapshots', measure: snapshots },
  { name: 'engines', measure: engines },
];

const shown = (value: number): string =>
  value.toFixed(value < 2 && value % 1 > 0 ? 2 : value < 10 && value % 1 > 0 ? 1 : 0);

async function main(): Promise<number> {
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const exact = parts.filter(({ name }) => name === values.only);
  const chosen = exact.length > 0 ? exact : parts.filter(({ name }) => name.includes(values.only));
  console.log(`${'what'.padEnd(58)}${'measured'.padStart(12)}${'bar'.padStart(12)}\n`);
  let reached = chosen.length > 0;
  for (const { name, measure } of chosen) {
    console.error(`${name} …`);
    // At once: whoever loses patience with the next part keeps this one.
    for (const row of await measure()) {
      console.log(lineOf(row));
      reached &&= isReached(row);
    }
  }
  return reached ? 0 : 1;
}

const isReached = ({ value, bar }: Row): boolean => bar === null || value <= bar;

function lineOf(row: Row): string {
  const { what, value, bar, unit } = row;
  const cells = [`${shown(value)} ${unit}`, bar === null ? '' : `${bar} ${unit}`];
  const verdict = bar === null ? '' : isReached(row) ? '  reached' : '  below the bar';
  return what.padEnd(58) + cells.map((cell) => cell.padStart(12)).join('') + verdict;
}

process.exitCode = await main();
