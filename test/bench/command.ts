import { spawn } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';

export const root = path.resolve(import.meta.dirname, '../..');

/** One JSON line of the command. */
export type Line = Readonly<Record<string, unknown>>;

export interface Ended {
  /** Largest resident memory of the process over its whole life, in bytes. */
  readonly peak: number;
  /** Milliseconds from starting the process to the first byte on standard output. */
  readonly firstByte: number;
  readonly lines: readonly Line[];
}

export interface Watched {
  /** Told each JSON line, with the milliseconds since the process was started; 'stop' sends SIGTERM. */
  readonly line?: (line: Line, milliseconds: number) => 'stop' | undefined;
  /** Whether standard output is JSON lines. */
  readonly json: boolean;
}

/** Loaded before the command: tells on descriptor 3 what the kernel counted, in kilobytes. */
const tellPeak = `data:text/javascript,${encodeURIComponent(
  `import { writeSync } from 'node:fs';
   process.on('exit', () => writeSync(3, String(process.resourceUsage().maxRSS)));`,
)}`;

const INTERRUPTED = 130;

/**
 * Runs the built command as its users do, in a process of its own.
 *
 * @throws Error with what it said when it ends with anything but 0, or 130 after it was stopped
 */
export async function runCommand(args: readonly string[], watched: Watched): Promise<Ended> {
  const began = performance.now();
  const child = spawn(
    process.execPath,
    ['--import', tellPeak, path.join(root, 'bin/understudy.js'), ...args],
    { cwd: root, stdio: ['ignore', 'pipe', 'pipe', 'pipe'] },
  );
  const [, out, err, told] = child.stdio;
  if (!out || !err || !told || !('setEncoding' in told))
    throw new Error('The process has no pipes');
  const ended = new Promise<number | null>((done, failed) => {
    child.on('error', failed);
    child.on('close', done);
  });
  let firstByte = NaN;
  out.once('data', () => (firstByte = performance.now() - began));
  let said = '';
  err.setEncoding('utf8').on('data', (text: string) => (said += text));
  let kilobytes = '';
  told.setEncoding('utf8').on('data', (text: string) => (kilobytes += text));
  const lines: Line[] = [];
  let stopped = false;
  createInterface({ input: out }).on('line', (text) => {
    if (!watched.json) return;
    const line = JSON.parse(text) as Line;
    lines.push(line);
    if (watched.line?.(line, performance.now() - began) === 'stop' && !stopped) {
      stopped = true;
      child.kill('SIGTERM');
    }
  });
  const code = await ended;
  if (code !== 0 && !(stopped && code === INTERRUPTED)) {
    throw new Error(`understudy ${args[0]} ended with ${code}: ${said.trim()}`);
  }
  return { peak: 1024 * Number(kilobytes), firstByte, lines };
}
