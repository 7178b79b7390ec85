// All tests: Vitest's, then the browser's. Both run, whatever the first ones say.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { provideTensorflow } from '../test/tensorflow/build.mjs';
import { provideChromium } from './chromium.mjs';

const packages = path.resolve(import.meta.dirname, '..', 'node_modules');

/** @param {string} program within node_modules @param {string[]} args */
function passes(program, ...args) {
  const { status } = spawnSync(process.execPath, [path.join(packages, program), ...args], {
    stdio: 'inherit',
  });
  return status === 0;
}

/** Without a browser they are skipped, and that is said. */
function browserTestsPass() {
  const missing = provideChromium();
  if (missing === null) return passes('@playwright/test/cli.js', 'test');
  console.log(`The browser tests are skipped. ${missing}`);
  return true;
}

// The suites of the backends run on it where it is; where not, they say so.
const missing = await provideTensorflow();
if (missing !== null) console.log(`The tests on TensorFlow are skipped: ${missing}.`);

const results = [passes('vitest/vitest.mjs', 'run'), browserTestsPass()];
process.exitCode = results.every(Boolean) ? 0 : 1;
