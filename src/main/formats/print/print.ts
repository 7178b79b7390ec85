/** A page to PDF by a browser that is on the computer anyway. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { UserError } from '../../../shared/errors.ts';
import { DevTools } from './devtools.ts';
import { findChromium } from './find-chromium.ts';

/** Makes a PDF of a page as its style says. Throws UserError; an aborted one throws the signal's reason. */
export type PrintPdf = (html: string, signal: AbortSignal) => Promise<Uint8Array>;

/** Milliseconds that printing may take; the longest novel takes a tenth. */
const PATIENCE = 180_000;

const flags = [
  '--headless',
  '--remote-debugging-pipe',
  '--no-first-run',
  '--no-default-browser-check',
  '--disable-extensions',
  '--disable-gpu',
  '--disable-sync',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-domain-reliability',
  '--no-pings',
  '--mute-audio',
  // Whatever still asks for a name finds none.
  '--host-resolver-rules=MAP * ~NOTFOUND',
];

/** Prints with Chromium, Chrome, Edge or Brave: with a profile of its own that goes, and without a network. */
export const printWithChromium: PrintPdf = async (html, signal) => {
  const program = await findChromium();
  if (program === null) {
    throw new UserError(
      'unsupported',
      'A PDF is printed by Chromium, Chrome, Edge or Brave, and none was found; install one of them, ' +
        'or export to .docx, .epub or .html.',
    );
  }
  signal.throwIfAborted();
  const folder = await mkdtemp(join(tmpdir(), 'understudy-print-'));
  let child: ChildProcess | null = null;
  try {
    child = start(program, folder);
    return await printed(child, html, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw new UserError(
      'engine.failed',
      `${program} could not print the PDF (${error instanceof Error ? error.message : String(error)}); ` +
        'update it, or export to .docx, .epub or .html.',
      { cause: error },
    );
  } finally {
    if (child) await end(child);
    await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
};

function start(program: string, folder: string): ChildProcess {
  const isRoot = process.getuid?.() === 0;
  // Chromium's sandbox refuses to work for root. The page has no scripts and loads nothing.
  const args = [
    ...flags,
    `--user-data-dir=${folder}`,
    ...(isRoot ? ['--no-sandbox'] : []),
    'about:blank',
  ];
  return spawn(program, args, {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    // A group of its own: all of its processes end together, and not by a Ctrl+C that is meant for us.
    detached: process.platform !== 'win32',
  });
}

async function printed(
  child: ChildProcess,
  html: string,
  signal: AbortSignal,
): Promise<Uint8Array> {
  // Where this process ends at once, the browser does not outlive it.
  const endNow = (): void => killAll(child);
  process.once('exit', endNow);
  const devTools = new DevTools(child.stdio[3] as Writable, child.stdio[4] as Readable);
  child.on('error', (error) => devTools.close(error));
  child.on('exit', (code, by) => devTools.close(new Error(`it ended with ${by ?? code}`)));
  const abort = (): void => devTools.close(new Error('it was stopped'));
  signal.addEventListener('abort', abort);
  const timer = setTimeout(() => devTools.close(new Error('it did not answer')), PATIENCE);
  try {
    const targetId = await devTools.text('Target.createTarget', { url: 'about:blank' }, 'targetId');
    const attach = { targetId, flatten: true };
    devTools.attach(await devTools.text('Target.attachToTarget', attach, 'sessionId'));
    await devTools.ask('Emulation.setScriptExecutionDisabled', { value: true });
    await devTools.ask('Network.enable');
    await devTools.ask('Network.setBlockedURLs', { urls: ['*'] });
    await devTools.ask('Page.enable');
    const { frameTree } = await devTools.ask('Page.getFrameTree');
    const { frame } = frameTree as { readonly frame: { readonly id: string } };
    await devTools.ask('Page.setDocumentContent', { frameId: frame.id, html });
    const options = {
      preferCSSPageSize: true,
      printBackground: false,
      generateTaggedPDF: true,
      generateDocumentOutline: true,
      transferMode: 'ReturnAsStream',
    };
    const handle = await devTools.text('Page.printToPDF', options, 'stream');
    const chunks: Buffer[] = [];
    for (;;) {
      const { data, base64Encoded, eof } = await devTools.ask('IO.read', { handle, size: 1 << 20 });
      chunks.push(Buffer.from(String(data), base64Encoded === true ? 'base64' : 'latin1'));
      if (eof === true) return Buffer.concat(chunks);
    }
  } finally {
    process.off('exit', endNow);
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}

const isAlive = ({ pid, exitCode, signalCode }: ChildProcess): boolean =>
  pid !== undefined && exitCode === null && signalCode === null;

/** At once, with all of its processes. */
function killAll(child: ChildProcess): void {
  if (!isAlive(child)) return;
  if (process.platform === 'win32') child.kill();
  else process.kill(-child.pid!, 'SIGKILL');
}

/** Resolves when it is gone. */
async function end(child: ChildProcess): Promise<void> {
  if (!isAlive(child)) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  killAll(child);
  await gone;
}
