import { request } from 'node:http';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import WebSocket from 'ws';
import { loadPage } from '../../src/main/host/index.ts';
import { startWebServer } from '../../src/main/web/server.ts';
import { unwrap } from '../../src/shared/result.ts';
import { call, createClient, serve, type Port } from '../../src/shared/rpc/index.ts';
import { api } from '../../src/shared/api/index.ts';
import * as v from 'valibot';
import { eventually, folders } from '../helpers/host.ts';
import { clientOver, openSocket, signIn, startWebHost, writePage } from '../helpers/web.ts';

const table = { add: call<number>()(v.strictObject({ n: v.number() })) } as const;

/** A server whose line answers one call, counted. */
async function startServer() {
  const at = folders();
  let made = 0;
  const page = await loadPage(writePage(join(at.data, 'page')), () => `nonce${made++}`);
  const seen = { handled: 0, connected: 0, malformed: () => 0, unexpected: [] as unknown[] };
  const connect = (port: Port): void => {
    seen.connected++;
    const handlers = { add: ({ n }: { n: number }) => Promise.resolve(n + ++seen.handled) };
    const options = { unexpected: (error: unknown) => void seen.unexpected.push(error) };
    seen.malformed = serve(table, port, handlers, options).malformed;
  };
  const log = (): void => undefined;
  const server = await startWebServer({ page, port: 0, connect, log });
  onTestFinished(() => server.close());
  return { ...server, origin: new URL(server.url).origin, seen };
}

/** Asks without what fetch adds, removes or tidies up. */
const ask = (origin: string, path: string, headers: Record<string, string> = {}, method = 'GET') =>
  new Promise<{ status: number; text: string }>((resolve, reject) => {
    const { port } = new URL(origin);
    const asked = request({ host: '127.0.0.1', port, path, headers, method }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      response.on('end', () => resolve({ status: response.statusCode!, text }));
    });
    asked.on('error', reject);
    asked.end();
  });

describe('The page', () => {
  test('comes for the token, which becomes a cookie that scripts and other sites do not get', async () => {
    const server = await startServer();
    const first = await fetch(server.url, { redirect: 'manual' });
    expect([first.status, first.headers.get('location')]).toEqual([303, '/']);
    const set = first.headers.get('set-cookie')!;
    expect(set).toMatch(/^understudy-\d+=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/$/);
    const cookie = set.split(';')[0]!;
    const page = await fetch(`${server.origin}/`, { headers: { cookie } });
    expect([page.status, page.headers.get('content-type')]).toEqual([
      200,
      'text/html; charset=utf-8',
    ]);
    // The second use of the token, by somebody else.
    expect((await fetch(server.url, { redirect: 'manual' })).status).toBe(403);
    // The writer who opens the printed address again.
    const again = await fetch(server.url, { redirect: 'manual', headers: { cookie } });
    expect(again.status).toBe(303);
  });

  test('comes again as often as it is loaded, and so does its line', async () => {
    const server = await startServer();
    const cookie = await signIn(server);
    for (let load = 1; load <= 3; load++) {
      expect((await fetch(`${server.origin}/`, { headers: { cookie } })).status).toBe(200);
      const socket = await openSocket(server.origin, cookie);
      await eventually(() => expect(server.seen.connected).toBe(load));
      socket.close();
    }
  });

  test('is under a strict policy with a nonce of its own each time', async () => {
    const server = await startServer();
    const headers = { cookie: await signIn(server) };
    const answers = [
      await fetch(server.origin, { headers }),
      await fetch(server.origin, { headers }),
    ];
    const nonces = answers.map((answer) => {
      const policy = answer.headers.get('content-security-policy')!;
      expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self' 'nonce-");
      expect(policy).toContain("require-trusted-types-for 'script'");
      expect(policy).not.toContain('unsafe');
      return /'nonce-([^']+)'/.exec(policy)![1]!;
    });
    expect(nonces[0]).not.toBe(nonces[1]);
    expect(await answers[1]!.text()).toContain(`content="${nonces[1]}"`);
    for (const name of [
      'x-content-type-options',
      'referrer-policy',
      'cross-origin-opener-policy',
    ]) {
      expect(answers[0]!.headers.get(name)).not.toBeNull();
    }
    expect(answers[0]!.headers.get('cache-control')).toBe('no-store');
  });

  test('is all there is: no path leads to another file', async () => {
    const server = await startServer();
    const headers = { cookie: await signIn(server), host: new URL(server.origin).host };
    expect((await ask(server.origin, '/assets/main-abc.js', headers)).status).toBe(200);
    const ups = ['..', '%2e%2e', '..%2f', '%2e%2e%2f', '..\\', '..%5c', '.%00./', '....//'];
    const paths = ups.flatMap((up) =>
      Array.from(
        { length: 25 },
        (_, i) => `/${'assets/'.repeat(i % 3)}${`${up}/`.repeat(1 + i)}etc/passwd`,
      ),
    );
    expect(paths).toHaveLength(200);
    for (const path of [
      ...paths,
      '//etc/passwd',
      '/.',
      '/index.html/',
      '/__proto__',
      '/constructor',
    ]) {
      const { status, text } = await ask(server.origin, path, headers);
      expect([path, status]).toEqual([
        path,
        path === '/.' ? 200 : expect.toSatisfy((s) => s >= 400),
      ]);
      expect(text).not.toContain('root:');
    }
  });

  test.each([
    ['without a cookie', {}],
    ['with another cookie', { cookie: 'understudy=x' }],
  ])('is refused %s', async (_, headers) => {
    const server = await startServer();
    for (const path of ['/', '/assets/main-abc.js', '/?token=', `/?token=${'x'.repeat(43)}`]) {
      expect((await fetch(server.origin + path, { headers, redirect: 'manual' })).status).toBe(403);
    }
  });

  test('is refused under another name, as when a name of the web is pointed here', async () => {
    const server = await startServer();
    const cookie = await signIn(server);
    const { port } = new URL(server.origin);
    for (const host of [`evil.example:${port}`, `localhost:${port}`, '127.0.0.1', 'x']) {
      expect((await ask(server.origin, '/', { cookie, host })).status).toBeGreaterThanOrEqual(400);
    }
  });

  test('is only read', async () => {
    const server = await startServer();
    const headers = { cookie: await signIn(server), host: new URL(server.origin).host };
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      expect((await ask(server.origin, '/', headers, method)).status).toBe(405);
    }
  });
});

describe('The line', () => {
  test.each([
    ['of another origin', { origin: 'http://evil.example' }],
    ['of no origin', { origin: '' }],
    ['without the cookie', { cookie: '' }],
    ['with the cookie of another', { cookie: `understudy=${'A'.repeat(43)}` }],
    ['under another name', { host: 'evil.example' }],
  ])('is refused to a page %s', async (_, headers) => {
    const server = await startServer();
    const cookie = await signIn(server);
    await expect(openSocket(server.origin, cookie, headers)).rejects.toThrow('403');
    expect(server.seen.connected).toBe(0);
  });

  test('is refused under another path', async () => {
    const server = await startServer();
    const cookie = await signIn(server);
    await expect(openSocket(server.origin, cookie, {}, '/other')).rejects.toThrow('403');
  });

  test('takes 10,000 malformed messages without running anything, and goes on', async () => {
    const server = await startServer();
    const socket = await openSocket(server.origin, await signIn(server));
    const junk = fc.oneof(
      fc.string(),
      fc.json(),
      fc
        .record({
          kind: fc.constantFrom('call', 'open', 'credit', 'cancel'),
          id: fc.oneof(fc.integer({ min: 1000 }), fc.string(), fc.constantFrom(-1, 0.5)),
          name: fc.string(),
          request: fc.anything(),
        })
        .map((x) => JSON.stringify(x) ?? ''),
      fc.uint8Array({ maxLength: 64 }),
    );
    for (const message of fc.sample(junk, { numRuns: 10_000, seed: 11 })) socket.send(message);
    const client = createClient(table, {
      send: (message) => socket.send(JSON.stringify(message)),
      receive: (listener) =>
        void socket.on('message', (data: Buffer) => listener(JSON.parse(data.toString()))),
      closed: (listener) => void socket.on('close', listener),
    });
    const replied = unwrap(await client.call.add({ n: 41 }));
    expect([replied, server.seen.handled]).toEqual([42, 1]);
    expect(server.seen.malformed()).toBeGreaterThan(5000);
    expect(server.seen.unexpected).toEqual([]);
  });

  test('is for one page; another one is told so, and its turn comes', async () => {
    const server = await startServer();
    const cookie = await signIn(server);
    const first = await openSocket(server.origin, cookie);
    await eventually(() => expect(server.seen.connected).toBe(1));
    const second = new WebSocket(`${server.origin.replace('http', 'ws')}/socket`, {
      headers: { origin: server.origin, cookie },
    });
    onTestFinished(() => second.terminate());
    const messages: string[] = [];
    second.on('message', (data: Buffer) => messages.push(data.toString()));
    second.on('open', () =>
      second.send(JSON.stringify({ kind: 'call', id: 1, name: 'add', request: { n: 1 } })),
    );
    await eventually(() =>
      expect(messages).toEqual([expect.stringContaining('open in another tab')]),
    );
    expect([server.seen.connected, server.seen.handled]).toEqual([1, 0]);
    first.close();
    await eventually(() => expect(messages).toHaveLength(2));
    expect(JSON.parse(messages[1]!)).toMatchObject({ id: 1, result: { ok: true, value: 2 } });
  });
});

test('A page that hangs does not keep the server from ending', async () => {
  const server = await startServer();
  const socket = await openSocket(server.origin, await signIn(server));
  // It does not even hear the farewell.
  socket.pause();
  const began = performance.now();
  await server.close();
  expect(performance.now() - began).toBeLessThan(5000);
});

describe('The web host as a process', () => {
  test('serves the library to a page', async () => {
    const at = folders();
    at.write('One.md', 'The sea was grey.\n');
    const host = await startWebHost(at);
    const client = clientOver(await openSocket(host.origin, await signIn(host)));
    const start = unwrap(await client.call.start({}));
    expect(start.library.root.entries).toMatchObject([
      { kind: 'document', path: 'One.md', name: 'One' },
    ]);
    expect(unwrap(await client.call.openDocument({ path: 'One.md' })).text).toBe(
      'The sea was grey.\n',
    );
    expect(await client.call.chooseLibrary({})).toMatchObject({
      error: { code: 'unsupported', sentence: expect.stringContaining('--library') as string },
    });
  });

  test('saves everything when it is asked to end', async () => {
    const at = folders();
    at.write('a.md', 'Old.');
    const host = await startWebHost(at);
    const client = clientOver(await openSocket(host.origin, await signIn(host)));
    const { version } = unwrap(await client.call.openDocument({ path: 'a.md' }));
    const edits = [{ from: 0, to: 0, insert: 'New. ' }];
    unwrap(await client.call.editDocument({ path: 'a.md', base: version, edits }));
    unwrap(await client.call.changeSettings({ theme: 'dark' }));
    host.child.kill('SIGTERM');
    expect(await host.ended).toBe(0);
    expect(at.text('a.md')).toBe('New. Old.');
    const second = await startWebHost(at);
    const again = clientOver(await openSocket(second.origin, await signIn(second)));
    expect(unwrap(await again.call.start({})).settings.theme).toBe('dark');
  });

  test('is alone with its data folder', async () => {
    const at = folders();
    await startWebHost(at);
    await expect(startWebHost(at)).rejects.toThrow('running');
  });

  test('runs nothing for 10,000 malformed messages to the real boundary', async () => {
    const at = folders();
    at.write('a.md', 'text');
    const host = await startWebHost(at);
    const socket = await openSocket(host.origin, await signIn(host));
    const names = Object.keys(api);
    interface Reply {
      readonly id?: number;
      readonly result?: { readonly ok: boolean; readonly error?: { readonly code: string } };
    }
    const replies = new Map<number, Reply>();
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as Reply;
      if (message.id !== undefined) replies.set(message.id, message);
    });
    // Every request has a field that no call knows, and so none may run.
    const junk = fc.tuple(
      fc.constantFrom('call', 'open'),
      fc.constantFrom(...names),
      fc.dictionary(
        fc.constantFrom('path', 'edits', 'base', 'name', 'folder', 'voice', 'text'),
        fc.jsonValue(),
      ),
    );
    fc.sample(junk, { numRuns: 10_000, seed: 5 }).forEach(([kind, name, request], id) =>
      socket.send(
        JSON.stringify({ kind, id, name, request: { ...request, ['no such field']: 1 } }),
      ),
    );
    await eventually(() => expect(replies.size).toBe(10_000));
    const codes = new Set([...replies.values()].map(({ result }) => result?.error?.code ?? 'ran'));
    expect([...codes]).toEqual(['request.invalid']);
    expect(host.child.exitCode).toBeNull();
  });
});
