import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import WebSocket from 'ws';
import { api, type ApiClient } from '../../src/shared/api/index.ts';
import { createClient } from '../../src/shared/rpc/index.ts';
import type { Folders } from './host.ts';

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
}

/** Starts a web host as a process of its own; it is ended with the test. */
export async function startWebHost(at: Folders): Promise<WebHost> {
  const page = writePage(join(at.data, '..', 'page'));
  const program = join(import.meta.dirname, 'host-process.ts');
  const child = spawn(process.execPath, [program, at.library, at.data, page]);
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  let out = '';
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
      const found = /http:\S+(?=\n)/.exec(out);
      if (found) resolve(found[0]);
    });
    void ended.then((code) => reject(new Error(`It ended with ${code}: ${errors}`)));
  });
  return { url, origin: new URL(url).origin, child, ended };
}

/** Uses the token; gives the cookie. */
export async function signIn({ url }: Pick<WebHost, 'url'>): Promise<string> {
  const { headers } = await fetch(url, { redirect: 'manual' });
  return headers.get('set-cookie')!.split(';')[0]!;
}

/** Opens the line; rejects where it is refused. */
export function openSocket(
  origin: string,
  cookie: string,
  overrides: Record<string, string> = {},
  path = '/socket',
): Promise<WebSocket> {
  const headers = { origin, cookie, ...overrides };
  const socket = new WebSocket(`${origin.replace('http', 'ws')}${path}`, { headers });
  onTestFinished(() => socket.terminate());
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve(socket));
    socket.once('error', reject);
  });
}

/** A page's client over a socket. */
export const clientOver = (socket: WebSocket): ApiClient =>
  createClient(api, {
    send: (message) => socket.send(JSON.stringify(message)),
    receive: (listener) =>
      void socket.on('message', (data: Buffer) => listener(JSON.parse(data.toString()))),
    closed: (listener) => void socket.on('close', listener),
  });
