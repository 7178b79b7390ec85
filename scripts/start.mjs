// `npm start`: opens Understudy in Electron; where Electron's program is missing, in the browser.
// What follows `--` goes to the app: npm start -- --library FOLDER --data FOLDER
import { spawn } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { electronBinary } from './electron-binary.mjs';

const root = path.resolve(import.meta.dirname, '..');
const given = process.argv.slice(2);
const hasDisplay =
  process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);

/** Signals that end this program end the one it started; its exit code becomes ours. */
function follow(/** @type {import('node:child_process').ChildProcess} */ child) {
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
    process.on(signal, () => child.kill(signal));
  }
  child.on('error', (error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1);
  });
}

/** Electron's own switches are written --name=value. @param {readonly string[]} flags */
function switches(flags) {
  /** @type {string[]} */
  const joined = [];
  for (const flag of flags) {
    const last = joined.at(-1);
    const completes = last?.startsWith('--') && !last.includes('=') && !flag.startsWith('--');
    if (completes) joined[joined.length - 1] = `${last}=${flag}`;
    else joined.push(flag);
  }
  return joined;
}

/** @param {string} program */
function startElectron(program) {
  // Set by some editors' terminals, it would make Electron a plain Node.
  const env = { ...process.env };
  delete env.ELECTRON_RUN_AS_NODE;
  follow(spawn(program, [root, ...switches(given)], { stdio: 'inherit', env }));
}

/** @param {string} address */
function openBrowser(address) {
  /** @type {[string, string[]]} */
  const [command, args] =
    process.platform === 'darwin'
      ? ['open', [address]]
      : process.platform === 'win32'
        ? ['cmd', ['/c', 'start', '', address]]
        : ['xdg-open', [address]];
  const opener = spawn(command, args, { stdio: 'ignore', detached: true });
  // The address stands in the terminal anyway.
  opener.on('error', () => console.log('Open this address in a browser.'));
  opener.unref();
}

function startInBrowser() {
  const web = spawn(process.execPath, [path.join(root, 'dist', 'web', 'web.js'), ...given], {
    stdio: ['inherit', 'pipe', 'inherit'],
  });
  follow(web);
  createInterface({ input: web.stdout }).on('line', (line) => {
    console.log(line);
    const address = /^Understudy is at (http:\S+)$/.exec(line)?.[1];
    if (address === undefined) return;
    if (hasDisplay) openBrowser(address);
    console.log('Ctrl+C ends it; everything is saved as you write.');
  });
}

const program = electronBinary();
if (program !== null && hasDisplay) {
  startElectron(program);
} else {
  console.log(
    program === null
      ? "Electron's program is missing here (npx install-electron gets it): Understudy opens in the browser."
      : 'There is no display for a window (DISPLAY and WAYLAND_DISPLAY are not set): Understudy is served to a browser.',
  );
  startInBrowser();
}
