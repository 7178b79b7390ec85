#!/usr/bin/env node
import { existsSync } from 'node:fs';
import process from 'node:process';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const cli = new URL('../dist/cli/cli.js', import.meta.url);

/** @param {string} sentence */
function refuse(sentence) {
  process.stderr.write(`understudy: ${sentence}\n`);
  process.exitCode = 1;
}

if (major < 22 || (major === 22 && minor < 18)) {
  refuse(
    `Node ${process.versions.node} is too old: it needs 22.18 or newer. ` +
      'From a clone, `npx understudy` uses the Node that `npm ci` installed.',
  );
} else if (!existsSync(cli)) {
  refuse('it is not built yet. Run `npm ci` (or `npm run build`) in its folder first.');
} else {
  await import(cli.href);
}
