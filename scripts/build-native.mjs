// Builds the native kernels with node-gyp. Without a compiler it says so in one line and succeeds:
// Understudy then runs on its slower reference kernels. The full log is build/native.log.
import { spawn } from 'node:child_process';
import { createWriteStream, existsSync, globSync, mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import process from 'node:process';

const root = path.resolve(import.meta.dirname, '..');
const log = path.join(root, 'build', 'native.log');

/** The folder that holds include/node, where Node came with its headers; else node-gyp fetches them. */
function nodeFolder() {
  const candidates = [
    ...globSync('node_modules/{node/node_modules/,}node-*/', { cwd: root }),
    path.resolve(path.dirname(process.execPath), '..'),
    // The system's: Node-API is the same in every version.
    '/usr/local',
    '/usr',
  ];
  return candidates
    .map((candidate) => path.resolve(root, candidate))
    .find((candidate) => existsSync(path.join(candidate, 'include', 'node', 'common.gypi')));
}

/** @param {string} output of node-gyp */
function reasonOf(output) {
  const lines = output.split(/\r?\n/).map((line) => line.trim());
  const found =
    lines.find((line) => /\berror:|: error [A-Z]*\d+|fatal error/.test(line)) ??
    lines.find((line) => /^\w+Error: /.test(line)) ??
    lines.find((line) =>
      /gyp ERR! stack (Error|.*not found)|could not find|not found/i.test(line),
    ) ??
    lines.find((line) => line.includes('gyp ERR! stack'));
  return found?.replace(/^gyp ERR! (find \S+ |stack )?/, '').slice(0, 160) ?? 'node-gyp failed';
}

/**
 * Runs node-gyp in a folder that holds a binding.gyp.
 * @param {string} cwd @param {string[]} settings for `configure` @param {string} logFile
 * @returns {Promise<string | null>} null when it was built, else the reason why not
 */
export async function buildAddon(cwd, settings, logFile) {
  mkdirSync(path.dirname(logFile), { recursive: true });
  let gyp;
  try {
    const require = createRequire(import.meta.url);
    gyp = path.join(path.dirname(require.resolve('node-gyp/package.json')), 'bin', 'node-gyp.js');
  } catch {
    return 'node-gyp is not installed';
  }
  const headers = nodeFolder();
  const args = ['build', '--release', `--jobs=${Math.max(1, availableParallelism())}`];
  const configure = ['configure', '--release', ...(headers ? [`--nodedir=${headers}`] : [])];
  const file = createWriteStream(logFile);
  for (const step of [[...configure, ...settings], args]) {
    const child = spawn(process.execPath, [gyp, ...step], { cwd });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output += chunk;
        file.write(chunk);
      });
    }
    const code = await new Promise((resolve) => {
      child.on('error', (error) => {
        output += error.message;
        resolve(1);
      });
      child.on('close', resolve);
    });
    if (code !== 0) {
      file.end();
      return reasonOf(output);
    }
  }
  file.end();
  return null;
}

/**
 * Compiles binding.gyp into build/Release/understudy.node.
 * @returns {Promise<string | null>} null when it was built, else the reason why not
 */
export async function buildNative() {
  const reason = await buildAddon(root, [], log);
  // What an earlier build left must not run in place of these sources.
  if (reason !== null)
    rmSync(path.join(root, 'build', 'Release', 'understudy.node'), { force: true });
  return reason;
}

/** Builds, or says in one line why not. */
export async function buildNativeOrSay() {
  if (process.env['UNDERSTUDY_SKIP_NATIVE'] === '1') {
    console.log(
      'Native kernels not built (UNDERSTUDY_SKIP_NATIVE=1); using the slower reference kernels.',
    );
    return;
  }
  const reason = await buildNative();
  console.log(
    reason === null
      ? 'Native kernels built.'
      : `Native kernels not built (${reason}); using the slower reference kernels.`,
  );
}

if (process.argv[1] === import.meta.filename) await buildNativeOrSay();
