// Type-checks every layer by its own tsconfig, two at a time, and tests and tools by the root's.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import process from 'node:process';

const root = path.resolve(import.meta.dirname, '..');
const require = createRequire(import.meta.url);
const tsc = require.resolve('typescript/bin/tsc');
const layers = [
  'shared',
  ...[
    'lm',
    'backends',
    'hunspell',
    'formats',
    'files',
    'protocol',
    'engine',
    'host',
    'web',
    'electron',
    'cli',
  ].map((layer) => `main/${layer}`),
  'renderer/editor',
];
// The page has components beside its sources: svelte-check reads both.
const PAGE = 'src/renderer';
const projects = [PAGE, '.', 'test/renderer', ...layers.map((layer) => `src/${layer}`)];

/** What checks a project. @param {string} project */
const checker = (project) =>
  project === PAGE
    ? [
        require.resolve('svelte-check/bin/svelte-check'),
        ...['--workspace', project, '--tsconfig', 'tsconfig.json'],
        ...['--output', 'human', '--no-color', '--fail-on-warnings'],
      ]
    : [
        tsc,
        ...['-p', project, '--pretty', 'false'],
        // Files that did not change, and import none that did, are not checked again.
        ...['--incremental', '--tsBuildInfoFile', path.join(root, '.cache/tsc', `${project}.json`)],
      ];

/** @param {string} project */
async function check(project) {
  const child = spawn(process.execPath, checker(project), { cwd: root });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (code !== 0) process.stdout.write(`${project}/tsconfig.json\n${output}`);
  return code === 0;
}

for (const project of projects) {
  if (!existsSync(path.join(root, project, 'tsconfig.json'))) {
    throw new Error(`${project}/tsconfig.json is missing: every layer has its own.`);
  }
}
const queue = [...projects];
const results = await Promise.all(
  [1, 2].map(async () => {
    let fine = true;
    for (let project = queue.shift(); project !== undefined; project = queue.shift()) {
      fine = (await check(project)) && fine;
    }
    return fine;
  }),
);
process.exitCode = results.every(Boolean) ? 0 : 1;
