/**
 * Everything that is broken on purpose: `npm run test:faults`. Each section runs in a process of its own,
 * so that one that crashes or hangs is a line of the table; at the end the table says what was measured,
 * and the run ends with 1 where a bar was missed. `npm test` has a short form of each section.
 */
import { fork } from 'node:child_process';
import process from 'node:process';
import { parseArgs } from 'node:util';
import type { Figure, Run, Section } from './section.ts';
import { sections } from './sections.ts';
import { tableOf, type Measured } from './table.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    share: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    strict: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
    /** The process that measures one section. */
    measure: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const [share, seed] = [Number(values.share), Number(values.seed)];

/** Longest silence of a section, in milliseconds. */
const SILENCE = 120_000;
/** Longest time for all sections, in minutes. */
const MINUTES = 20;

type Told = { readonly told: string } | { readonly figures: readonly Figure[] };

function named(name: string): Section {
  const section = sections.find((one) => one.name === name);
  if (section) return section;
  throw new Error(`There is no section ${name}: ${sections.map((one) => one.name).join(', ')}`);
}

async function measureHere(section: Section): Promise<void> {
  const run: Run = { share, seed, told: (told) => process.send?.({ told } satisfies Told) };
  const figures = await section.measure(run);
  process.send?.({ figures } satisfies Told, () => process.exit(0));
}

const nothing = ({ about: what }: Section): Figure => {
  return { what, measured: 'no figures', bar: 'some', met: false };
};

/** The figures of a section, or one that says how its process ended. */
async function measureApart(section: Section, part: number): Promise<readonly Figure[]> {
  const args = ['--measure', section.name, '--share', `${part}`, '--seed', values.seed];
  const child = fork(import.meta.filename, args);
  let last = 'starting';
  let hung = false;
  let figures: readonly Figure[] | null = null;
  const hang = (): void => {
    hung = true;
    child.kill('SIGKILL');
  };
  let timer = setTimeout(hang, SILENCE);
  child.on('message', (message: Told) => {
    clearTimeout(timer);
    timer = setTimeout(hang, SILENCE);
    if ('figures' in message) figures = message.figures;
    else {
      last = message.told;
      if (values.verbose) console.log(`  ${last}`);
    }
  });
  const code = await new Promise<number | null>((done) => child.on('close', done));
  clearTimeout(timer);
  if (figures) return figures;
  const how = hung ? `nothing for ${SILENCE / 1000} s` : `ended with ${code}`;
  return [{ what: section.about, measured: `${how} after: ${last}`, bar: 'an end', met: false }];
}

async function measureAll(names: readonly string[] | undefined): Promise<void> {
  const chosen = names?.map(named) ?? sections;
  const began = performance.now();
  const measured = new Map<Section, Measured>();
  const measure = async (section: Section): Promise<void> => {
    const part = names ? share : share * (section.among ?? 1);
    console.log(`${section.name}: ${section.about}`);
    const start = performance.now();
    const found = await measureApart(section, part);
    const figures = found.length > 0 ? found : [nothing(section)];
    const seconds = (performance.now() - start) / 1000;
    measured.set(section, { section, part, figures, seconds });
  };
  for (const section of chosen.filter(({ alone }) => alone)) await measure(section);
  const left = chosen.filter(({ alone }) => !alone);
  const lane = async (): Promise<void> => {
    for (let section = left.shift(); section; section = left.shift()) await measure(section);
  };
  await Promise.all([lane(), lane()]);
  const all = chosen.flatMap((section) => measured.get(section) ?? []);
  // What is not whole has no bar: it is short by itself, and a section by its name takes as long as it takes.
  const isWhole = names === undefined && share === 1;
  const minutes = (performance.now() - began) / 60_000;
  const time: Figure = {
    what: 'minutes for all of this',
    measured: minutes.toFixed(1),
    bar: isWhole ? `<= ${MINUTES}` : 'told',
    met: !isWhole || minutes <= MINUTES,
  };
  console.log(`\n${tableOf(all, time)}`);
  const verdicts = [...all.flatMap(({ figures }) => figures), time].map(({ met }) => met);
  const isMet = verdicts.every((met) => met === true || (met === null && !values.strict));
  process.exitCode = isMet ? 0 : 1;
}

if (values.help) {
  console.log(`npm run test:faults -- [--only SECTION]... [--share 1] [--seed 1] [--strict] [--verbose]

  --only SECTION   this section alone, and whole; may be given several times
  --share 0.1      a tenth of each
  --strict         what cannot be measured here counts as missed
  --verbose        every step

${sections.map(({ name, about, among }) => `  ${name.padEnd(12)} ${about}${among === undefined ? '' : `; without --only ${among} of it`}`).join('\n')}
`);
} else if (values.measure !== undefined) {
  await measureHere(named(values.measure));
} else {
  await measureAll(values.only);
}
