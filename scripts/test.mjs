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

// Vitest's use them, too: the suites of the backends run on TensorFlow and on the GPU that Chromium's library plays.
const noTensorflow = await provideTensorflow();
if (noTensorflow !== null) console.log(`The tests on TensorFlow are skipped: ${noTensorflow}.`);
const noChromium = provideChromium();

const results = [passes('vitest/vitest.mjs', 'run')];
if (noChromium === null) results.push(passes('@playwright/test/cli.js', 'test'));
else console.log(`The browser tests are skipped. ${noChromium}`);
process.exitCode = results.every(Boolean) ? 0 : 1;
