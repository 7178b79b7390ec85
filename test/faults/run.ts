/**
 * Kills and spoiled inputs, many of them: `npm run test:faults`. Not part of `npm test`, which has a short
 * form of both. It ends with 1 when something broke.
 */
import { fork } from 'node:child_process';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { temporaryFolder } from '../helpers/understudy.ts';
import { dice } from '../helpers/dice.ts';
import { fuzz, type Finding } from './fuzz.ts';
import { killAgainAndAgain } from './kills.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    cases: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    from: { type: 'string', default: '0' },
    /** The process that fuzzes; it may crash or hang, and this one tells. */
    fuzzing: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const seed = Number(values.seed);

const usage = `npm run test:faults -- [--kills 100] [--cases 10000] [--seed 1] [--from 0]

A finding is repeated by its seed and number: --kills 0 --seed SEED --from NUMBER --cases 1.
`;

/** Longest silence of the fuzzing process, in milliseconds. */
const SILENCE = 60_000;

type Told =
  | { readonly number: number; readonly what: string }
  | { readonly findings: readonly Finding[]; readonly outcomes: [string, number][] };

async function fuzzHere(): Promise<void> {
  using folder = temporaryFolder();
  const { findings, outcomes } = await fuzz({
    folder: folder.path,
    seed,
    cases: Number(values.cases),
    from: Number(values.from),
    told: (number, what) => process.send?.({ number, what }),
  });
  process.send?.({ findings, outcomes: [...outcomes] });
}

/** Whether all cases ended well. */
async function fuzzApart(): Promise<boolean> {
  const args = ['--fuzzing', '--seed', values.seed, '--cases', values.cases, '--from', values.from];
  const child = fork(import.meta.filename, args);
  let last = 'making voices to spoil';
  let result: Extract<Told, { findings: unknown }> | undefined;
  const hang = (): void => {
    console.log(`Hanging for ${SILENCE / 1000} s at ${last}`);
    child.kill('SIGKILL');
  };
  let timer = setTimeout(hang, SILENCE);
  child.on('message', (told: Told) => {
    clearTimeout(timer);
    timer = setTimeout(hang, SILENCE);
    if ('findings' in told) result = told;
    else last = `case ${told.number}, ${told.what}`;
  });
  const code = await new Promise<number | null>((done) => child.on('close', done));
  clearTimeout(timer);
  if (!result || code !== 0) {
    console.log(`The process ended with ${code} at ${last}`);
    return false;
  }
  for (const { number, what, why } of result.findings.slice(0, 20)) {
    console.log(`case ${number}, ${what}: ${why}\n`);
  }
  console.log(`${values.cases} cases of seed ${seed}: ${result.findings.length} broke something`);
  for (const [code, times] of result.outcomes.toSorted(([, a], [, b]) => b - a)) {
    console.log(`  ${String(times).padStart(6)}  ${code === '' ? 'accepted' : code}`);
  }
  return result.findings.length === 0;
}

/** Whether every kill left a voice to go on with. */
async function kill(): Promise<boolean> {
  using folder = temporaryFolder();
  try {
    const { hits, resumed } = await killAgainAndAgain(folder, {
      kills: Number(values.kills),
      roll: dice(seed),
      network: ['--layers', '192,192', '--batch', '8', '--window', '32'],
      told: (text) => console.log(`  ${text}`),
    });
    console.log(
      `${values.kills} kills of seed ${seed}: every voice loads, ${resumed} runs went on`,
    );
    for (const [name, times] of hits) console.log(`  ${String(times).padStart(6)}  ${name}`);
    return true;
  } catch (error) {
    console.log(error);
    return false;
  }
}

if (values.help) {
  console.log(usage);
} else if (values.fuzzing) {
  await fuzzHere();
} else {
  const whole = Number(values.cases) === 0 || (await fuzzApart());
  const alive = Number(values.kills) === 0 || (await kill());
  process.exitCode = whole && alive ? 0 : 1;
}
