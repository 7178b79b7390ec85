import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { Port } from '../../shared/rpc/index.ts';
import type { Page } from '../host/index.ts';
import { Line } from './line.ts';

/** Largest message, in bytes: a dropped voice of 300 MB as base64. */
const LARGEST = 420 << 20;
const COOKIE = 'understudy';
const SOCKET = '/socket';
/** Milliseconds that a page has to say goodbye: one that hangs must not keep the text from being saved. */
const FAREWELL = 1000;

export interface WebServerOptions {
  readonly page: Page;
  /** 0 for any free one. */
  readonly port: number;
  readonly connect: (port: Port) => void;
  readonly log: (line: string) => void;
}

export interface WebServer {
  /** With the token, which is good for one use. */
  readonly url: string;
  close(): Promise<void>;
}

const same = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));

const secret = (): string => randomBytes(32).toString('base64url');

const cookieOf = ({ headers }: IncomingMessage, name: string): string => {
  const cookies = (headers.cookie ?? '').split(';').map((part) => part.trim());
  return cookies.find((cookie) => cookie.startsWith(`${name}=`))?.slice(name.length + 1) ?? '';
};

/**
 * Serves the page and its line to the host on 127.0.0.1. Only who has the printed address gets in: its
 * token becomes a cookie at the first use. Names other than this computer's, and pages of other origins,
 * are refused.
 */
export async function startWebServer(options: WebServerOptions): Promise<WebServer> {
  const { page, log, connect } = options;
  const session = secret();
  let token: string | null = secret();
  let origin = '';
  // Several servers of one computer share their cookies: each has a name of its own.
  let cookie = COOKIE;

  const isHere = ({ headers }: IncomingMessage): boolean => `http://${headers.host}` === origin;
  const isKnown = (request: IncomingMessage): boolean => same(cookieOf(request, cookie), session);

  function answer(request: IncomingMessage, response: ServerResponse): void {
    if (!isHere(request)) return refuse(response, 403, 'This address is not served here.');
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return refuse(response, 405, 'Only reading is possible here.');
    }
    const url = new URL(request.url ?? '/', origin);
    const given = url.searchParams.get('token');
    if (given !== null && url.pathname === '/') {
      const isFirst = token !== null && same(given, token);
      if (!isFirst && !isKnown(request)) return refuse(response, 403, WORN);
      if (isFirst) token = null;
      response.writeHead(303, {
        location: '/',
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        'set-cookie': `${cookie}=${session}; HttpOnly; SameSite=Strict; Path=/`,
      });
      response.end();
      return;
    }
    if (!isKnown(request)) return refuse(response, 403, WORN);
    const { status, headers, body } = page(url.pathname);
    response.writeHead(status, { ...headers, 'content-length': body.length });
    response.end(request.method === 'HEAD' ? undefined : body);
  }

  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: LARGEST,
    clientTracking: true,
  });
  const line = new Line(connect);

  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const path = (request.url ?? '').split('?')[0];
    const isOurs = request.headers.origin === origin && isHere(request) && isKnown(request);
    if (path !== SOCKET || !isOurs) {
      socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (opened) => line.enter(opened));
  }

  const server: Server = createServer((request, response) => {
    try {
      answer(request, response);
    } catch (error) {
      // An address that is none.
      log(`Request: ${String(error)}`);
      refuse(response, 400, 'This is no address.');
    }
  });
  server.on('upgrade', upgrade);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  origin = `http://127.0.0.1:${port}`;
  cookie = `${COOKIE}-${port}`;

  return {
    url: `${origin}/?token=${token}`,
    async close() {
      for (const socket of sockets.clients) socket.close(1001, 'Understudy has ended.');
      const late = setTimeout(() => {
        for (const socket of sockets.clients) socket.terminate();
      }, FAREWELL);
      sockets.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      clearTimeout(late);
    },
  };
}

const WORN =
  'This address has been used already, or is not the one that Understudy printed last. Start it again for a new one.';

function refuse(response: ServerResponse, status: number, sentence: string): void {
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'",
  });
  response.end(`${sentence}\n`);
}
