import { chromium } from '@playwright/test';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { chromiumPath } from '../../scripts/chromium.mjs';
import type { OpenRoom } from './fixtures.ts';

const root = path.resolve(import.meta.dirname, '..', '..');
/** Milliseconds until the host has said where it is. */
const PATIENCE = 30_000;

/** Chromium as a test wants it: it asks no one for anything. */
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
];

/** The web host as its own process, its page in Debian's Chromium. */
export const webRoom: OpenRoom = async ({ library, data }, problems) => {
  const host = spawn(
    process.execPath,
    [path.join(root, 'dist/web/web.js'), '--library', library, '--data', data],
    // What it puts beside its own folders stays beside them, too.
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, HOME: path.dirname(data) } },
  );
  let output = '';
  for (const stream of [host.stdout, host.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  const ended = once(host, 'exit');
  const address = await new Promise<string>((resolve, reject) => {
    const look = (): void => {
      const found = /^Understudy is at (\S+)$/m.exec(output)?.[1];
      if (found !== undefined) resolve(found);
    };
    host.stdout.on('data', look);
    host.once('exit', (code) => reject(new Error(`The web host ended with ${code}:\n${output}`)));
    setTimeout(() => reject(new Error(`The web host says nothing:\n${output}`)), PATIENCE).unref();
  });
  const browser = await chromium.launch({ executablePath: chromiumPath(), args });
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  await problems.watchContext(context);
  const page = await context.newPage();
  problems.watch(page);
  await page.goto(address);

  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (signal === 'SIGTERM') {
      // As one closes a tab: the page hears of it.
      const closed = page.waitForEvent('close');
      await page.close({ runBeforeUnload: true });
      await closed;
    }
    host.kill(signal);
    await ended;
    await browser.close();
  };
  return {
    page,
    pid: host.pid!,
    quit: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    output: () => output,
  };
};
