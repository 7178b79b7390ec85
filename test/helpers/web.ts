/** The web host for a test: processes and sockets end with it. */
import { onTestFinished } from 'vitest';
import type WebSocket from 'ws';
import type { Folders } from './host.ts';
import { connectSocket, launchWebHost, type WebHost } from './web-process.ts';

export { clientOver, signIn, writePage, type WebHost } from './web-process.ts';

/** Starts a web host as a process of its own; it is ended with the test. */
export function startWebHost(at: Folders): Promise<WebHost> {
  const { child, ended, ready } = launchWebHost(at);
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return ready;
}

/** Opens the line; rejects where it is refused. */
export function openSocket(
  origin: string,
  cookie: string,
  overrides: Record<string, string> = {},
  path = '/socket',
): Promise<WebSocket> {
  const { socket, opened } = connectSocket(origin, cookie, overrides, path);
  onTestFinished(() => socket.terminate());
  return opened;
}
