// npm run test:portability [-- NAMES... --quick --install]: checks the native kernels with every compiler and
// instruction set at hand, outside Node, and prints one table. What is not installed is skipped and said;
// --install asks apt-get for it first. Ends with 1 where a check failed.
import process from 'node:process';
import { parseArgs } from 'node:util';
import { checkNothingShared, checkVariant, run, variants } from './kernels-check.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean' }, install: { type: 'boolean' } },
});

const checks = [
  {
    name: 'shared',
    what: 'no code shared between instruction sets',
    tool: 'g++ -O0, nm',
    check: checkNothingShared,
  },
  ...variants.map((variant) => ({
    name: variant.name,
    what: variant.what,
    tool: variant.compilers[0] ?? '',
    check: () => checkVariant(values.quick ? { ...variant, quick: true } : variant),
  })),
];
const unknown = positionals.find((name) => checks.every((check) => check.name !== name));
if (unknown !== undefined) {
  console.error(
    `No check is called ${unknown}: there are ${checks.map((c) => c.name).join(', ')}.`,
  );
  process.exit(2);
}

/** Asks Debian for all the tools. @returns {Promise<void>} */
async function install() {
  if (process.getuid?.() !== 0) {
    console.log('--install needs root; going on with what is here.');
    return;
  }
  const packages = new Set(variants.flatMap((variant) => variant.packages.split(' ')));
  for (const command of [
    ['apt-get', 'update', '-qq'],
    ['apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...packages],
  ]) {
    const { code, output } = await run(command);
    if (code !== 0) {
      console.log(`${command.join(' ')} ended with ${code}\n${output.trim()}`);
      return;
    }
  }
}

if (values.install) await install();

/** @param {readonly string[]} cells */
const row = ([name = '', tool = '', outcome = '', time = '', what = '', detail = '']) =>
  `${name.padEnd(7)} ${tool.padEnd(28)} ${outcome.padEnd(8)} ${time.padStart(7)}  ${what}: ${detail}`;

console.log(row(['check', 'tool', 'outcome', 'time', 'what', 'what it showed']));
let failed = false;
for (const { name, what, tool, check } of checks) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  const { outcome, detail, seconds } = await check();
  const [first = '', ...rest] = detail.trim().split('\n');
  console.log(row([name, tool, outcome, `${seconds.toFixed(1)} s`, what, first]));
  if (rest.length > 0) console.log(rest.join('\n'));
  failed ||= outcome === 'FAILED';
}
process.exitCode = failed ? 1 : 0;
