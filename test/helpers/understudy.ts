import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** The command as a real process, from the sources: no build is needed to test it. */
const entry = resolve(import.meta.dirname, '../../src/main/cli/index.ts');

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** When each line of standard output had come, in milliseconds of `performance.now()`. */
  readonly arrivals: readonly number[];
  /** Resolves once standard output matches. */
  until(pattern: RegExp): Promise<void>;
}

/** Starts the command in `cwd`. */
export function start(cwd: string, args: readonly string[], input?: string): Running {
  const child = spawn(process.execPath, [entry, ...args], {
    cwd,
    env: { ...process.env, UNDERSTUDY_DEBUG: '' },
  });
  let out = '';
  let err = '';
  const arrivals: number[] = [];
  const waiting = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    const now = performance.now();
    arrivals.push(...Array.from(text.matchAll(/\n/g), () => now));
    for (const check of waiting) check();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  // A command that refuses to start does not read what it was given.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input ?? '');
  const ended = new Promise<Ended>((done, failed) => {
    child.on('error', failed);
    child.on('close', (code) => done({ code, out, err }));
  });
  return {
    child,
    ended,
    arrivals,
    until: (pattern) =>
      new Promise((done, failed) => {
        const check = (): void => {
          if (!pattern.test(out)) return;
          waiting.delete(check);
          done();
        };
        waiting.add(check);
        check();
        void ended.then(() => failed(new Error(`It ended without ${pattern}:\n${out}\n${err}`)));
      }),
  };
}

/** Runs the command to its end. */
export const understudy = (cwd: string, args: readonly string[], input?: string): Promise<Ended> =>
  start(cwd, args, input).ended;

/** Each line of `--json` output. */
export const jsonLines = (out: string): Record<string, unknown>[] =>
  out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

export interface Folder extends Disposable {
  readonly path: string;
  write(name: string, content: string | Uint8Array): string;
}

/** A temporary folder that goes with its scope. */
export function temporaryFolder(): Folder {
  const path = mkdtempSync(join(tmpdir(), 'understudy-'));
  return {
    path,
    write(name, content) {
      const file = join(path, name);
      writeFileSync(file, content);
      return file;
    },
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}

const vocabulary =
  'the sea was grey and the harbour slept while old boats turned on their ropes in a slow wind'.split(
    ' ',
  );

/** Prose of a kind: the same for the same number of paragraphs. */
export function prose(paragraphs: number): string {
  let seed = 1;
  const next = (n: number): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (seed >>> 8) % n;
  };
  const sentence = (): string => {
    const words = Array.from({ length: 6 + next(8) }, () => vocabulary[next(vocabulary.length)]);
    const text = words.join(' ');
    return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
  };
  const paragraph = (): string => Array.from({ length: 5 }, sentence).join(' ');
  return `${Array.from({ length: paragraphs }, paragraph).join('\n\n')}\n`;
}

/** A network that learns something within a second or two, also on the reference kernels. */
export const tiny = [
  ...['--layers', '16', '--embedding', '8', '--batch', '4', '--window', '16'],
  ...['--threads', '1', '--patience', '0'],
];
