// Finds the Chromium that the browser tests drive; installs Debian's where it is missing and that is possible.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import process from 'node:process';
import { pathToFileURL } from 'node:url';

/** Where it is expected. @param {NodeJS.ProcessEnv} [env] */
export const chromiumPath = (env = process.env) =>
  env['PLAYWRIGHT_CHROMIUM'] || '/usr/bin/chromium';

/** @returns {string | null} what to do where there is none and none could be installed */
export function provideChromium() {
  const program = chromiumPath();
  if (existsSync(program)) return null;
  const advice = `The browser tests need Chromium, and there is none at ${program}: install Debian's (apt-get install chromium), or name another in PLAYWRIGHT_CHROMIUM.`;
  const isRoot = process.getuid?.() === 0;
  if (process.platform !== 'linux' || !isRoot || process.env['PLAYWRIGHT_CHROMIUM']) return advice;
  console.log('Installing Chromium for the browser tests.');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const args of [
    ['update', '-qq'],
    ['install', '-y', '-qq', 'chromium'],
  ]) {
    const { status } = spawnSync('apt-get', args, { stdio: ['ignore', 'ignore', 'inherit'], env });
    if (status !== 0) return advice;
  }
  return existsSync(program) ? null : advice;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const missing = provideChromium();
  if (missing !== null) {
    console.error(missing);
    process.exitCode = 1;
  }
}
