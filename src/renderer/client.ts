/** The only file that knows how the page reaches its host. */
import { api, type ApiClient } from '../shared/api/index.ts';
import { isUserError, UserError } from '../shared/errors.ts';
import { createClient, type Disposer, type Port } from '../shared/rpc/index.ts';

declare global {
  interface Window {
    /** Put there by Electron's preload; absent in a browser. */
    readonly understudy?: ApiClient;
  }
}

export interface Line {
  /** Stays the same over a reconnection; while there is no connection, calls end with `engine.gone`. */
  readonly client: ApiClient;
  /**
   * Told at once, and whenever it changes, whether the host can be reached; and where trying again will not
   * help, why, as a sentence.
   */
  follow(listener: (connected: boolean, why: string | null) => void): Disposer;
}

/** Milliseconds before each new try to connect; the last is used from then on. */
const PAUSES = [250, 500, 1000, 2000, 4000];

export function connect(): Line {
  if (window.understudy) {
    return {
      client: window.understudy,
      follow(listener) {
        listener(true, null);
        return () => undefined;
      },
    };
  }
  const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
  return reconnecting(() => socketPort(`${scheme}//${location.host}/socket`));
}

/** The error of a socket that was not opened. */
async function whyRefused(): Promise<Error> {
  // A browser does not tell why a socket was refused; the page's own address does.
  const answer = await fetch('/', { method: 'HEAD', cache: 'no-store' }).catch(() => null);
  return answer?.status === 403
    ? new UserError(
        'engine.gone',
        'Understudy was started again and has a new address: copy what you wrote last, then open the address that it printed.',
      )
    : new Error('The host cannot be reached.');
}

/**
 * Two-way messages over a WebSocket, as JSON. Rejects where the host cannot be reached; with a UserError
 * where it does not know this page any more.
 */
function socketPort(address: string): Promise<Port> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(address);
    let receive: ((message: unknown) => void) | null = null;
    const closers: (() => void)[] = [];
    let isOpen = false;
    socket.onopen = () => {
      isOpen = true;
      resolve({
        send: (message) => socket.send(JSON.stringify(message)),
        receive: (listener) => (receive = listener),
        closed: (listener) => closers.push(listener),
      });
    };
    socket.onmessage = ({ data }) => receive?.(JSON.parse(data as string));
    socket.onclose = () => {
      if (isOpen) for (const closer of closers) closer();
      else void whyRefused().then(reject);
    };
  });
}

type Listener = (payload: never) => void;
type Loose = {
  readonly call: Record<string, (request: unknown) => Promise<unknown>>;
  readonly stream: Record<string, (request: unknown, sink: unknown) => Disposer>;
  readonly on: Record<string, (listener: Listener) => Disposer>;
};

/**
 * A client that outlives its connections: whoever listens goes on listening over the next one. What was
 * asked over the old one has ended with `engine.gone`.
 */
export function reconnecting(open: () => Promise<Port>): Line {
  const listeners = new Map<string, Set<Listener>>();
  const followers = new Set<(connected: boolean, why: string | null) => void>();
  // A line that was never there: everything on it ends with `engine.gone`.
  let current = createClient(api, closedPort()) as unknown as Loose;
  let connected = false;
  let why: string | null = null;

  function became(now: boolean, because: string | null = null): void {
    connected = now;
    why = because;
    for (const follower of [...followers]) follower(now, because);
  }

  async function attempt(failures: number): Promise<void> {
    try {
      const port = await open();
      port.closed(() => {
        became(false);
        retry(0);
      });
      current = createClient(api, port) as unknown as Loose;
      for (const [name, set] of listeners) {
        current.on[name]!((payload) => {
          for (const listener of [...set]) listener(payload);
        });
      }
      became(true);
    } catch (error) {
      // Not there yet: the banner says so, and the next try follows.
      if (isUserError(error) && error.message !== why) became(false, error.message);
      retry(failures + 1);
    }
  }
  const retry = (failures: number): void => {
    setTimeout(() => void attempt(failures), PAUSES[Math.min(failures, PAUSES.length - 1)]);
  };

  const client: Loose = { call: {}, stream: {}, on: {} };
  for (const [name, { kind }] of Object.entries(api)) {
    if (kind === 'call') client.call[name] = (request) => current.call[name]!(request);
    else if (kind === 'stream') {
      client.stream[name] = (request, sink) => current.stream[name]!(request, sink);
    } else {
      const set = new Set<Listener>();
      listeners.set(name, set);
      client.on[name] = (listener) => {
        set.add(listener);
        return () => {
          set.delete(listener);
        };
      };
    }
  }
  void attempt(0);
  return {
    client: client as unknown as ApiClient,
    follow(listener) {
      followers.add(listener);
      listener(connected, why);
      return () => {
        followers.delete(listener);
      };
    },
  };
}

function closedPort(): Port {
  return {
    send: () => undefined,
    receive: () => undefined,
    closed: (listener) => listener(),
  };
}
