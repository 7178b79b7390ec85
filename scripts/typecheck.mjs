// Type-checks every layer by its own tsconfig, two at a time, and then tests and tools by the root's.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import process from 'node:process';

const root = path.resolve(import.meta.dirname, '..');
const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
const layers = [
  'shared',
  ...['lm', 'backends', 'files', 'protocol', 'engine', 'host', 'web', 'electron', 'cli'].map(
    (layer) => `main/${layer}`,
  ),
];
const projects = ['.', ...layers.map((layer) => `src/${layer}`)];

/** @param {string} project */
async function check(project) {
  const child = spawn(process.execPath, [tsc, '-p', project, '--pretty', 'false'], { cwd: root });
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
