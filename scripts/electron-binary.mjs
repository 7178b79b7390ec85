// Where Electron's program is, as electron's own index.js finds it, but without downloading anything.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

const root = path.resolve(import.meta.dirname, '..');

const names = /** @type {Record<string, string>} */ ({
  darwin: 'Electron.app/Contents/MacOS/Electron',
  win32: 'electron.exe',
});

/**
 * The path of the program, or null where it is missing.
 * @param {{env?: NodeJS.ProcessEnv, folder?: string}} [options] `folder` is that of the npm package
 * @returns {string | null}
 */
export function electronBinary({
  env = process.env,
  folder = path.join(root, 'node_modules', 'electron'),
} = {}) {
  const note = path.join(folder, 'path.txt');
  const name = existsSync(note)
    ? readFileSync(note, 'utf8')
    : (names[process.platform] ?? 'electron');
  const dist = env['ELECTRON_OVERRIDE_DIST_PATH'] || path.join(folder, 'dist');
  const program = path.join(dist, name);
  return existsSync(program) ? program : null;
}
