import type { WebSocket } from 'ws';
import type { Port } from '../../shared/rpc/index.ts';

/** Bytes that may wait for a slow page before it counts as gone. */
const MOST_WAITING = 512 << 20;
/** Messages kept for a page that waits its turn. */
const MOST_KEPT = 100;
/** Messages in a row that are no JSON before the line is cut. */
const MOST_NONSENSE = 20_000;

/** Messages over a WebSocket, as JSON. */
export function socketPort(socket: WebSocket, early: readonly string[] = []): Port {
  let nonsense = 0;
  const parse = (text: string): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      if (++nonsense > MOST_NONSENSE) socket.close(1008, 'That is not how Understudy talks.');
      // No message at all; the server counts it as malformed.
      return undefined;
    }
  };
  return {
    send(message) {
      if (socket.readyState !== socket.OPEN) return;
      // A page that reads nothing any more must not fill the memory.
      if (socket.bufferedAmount > MOST_WAITING) return socket.terminate();
      socket.send(JSON.stringify(message));
    },
    receive(listener) {
      for (const text of early) listener(parse(text));
      socket.on('message', (data: Buffer) => listener(parse(data.toString('utf8'))));
    },
    closed(listener) {
      socket.once('close', listener);
    },
  };
}

/**
 * One page at a time: two that change the same text would step on each other. Another one is told so, and
 * its turn comes when the first is closed.
 */
export class Line {
  readonly #connect: (port: Port) => void;
  /** Each gives what it has sent meanwhile when its turn comes. */
  readonly #waiting: { readonly socket: WebSocket; readonly begin: () => string[] }[] = [];
  #present: WebSocket | null = null;

  constructor(connect: (port: Port) => void) {
    this.#connect = connect;
  }

  enter(socket: WebSocket): void {
    // What breaks also closes.
    socket.on('error', () => socket.terminate());
    if (this.#present) this.#wait(socket);
    else this.#serve(socket, []);
  }

  #serve(socket: WebSocket, early: readonly string[]): void {
    this.#present = socket;
    this.#connect(socketPort(socket, early));
    socket.once('close', () => {
      this.#present = null;
      const next = this.#waiting.shift();
      if (!next) return;
      this.#serve(next.socket, next.begin());
    });
  }

  #wait(socket: WebSocket): void {
    const early: string[] = [];
    const keep = (data: Buffer): void => {
      if (early.push(data.toString('utf8')) > MOST_KEPT) socket.terminate();
    };
    const leave = (): void => void this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
    const begin = (): string[] => {
      socket.off('message', keep).off('close', leave);
      return early;
    };
    const waiting = { socket, begin };
    this.#waiting.push(waiting);
    socket.on('message', keep).on('close', leave);
    socket.send(
      JSON.stringify({
        kind: 'event',
        name: 'notice',
        payload: {
          sentence: 'Understudy is open in another tab; close that one, and this one goes on.',
          tone: 'warning',
        },
      }),
    );
  }
}
