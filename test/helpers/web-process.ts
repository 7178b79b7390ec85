/** A web host as a process of its own and the line to it, for tests and for `npm run test:faults`. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import WebSocket from 'ws';
import { api, type ApiClient } from '../../src/shared/api/index.ts';
import { createClient } from '../../src/shared/rpc/index.ts';

/** A built page in small. */
export function writePage(folder: string): string {
  mkdirSync(join(folder, 'assets'), { recursive: true });
  writeFileSync(
    join(folder, 'index.html'),
    '<!doctype html><meta name="style-nonce" content="__NONCE__"><title>Page</title>',
  );
  writeFileSync(join(folder, 'assets/main-abc.js'), 'export {};');
  return folder;
}

export interface WebHost {
  readonly url: string;
  readonly origin: string;
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  /** What it said of errors so far. */
  readonly errors: () => string;
}

export interface Launch {
  readonly library: string;
  readonly data: string;
  /** Programs it is run under: `strace` and its arguments. */
  readonly under?: readonly string[];
  /** It can start engines. */
  readonly engines?: boolean;
}

/** The process, at once; `ready` resolves when it serves. */
export function launchWebHost({ library, data, under = [], engines = false }: Launch): {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  readonly ready: Promise<WebHost>;
} {
  const page = writePage(join(data, '..', 'page'));
  const program = join(import.meta.dirname, 'host-process.ts');
  const [command, ...args] = [...under, process.execPath, program, library, data, page];
  const child = spawn(command, engines ? [...args, 'engines'] : args);
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
  let out = '';
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const ready = new Promise<WebHost>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
      const url = /http:\S+(?=\n)/.exec(out)?.[0];
      if (url === undefined) return;
      resolve({ url, origin: new URL(url).origin, child, ended, errors: () => errors });
    });
    void ended.then((code) => reject(new Error(`It ended with ${code}: ${errors}`)));
  });
  return { child, ended, ready };
}

/** Uses the token; gives the cookie. */
export async function signIn({ url }: Pick<WebHost, 'url'>): Promise<string> {
  const { headers } = await fetch(url, { redirect: 'manual' });
  return headers.get('set-cookie')!.split(';')[0]!;
}

/** Opens the line; rejects where it is refused. */
export function connectSocket(
  origin: string,
  cookie: string,
  overrides: Record<string, string> = {},
  path = '/socket',
): { readonly socket: WebSocket; readonly opened: Promise<WebSocket> } {
  const headers = { origin, cookie, ...overrides };
  const socket = new WebSocket(`${origin.replace('http', 'ws')}${path}`, { headers });
  const opened = new Promise<WebSocket>((resolve, reject) => {
    socket.once('open', () => resolve(socket));
    socket.once('error', reject);
  });
  return { socket, opened };
}

/** A page's client over a socket. */
export const clientOver = (socket: WebSocket): ApiClient =>
  createClient(api, {
    send: (message) => socket.send(JSON.stringify(message)),
    receive: (listener) =>
      void socket.on('message', (data: Buffer) => listener(JSON.parse(data.toString()))),
    closed: (listener) => void socket.on('close', listener),
  });
