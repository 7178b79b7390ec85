import fc from 'fast-check';
import * as v from 'valibot';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { UserError } from '../../src/shared/errors.ts';
import type { Result } from '../../src/shared/result.ts';
import {
  call,
  createClient,
  event,
  serve,
  stream,
  WINDOW,
  type Handlers,
} from '../../src/shared/rpc/index.ts';
import { portPair } from '../helpers/ports.ts';

const table = {
  double: call<number>()(v.strictObject({ n: v.number() })),
  fail: call<null>()(v.strictObject({ how: v.picklist(['user', 'bug']) })),
  count: stream<number, string>()(v.strictObject({ to: v.number() })),
  changed: event<string>(),
  progress: event<number>({ latest: true }),
} as const;

function connect(overrides: Partial<Handlers<typeof table>> = {}) {
  const pair = portPair();
  const seen = { handled: 0, made: 0, aborted: 0, unexpected: [] as unknown[] };
  const handlers: Handlers<typeof table> = {
    double: ({ n }) => {
      seen.handled++;
      return Promise.resolve(2 * n);
    },
    fail: ({ how }) => {
      seen.handled++;
      return Promise.reject(
        how === 'user'
          ? new UserError('disk.full', 'The disk is full; make room.')
          : new TypeError('x is undefined'),
      );
    },
    async *count({ to }, signal) {
      seen.handled++;
      signal.addEventListener('abort', () => seen.aborted++);
      for (let i = 0; i < to && !signal.aborted; i++) {
        seen.made++;
        yield i;
        await Promise.resolve();
      }
      return signal.aborted ? 'stopped' : 'done';
    },
    ...overrides,
  };
  const server = serve(table, pair.ends[1], handlers, {
    unexpected: (error) => seen.unexpected.push(error),
  });
  return { client: createClient(table, pair.ends[0]), server, seen, ...pair };
}

type Connection = ReturnType<typeof connect>;

const collect = ({ client }: Connection, to: number, each?: (item: number) => void) => {
  const items: number[] = [];
  let cancel = (): void => undefined;
  const ended = new Promise<Result<string>>((resolve) => {
    cancel = client.stream.count(
      { to },
      {
        item: (item) => {
          items.push(item);
          each?.(item);
        },
        end: resolve,
      },
    );
  });
  return { items, ended, cancel };
};

describe('a call', () => {
  test('gives its reply', async () => {
    const { client } = connect();
    expect(await client.call.double({ n: 21 })).toEqual({ ok: true, value: 42 });
  });

  test('gives a user error as its code and sentence', async () => {
    const { client, seen } = connect();
    expect(await client.call.fail({ how: 'user' })).toEqual({
      ok: false,
      error: { code: 'disk.full', sentence: 'The disk is full; make room.' },
    });
    expect(seen.unexpected).toEqual([]);
  });

  test('keeps the details of a bug on its own side', async () => {
    const { client, seen } = connect();
    const result = await client.call.fail({ how: 'bug' });
    expect(result).toMatchObject({ ok: false, error: { code: 'internal' } });
    expect(JSON.stringify(result)).not.toContain('undefined');
    expect(seen.unexpected).toHaveLength(1);
  });

  test('is refused before any handler runs when its request is not valid', async () => {
    const { client, seen } = connect();
    const request = { n: 'many' } as unknown as { n: number };
    expect(await client.call.double(request)).toMatchObject({
      ok: false,
      error: { code: 'request.invalid' },
    });
    expect(seen.handled).toBe(0);
  });

  test('that is open ends when the line closes, and later ones at once', async () => {
    const { client, close } = connect({ double: () => new Promise(() => undefined) });
    const pending = client.call.double({ n: 1 });
    close();
    expect(await pending).toMatchObject({ ok: false, error: { code: 'engine.gone' } });
    expect(await client.call.double({ n: 1 })).toMatchObject({ error: { code: 'engine.gone' } });
  });
});

describe('a stream', () => {
  test('gives all items in order and then its end', async () => {
    const { items, ended } = collect(connect(), 1000);
    expect(await ended).toEqual({ ok: true, value: 'done' });
    expect(items).toEqual(Array.from({ length: 1000 }, (_, i) => i));
  });

  test('is not made faster than it is read', async () => {
    const pair = portPair();
    const seen = { made: 0 };
    serve(
      table,
      pair.ends[1],
      {
        double: () => Promise.resolve(0),
        fail: () => Promise.resolve(null),
        async *count() {
          for (;;) {
            seen.made++;
            yield seen.made;
            await Promise.resolve();
          }
        },
      },
      { unexpected: () => undefined },
    );
    // A client that never gives credit.
    pair.ends[0].receive(() => undefined);
    pair.ends[0].send({ kind: 'open', id: 0, name: 'count', request: { to: 1 } });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(seen.made).toBe(WINDOW + 1);
  });

  test('that is cancelled reaches the generator and still ends', async () => {
    const connection = connect();
    const stream = collect(connection, Infinity, (item) => {
      if (item === 10) stream.cancel();
    });
    expect(await stream.ended).toEqual({ ok: true, value: 'stopped' });
    expect(connection.seen.aborted).toBe(1);
  });

  test('is cancelled when the line closes', async () => {
    const connection = connect();
    const { ended } = collect(connection, Infinity, (item) => {
      if (item === 10) connection.close();
    });
    expect(await ended).toMatchObject({ ok: false, error: { code: 'engine.gone' } });
    await vi.waitFor(() => expect(connection.seen.aborted).toBe(1));
  });
});

describe('an event', () => {
  afterEach(() => vi.useRealTimers());

  test('reaches every listener until it lets go', async () => {
    const { client, server } = connect();
    const [first, second] = [vi.fn(), vi.fn()];
    const dispose = client.on.changed(first);
    client.on.changed(second);
    server.emit('changed', 'a');
    await Promise.resolve();
    await Promise.resolve();
    dispose();
    server.emit('changed', 'b');
    await Promise.resolve();
    await Promise.resolve();
    expect(first.mock.calls).toEqual([['a']]);
    expect(second.mock.calls).toEqual([['a'], ['b']]);
  });

  test('of which only the newest matters comes at most ten times a second, the last one always', async () => {
    vi.useFakeTimers();
    const { client, server } = connect();
    const heard: number[] = [];
    client.on.progress((n) => heard.push(n));
    for (let i = 0; i < 500; i++) {
      server.emit('progress', i);
      await vi.advanceTimersByTimeAsync(2);
    }
    await vi.advanceTimersByTimeAsync(500);
    expect(heard.length).toBeLessThanOrEqual(12);
    expect(heard.at(-1)).toBe(499);
  });
});

test('10,000 malformed answers reach nobody and stop nothing', async () => {
  const { ends, client } = connect();
  const heard: unknown[] = [];
  client.on.changed((payload) => heard.push(payload));
  const message = fc.oneof(
    { weight: 1, arbitrary: fc.jsonValue() },
    {
      weight: 3,
      arbitrary: fc.record(
        {
          kind: fc.constantFrom('reply', 'items', 'end', 'event', 'call'),
          id: fc.oneof(fc.nat(3), fc.double(), fc.string()),
          seq: fc.jsonValue(),
          items: fc.jsonValue(),
          result: fc.oneof(fc.jsonValue(), fc.record({ ok: fc.jsonValue() })),
          name: fc.oneof(fc.integer(), fc.constant('')),
          extra: fc.jsonValue(),
        },
        { requiredKeys: ['kind', 'extra'] },
      ),
    },
  );
  const asked = client.call.double({ n: 2 });
  for (const value of fc.sample(message, { numRuns: 10_000, seed: 7 })) ends[1].send(value);
  expect(await asked).toEqual({ ok: true, value: 4 });
  expect(heard).toEqual([]);
});

test('10,000 malformed messages run no handler and stop nothing', async () => {
  const connection = connect();
  const { ends, server, seen, client } = connection;
  const names = [...Object.keys(table), '__proto__', 'constructor', 'toString'];
  const message = fc.oneof(
    { weight: 1, arbitrary: fc.anything() },
    {
      weight: 3,
      arbitrary: fc.record(
        {
          kind: fc.constantFrom('call', 'open', 'credit', 'cancel', 'reply', 'event'),
          id: fc.oneof(fc.nat(), fc.double(), fc.string()),
          name: fc.oneof(fc.constantFrom(...names), fc.string()),
          request: fc.anything(),
          count: fc.anything(),
        },
        { requiredKeys: ['kind'] },
      ),
    },
  );
  // `anything` may hold what no line carries, such as functions in prototypes: it arrives as JSON does.
  for (const value of fc.sample(message, { numRuns: 10_000, seed: 7 })) {
    let plain: unknown;
    try {
      plain = JSON.parse(JSON.stringify(value) ?? 'null');
    } catch {
      continue;
    }
    ends[0].send(plain);
  }
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(seen.handled).toBe(0);
  expect(seen.unexpected).toEqual([]);
  expect(server.malformed()).toBeGreaterThan(1000);
  expect(await client.call.double({ n: 2 })).toEqual({ ok: true, value: 4 });
});
