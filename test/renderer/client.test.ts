import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { reconnecting } from '../../src/renderer/client.ts';
import { UserError } from '../../src/shared/errors.ts';
import { api, type ApiHandlers } from '../../src/shared/api/index.ts';
import { serve } from '../../src/shared/rpc/index.ts';
import { portPair } from '../helpers/ports.ts';

/** A host that can be left and found again. */
function host() {
  const lines: ReturnType<typeof portPair>[] = [];
  const servers: { emit: ReturnType<typeof serve<typeof api>>['emit'] }[] = [];
  let reachable = true;
  let tries = 0;
  const handlers = {
    createDocument: ({ name }: { name: string | null }) => Promise.resolve(`${name}.md`),
    save: () => new Promise(() => undefined),
    saveDocument: () => new Promise<null>(() => undefined),
  } as unknown as ApiHandlers;
  const line = reconnecting(() => {
    tries++;
    if (!reachable) return Promise.reject(new Error('nobody there'));
    const pair = portPair();
    lines.push(pair);
    servers.push(
      serve(api, pair.ends[1], handlers, {
        unexpected: (error) => {
          throw error;
        },
      }),
    );
    return Promise.resolve(pair.ends[0]);
  });
  return {
    line,
    tries: () => tries,
    emit: (sentence: string) => servers.at(-1)!.emit('notice', { sentence, tone: 'quiet' }),
    lose: () => lines.at(-1)!.close(),
    set reachable(now: boolean) {
      reachable = now;
    },
  };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the line to the host', () => {
  test('answers calls as soon as it is connected', async () => {
    const { line } = host();
    await vi.advanceTimersByTimeAsync(0);
    const result = await line.client.call.createDocument({ folder: '', name: 'Fog' });
    expect(result).toEqual({ ok: true, value: 'Fog.md' });
  });

  test('ends what was under way with engine.gone when it is lost', async () => {
    const { line, lose } = host();
    await vi.advanceTimersByTimeAsync(0);
    const saving = line.client.call.saveDocument({ path: 'Fog.md' });
    lose();
    expect(await saving).toMatchObject({ ok: false, error: { code: 'engine.gone' } });
  });

  test('says when it is lost and when it is back', async () => {
    const { line, lose } = host();
    const seen: boolean[] = [];
    line.follow((connected) => seen.push(connected));
    await vi.advanceTimersByTimeAsync(0);
    lose();
    await vi.advanceTimersByTimeAsync(300);
    expect(seen).toEqual([false, true, false, true]);
  });

  test('says why where the host does not know this page any more', async () => {
    const sentence = 'Open the new address.';
    const line = reconnecting(() => Promise.reject(new UserError('engine.gone', sentence)));
    const seen: unknown[] = [];
    line.follow((...told) => seen.push(told));
    await vi.advanceTimersByTimeAsync(2000);
    expect(seen).toEqual([
      [false, null],
      [false, sentence],
    ]);
  });

  test('tells events over the next connection to those who listened before', async () => {
    const room = host();
    const heard: string[] = [];
    room.line.client.on.notice(({ sentence }) => heard.push(sentence));
    await vi.advanceTimersByTimeAsync(0);
    room.emit('one');
    await vi.advanceTimersByTimeAsync(0);
    room.lose();
    await vi.advanceTimersByTimeAsync(300);
    room.emit('two');
    await vi.advanceTimersByTimeAsync(0);
    expect(heard).toEqual(['one', 'two']);
  });

  test('tells nothing to those who stopped listening', async () => {
    const room = host();
    const heard: string[] = [];
    const stop = room.line.client.on.notice(({ sentence }) => heard.push(sentence));
    await vi.advanceTimersByTimeAsync(0);
    stop();
    room.emit('one');
    await vi.advanceTimersByTimeAsync(0);
    expect(heard).toEqual([]);
  });

  test('tries ever more slowly while the host cannot be reached', async () => {
    const room = host();
    await vi.advanceTimersByTimeAsync(0);
    room.reachable = false;
    room.lose();
    await vi.advanceTimersByTimeAsync(30_000);
    const tries = room.tries();
    expect(tries).toBeGreaterThan(5);
    expect(tries).toBeLessThan(14);
    room.reachable = true;
    await vi.advanceTimersByTimeAsync(5000);
    const result = await room.line.client.call.createDocument({ folder: '', name: 'Back' });
    expect(result).toEqual({ ok: true, value: 'Back.md' });
  });
});
