/**
 * Understudy against PyTorch, in turn on the same machine: `npm run bench:peers`. Machines are shared and
 * their speed drifts, so each pair runs back to back and the table shows the median of the ratios.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { parseArgs, promisify } from 'node:util';

const root = path.resolve(import.meta.dirname, '../..');
const run = promisify(execFile);

interface Case {
  readonly name: string;
  readonly what: 'train' | 'sample';
  readonly sizes: Readonly<Record<string, number>>;
  /** Flags that only our side knows. */
  readonly ours: readonly string[];
  /** The least ratio that we want to show; null: for information. */
  readonly bar: number | null;
}

const training = [
  { name: '2x128, E64, V80', sizes: { E: 64, H: 128, V: 80 } },
  { name: '2x512, E256, V80', sizes: { E: 256, H: 512, V: 80 } },
  { name: '2x1024, E512, V8000', sizes: { E: 512, H: 1024, V: 8000, runs: 3 } },
];
const sampling = [
  { name: '2x256, V80', sizes: { E: 256, H: 256, V: 80 }, bar: 10 },
  { name: '2x512, V80', sizes: { E: 256, H: 512, V: 80 }, bar: 10 },
  { name: '2x1024, V8000', sizes: { E: 512, H: 1024, V: 8000, runs: 5 }, bar: 3.5 },
];
/** PyTorch multiplies float32 in all of them. */
const cases: readonly Case[] = [
  // As `understudy train` runs: bfloat16 where the processor has it.
  ...training.map(({ name, sizes }): Case => ({
    name: `train ${name}`,
    what: 'train',
    sizes,
    ours: [],
    bar: 1.5,
  })),
  ...training.map(({ name, sizes }): Case => ({
    name: `train ${name}, float32`,
    what: 'train',
    sizes,
    ours: ['--precision', 'float32'],
    bar: null,
  })),
  ...sampling.map(({ name, sizes, bar }): Case => ({
    name: `sample ${name}`,
    what: 'sample',
    sizes,
    ours: [],
    bar,
  })),
  {
    name: 'sample 2x1024, V8000, int8',
    what: 'sample',
    sizes: { E: 512, H: 1024, V: 8000, runs: 5 },
    ours: ['--precision', 'int8'],
    bar: 7,
  },
];

const { values } = parseArgs({
  options: {
    pairs: { type: 'string', default: '5' },
    threads: { type: 'string', default: '2' },
    only: { type: 'string' },
    quality: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

const usage = `npm run bench:peers -- [--pairs 5] [--threads 2] [--only train|sample|int8|...] [--quality TEXT]

Compares with ../shared/peers/torch_lstm.py (PEER_SCRIPT), run by .peers/bin/python (PEER_PYTHON).
--only keeps the cases whose name contains the words; --quality adds recipe-c on a text, once on each side.
`;

interface Speed {
  readonly ms: number;
}
interface Quality {
  readonly curve: readonly (readonly [number, number])[];
  readonly best: number;
}

const python = path.resolve(root, process.env['PEER_PYTHON'] ?? '.peers/bin/python');
const script = path.resolve(root, process.env['PEER_SCRIPT'] ?? '../shared/peers/torch_lstm.py');
const understudy = path.join(root, 'bin/understudy.js');

const median = (numbers: readonly number[]): number => {
  const sorted = numbers.toSorted((a, b) => a - b);
  return ((sorted[(sorted.length - 1) >> 1] ?? NaN) + (sorted[sorted.length >> 1] ?? NaN)) / 2;
};

async function line<T>(file: string, args: readonly string[]): Promise<T> {
  const { stdout } = await run(file, args, { cwd: root, maxBuffer: 1 << 26 });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as T;
}

/** On the processor, as the peer. */
const ours = <T>(args: readonly string[]): Promise<T> =>
  line<T>(process.execPath, [understudy, 'bench', ...args, '--device', 'cpu']);
const theirs = <T>(args: readonly string[]): Promise<T> => line<T>(python, [script, ...args]);

const cell = (text: string | number, width: number): string =>
  (typeof text === 'number' ? text.toFixed(text < 10 ? 2 : 1) : text).padStart(width);

async function compare(test: Case, pairs: number, threads: string): Promise<boolean> {
  const args: string[] = [test.what, '--threads', threads];
  for (const [name, value] of Object.entries(test.sizes)) args.push(`--${name}`, String(value));
  const ratios: number[] = [];
  const mine: number[] = [];
  const peers: number[] = [];
  for (let i = 0; i < pairs; i++) {
    const peer = await theirs<Speed>(args);
    const own = await ours<Speed>([...args, ...test.ours]);
    peers.push(peer.ms);
    mine.push(own.ms);
    ratios.push(peer.ms / own.ms);
  }
  const ratio = median(ratios);
  console.log(
    `${test.name.padEnd(30)}${cell(median(peers), 12)}${cell(median(mine), 12)}` +
      `${cell(ratio, 9)}x${cell(Math.min(...ratios), 8)} -${cell(Math.max(...ratios), 6)}` +
      (test.bar === null
        ? ''
        : `${cell(test.bar, 8)}x  ${ratio >= test.bar ? 'reached' : 'below'}`),
  );
  return test.bar === null || ratio >= test.bar;
}

async function compareQuality(text: string, threads: string): Promise<void> {
  const args = ['quality', '--text', text, '--recipe', 'recipe-c', '--threads', threads];
  const own = await ours<Quality>(args);
  const peer = await theirs<Quality>(args);
  for (const [name, { curve, best }] of Object.entries({ understudy: own, PyTorch: peer })) {
    const seconds = curve.find(([, loss]) => loss === best)?.[0] ?? NaN;
    console.log(`${name.padEnd(12)} best ${best.toFixed(4)} nats/character at ${seconds} s`);
  }
}

async function main(): Promise<number> {
  if (values.help) {
    console.log(usage);
    return 0;
  }
  if (!existsSync(script)) {
    console.log(`The peer's program is missing: ${script}. Set PEER_SCRIPT to torch_lstm.py.`);
    return 1;
  }
  if (!existsSync(python)) {
    console.log(
      `PyTorch is missing. Make it ready once, or set PEER_PYTHON:\n\n` +
        `    python3 -m venv .peers && .peers/bin/pip install torch==2.13.0 numpy\n`,
    );
    return 1;
  }
  const pairs = Number(values.pairs);
  if (!Number.isInteger(pairs) || pairs < 1) {
    console.log(`--pairs is "${values.pairs}"; it must be a whole number from 1 up.`);
    return 2;
  }
  console.log(
    `Medians of ${pairs} interleaved pairs, ${values.threads} threads, ms a step or token\n`,
  );
  console.log(
    `${'what'.padEnd(30)}${cell('PyTorch', 12)}${cell('understudy', 12)}${cell('ratio', 10)}${cell('range', 17)}${cell('bar', 8)}`,
  );
  let reached = true;
  for (const test of cases.filter(({ name }) => name.includes(values.only ?? ''))) {
    reached = (await compare(test, pairs, values.threads)) && reached;
  }
  if (values.quality) await compareQuality(path.resolve(values.quality), values.threads);
  return reached ? 0 : 1;
}

process.exitCode = await main();
