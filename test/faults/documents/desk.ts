/** A desk to break things at: a library, a host as a process of its own, and a page that a script writes in. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type WebSocket from 'ws';
import type { ApiClient, SaveState } from '../../../src/shared/api/index.ts';
import {
  clientOver,
  connectSocket,
  launchWebHost,
  signIn,
  type Launch,
  type WebHost,
} from '../../helpers/web-process.ts';

export interface Folders extends Disposable {
  readonly root: string;
  readonly library: string;
  readonly data: string;
}

/** Folders that go with their scope. */
export function folders(): Folders {
  const root = mkdtempSync(join(tmpdir(), 'understudy-desk-'));
  const [library, data] = [join(root, 'library'), join(root, 'data')];
  for (const folder of [library, data]) mkdirSync(folder);
  return {
    root,
    library,
    data,
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true, maxRetries: 5 }),
  };
}

/** What the host told a page of a document, and when. */
export interface ToldState {
  readonly at: number;
  readonly path: string;
  readonly state: SaveState;
}

/** A page's line to a host. */
export interface Line {
  readonly client: ApiClient;
  readonly states: ToldState[];
  readonly notices: string[];
  /** The newest state of a document. */
  readonly state: (path: string) => SaveState | undefined;
  /** As a page that is killed: without a word. */
  cut(): void;
}

export interface Desk extends AsyncDisposable {
  readonly host: WebHost;
  /** A new page; one at a time is served. */
  connect(): Promise<Line>;
  /** SIGKILL, and nobody is asked. Gives when, as `performance.now`. */
  kill(): Promise<number>;
  /** As a writer quits. */
  quit(): Promise<void>;
}

/** Of a process of Linux. */
const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);

/** Starts a host over these folders. Rejects where it does not start. */
export async function sitDown(at: Launch): Promise<Desk> {
  const { child, ended, ready } = launchWebHost(at);
  const sockets = new Set<WebSocket>();
  const end = async (signal: NodeJS.Signals): Promise<number> => {
    // A program that it runs under passes no signal on.
    if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
      for (const pid of at.under ? childrenOf(child.pid) : [child.pid]) process.kill(pid, signal);
    }
    const when = performance.now();
    await ended;
    for (const socket of sockets) socket.terminate();
    return when;
  };
  try {
    const host = await ready;
    const cookie = await signIn(host);
    return {
      host,
      async connect() {
        const { socket, opened } = connectSocket(host.origin, cookie);
        sockets.add(socket);
        await opened;
        // What was under way when a host is killed.
        socket.on('error', () => undefined);
        return lineOver(socket);
      },
      kill: () => end('SIGKILL'),
      quit: async () => void (await end('SIGTERM')),
      [Symbol.asyncDispose]: async () => void (await end('SIGKILL')),
    };
  } catch (error) {
    await end('SIGKILL');
    throw error;
  }
}

function lineOver(socket: WebSocket): Line {
  const client = clientOver(socket);
  const states: ToldState[] = [];
  const notices: string[] = [];
  client.on.saveState((told) => states.push({ at: performance.now(), ...told }));
  client.on.notice(({ sentence }) => notices.push(sentence));
  return {
    client,
    states,
    notices,
    state: (path) => states.findLast((told) => told.path === path)?.state,
    cut: () => socket.terminate(),
  };
}

/** Every file below a folder by its path in it, but the hidden ones of programs. */
export async function filesIn(folder: string): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>();
  for (const entry of await fs.readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    found.set(path.slice(folder.length + 1), await fs.readFile(path));
  }
  return found;
}

/** Works through `count` numbers, `lanes` at a time; after an error each lane comes to its end first. */
export async function inLanes(
  count: number,
  lanes: number,
  work: (next: () => number | null, lane: number) => Promise<void>,
): Promise<void> {
  let at = 0;
  const next = (): number | null => (at < count ? at++ : null);
  const run = async (lane: number): Promise<void> => {
    try {
      await work(next, lane);
    } catch (error) {
      at = count;
      throw error;
    }
  };
  const all = await Promise.allSettled(
    Array.from({ length: Math.min(lanes, count) }, (_, lane) => run(lane)),
  );
  for (const end of all) if (end.status === 'rejected') throw end.reason as Error;
}
