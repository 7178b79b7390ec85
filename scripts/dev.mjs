// `npm run dev`: the app in the browser, built anew and started again whenever a source changes.
import { spawn } from 'node:child_process';
import { watch } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

const root = path.resolve(import.meta.dirname, '..');
/** A port of its own, so that the page finds the host again after each start. */
const port = process.env.PORT ?? '4321';
/** Milliseconds of quiet before a build: an editor saves several files at once. */
const PAUSE = 200;

/** @type {import('node:child_process').ChildProcess | null} */
let host = null;
let building = false;
let changed = true;

/** @param {string} script @param {string[]} args */
const run = (script, args) =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [path.join(root, script), ...args], { stdio: 'inherit' });
    child.on('exit', resolve);
  });

async function stopHost() {
  const old = host;
  host = null;
  if (old === null || old.exitCode !== null || old.signalCode !== null) return;
  const gone = new Promise((resolve) => old.once('exit', resolve));
  old.kill('SIGTERM');
  await gone;
}

async function turn() {
  if (building || !changed) return;
  building = true;
  changed = false;
  if ((await run('scripts/build.mjs', ['--if-stale'])) === 0) {
    await stopHost();
    host = spawn(
      process.execPath,
      [path.join(root, 'dist/web/web.js'), '--port', port, ...process.argv.slice(2)],
      { stdio: 'inherit' },
    );
  }
  building = false;
  if (changed) void turn();
}

/** @type {NodeJS.Timeout | undefined} */
let timer;
watch(path.join(root, 'src'), { recursive: true }, () => {
  changed = true;
  clearTimeout(timer);
  timer = setTimeout(turn, PAUSE);
});
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
  process.on(signal, async () => {
    await stopHost();
    process.exit(130);
  });
}
void turn();
