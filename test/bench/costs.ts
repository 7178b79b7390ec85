/**
 * What the command costs: memory, waiting, text preparation, and what int8 weights lose. `npm run
 * bench:costs` prints a table and ends with 1 where a bar is missed; `-- --only memory` keeps some rows.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { defaultText, defaultUnits, type UnitsKind } from '../../src/shared/config.ts';
import { findSources, sourceOf } from '../../src/main/engine/sources.ts';
import { yieldNow } from '../../src/main/engine/system.ts';
import { buildCorpus } from '../../src/main/lm/text/index.ts';
import { root, runCommand, type Line } from './command.ts';
import { corporaAt, corporaIn, type Corpora } from './corpora.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    threads: { type: 'string', default: '2' },
    minutes: { type: 'string', default: '2' },
    help: { type: 'boolean', default: false },
  },
});

const usage = `npm run bench:costs -- [--only memory|"first step"|preparing|continue|int8] [--threads 2] [--minutes 2]

--only keeps the rows whose name contains the words; --minutes is how long the voice of the int8 row is
trained. The texts are the packs in ../shared/corpora (CORPORA says where they are).
`;

interface Row {
  readonly name: string;
  /** The most it may be. */
  readonly bar: number;
  readonly unit: string;
  readonly measure: (bench: Bench) => Promise<number>;
}

interface Bench {
  readonly corpora: Corpora;
  /** A path in the temporary folder that nothing is at yet. */
  readonly fresh: (name: string) => string;
}

const median = (numbers: readonly number[]): number => {
  const sorted = numbers.toSorted((a, b) => a - b);
  return ((sorted[(sorted.length - 1) >> 1] ?? NaN) + (sorted[sorted.length >> 1] ?? NaN)) / 2;
};

const trainArgs = (text: string, out: string, rest: readonly string[]): string[] => [
  ...['train', text, '--out', out, '--json', '--threads', values.threads, ...rest],
];

const countOf = (lines: readonly Line[], event: string): number =>
  lines.filter((line) => line['event'] === event).length;

/** Megabytes at the peak of a run that evaluates, samples, saves and ends. */
async function peakMemory({ fresh }: Bench, text: string): Promise<number> {
  const args = ['--preset', 'medium', '--minutes', '0.6'];
  const { peak, lines } = await runCommand(trainArgs(text, fresh('memory.voice'), args), {
    json: true,
  });
  const saves = lines.filter(({ stage }) => stage === 'saving').length;
  const seen = {
    evaluation: countOf(lines, 'evaluation'),
    sample: countOf(lines, 'sample'),
    saves,
  };
  if (seen.evaluation < 3 || seen.sample < 6 || seen.saves < 3) {
    throw new Error(`The run was too short to tell its peak: ${JSON.stringify(seen)}`);
  }
  return peak / 1e6;
}

/** Seconds from starting the command until its first step of training is done, median of `runs`. */
async function firstStep(
  { fresh }: Bench,
  text: string,
  units: UnitsKind,
  runs: number,
): Promise<number> {
  const args = ['--preset', 'medium', '--units', units];
  if (units === 'subword') args.push('--vocabulary', '4096');
  const times: number[] = [];
  for (let i = 0; i < runs; i++) {
    let first = NaN;
    await runCommand(trainArgs(text, fresh('first.voice'), args), {
      json: true,
      line({ event }, milliseconds) {
        if (event !== 'progress') return undefined;
        if (Number.isNaN(first)) first = milliseconds / 1000;
        return 'stop';
      },
    });
    times.push(first);
  }
  return median(times);
}

/** Nanoseconds of processor time a character of reading, cleaning, counting and cutting into units. */
async function preparing(file: string, units: UnitsKind): Promise<number> {
  const began = process.cpuUsage();
  const files = await findSources([file], null);
  const { report } = await buildCorpus(
    sourceOf(files, null),
    defaultText,
    defaultUnits[units],
    yieldNow,
  );
  const { user, system } = process.cpuUsage(began);
  return (1000 * (user + system)) / report.characters;
}

const REPEATS = 20;

/** Per cent that a character costs more in 100 MB than in 1 MB; the two are measured in turn. */
async function growth({ corpora }: Bench, units: UnitsKind): Promise<number> {
  const { sample, shelf } = corpora;
  for (let i = 0; i < REPEATS; i++) await preparing(sample, units);
  const small: number[] = [];
  const large: number[] = [];
  for (let i = 0; i < 3; i++) {
    for (let j = 0; j < REPEATS; j++) small.push(await preparing(sample, units));
    large.push(await preparing(shelf, units));
  }
  console.log(
    `  ${units}: ${median(small).toFixed(1)} ns a character in 1 MB, ${median(large).toFixed(1)} in 100 MB`,
  );
  return 100 * (median(large) / median(small) - 1);
}

/** Milliseconds from starting `continue` to its first character, median of ten. */
async function firstCharacter({ fresh }: Bench): Promise<number> {
  const voice = fresh('small.voice');
  const manuscript = path.join(root, 'resources/sample-manuscript.md');
  const brief = ['--preset', 'small', '--minutes', '0.2'];
  await runCommand(trainArgs(manuscript, voice, brief), { json: true });
  const prompt = 'It had rained in the night, and the first lorry over the plate that morning';
  const times: number[] = [];
  for (let seed = 1; seed <= 10; seed++) {
    const args = ['continue', '--voice', voice, '--prompt', prompt, '--seed', String(seed)];
    times.push((await runCommand(args, { json: false })).firstByte);
  }
  return median(times);
}

/** Per cent that int8 weights lose on held-back plays, in nats a character. */
async function lossOfInt8({ corpora, fresh }: Bench): Promise<number> {
  const voice = fresh('plays.voice');
  const args = ['--preset', 'medium', '--minutes', values.minutes];
  await runCommand(trainArgs(corpora.plays, voice, args), { json: true });
  const text = readFileSync(corpora.plays, 'utf8');
  const heldBack = fresh('held-back.txt');
  writeFileSync(heldBack, text.slice(-Math.floor(text.length * defaultText.heldBack)));
  const losses: number[] = [];
  for (const precision of ['float32', 'int8']) {
    const evaluate = ['evaluate', heldBack, '--voice', voice, '--precision', precision, '--json'];
    const { lines } = await runCommand(evaluate, { json: true });
    losses.push(Number(lines.at(-1)?.['natsPerToken']));
  }
  const [float32 = NaN, int8 = NaN] = losses;
  console.log(`  ${float32.toFixed(4)} nats with float32 weights, ${int8.toFixed(4)} with int8`);
  return 100 * Math.abs(int8 / float32 - 1);
}

const rows: readonly Row[] = [
  {
    name: 'memory, medium, 2 MB',
    bar: 600,
    unit: 'MB',
    measure: (bench) => peakMemory(bench, bench.corpora.novel),
  },
  {
    name: 'memory, medium, 100 MB',
    bar: 1200,
    unit: 'MB',
    measure: (bench) => peakMemory(bench, bench.corpora.novels),
  },
  {
    name: 'first step, characters, 2 MB',
    bar: 3,
    unit: 's',
    measure: (bench) => firstStep(bench, bench.corpora.novel, 'char', 3),
  },
  {
    name: 'first step, characters, 100 MB',
    bar: 30,
    unit: 's',
    measure: (bench) => firstStep(bench, bench.corpora.novels, 'char', 1),
  },
  {
    name: 'first step, subwords, 2 MB',
    bar: 10,
    unit: 's',
    measure: (bench) => firstStep(bench, bench.corpora.novel, 'subword', 3),
  },
  {
    name: 'first step, subwords, 100 MB',
    bar: 120,
    unit: 's',
    measure: (bench) => firstStep(bench, bench.corpora.novels, 'subword', 1),
  },
  ...(['char', 'word', 'subword'] as const).map((units) => ({
    name: `preparing 100 MB over 1 MB, ${units}`,
    bar: 10,
    unit: '%',
    measure: (bench: Bench) => growth(bench, units),
  })),
  { name: 'continue, first character', bar: 500, unit: 'ms', measure: firstCharacter },
  { name: 'int8 over float32, held-back loss', bar: 0.5, unit: '%', measure: lossOfInt8 },
];

async function main(): Promise<number> {
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const chosen = rows.filter(({ name }) => name.includes(values.only));
  if (corporaAt() === null) {
    console.log('Skipped: ../shared/corpora is missing. Set CORPORA to the folder of the packs.');
    return 0;
  }
  const folder = mkdtempSync(path.join(tmpdir(), 'understudy-costs-'));
  let made = 0;
  const bench: Bench = {
    corpora: corporaIn(folder),
    fresh: (name) => path.join(folder, `${++made}-${name}`),
  };
  let reached = true;
  try {
    console.log(`${'what'.padEnd(38)}${'measured'.padStart(12)}${'bar'.padStart(12)}\n`);
    for (const { name, bar, unit, measure } of chosen) {
      const value = await measure(bench);
      const met = value <= bar;
      reached &&= met;
      const shown = value.toFixed(Math.abs(value) < 10 ? 2 : 0);
      console.log(
        `${name.padEnd(38)}${`${shown} ${unit}`.padStart(12)}${`${bar} ${unit}`.padStart(12)}  ${met ? 'reached' : 'missed'}`,
      );
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return reached ? 0 : 1;
}

process.exitCode = await main();
