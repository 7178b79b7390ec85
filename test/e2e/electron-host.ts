import { _electron } from '@playwright/test';
import { once } from 'node:events';
import path from 'node:path';
import { electronBinary } from '../../scripts/electron-binary.mjs';
import type { OpenRoom } from './fixtures.ts';

const root = path.resolve(import.meta.dirname, '..', '..');

/** The app in Electron, unpacked: fuses are not flipped, so that Playwright may inspect it. */
export const electronRoom: OpenRoom = async ({ library, data }, problems) => {
  const executablePath = electronBinary();
  if (executablePath === null)
    throw new Error("Electron's program is missing: npx install-electron");
  const electron = await _electron.launch({
    executablePath,
    args: [
      root,
      `--library=${library}`,
      `--data=${data}`,
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    ],
  });
  const host = electron.process();
  let output = '';
  for (const stream of [host.stdout, host.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  await problems.watchContext(electron.context());
  const page = await electron.firstWindow();
  problems.watch(page);
  // Once more, so that nothing of its beginning is missed.
  await page.reload();
  return {
    page,
    pid: host.pid!,
    quit: () => electron.close(),
    async kill() {
      const ended = once(host, 'exit');
      host.kill('SIGKILL');
      await ended;
    },
    output: () => output,
  };
};
