import * as v from 'valibot';
import { UserError } from '../errors.ts';
import { failure, success } from '../result.ts';
import type { Emit, Handlers, Table } from './table.ts';
import { GATHER, LATEST_EVERY, toServer, WINDOW, type Port, type ToClient } from './wire.ts';

export interface ServerOptions {
  /** Hears of everything that is no `UserError`: a bug, to be logged. */
  readonly unexpected: (error: unknown, name: string) => void;
}

export interface Server<T extends Table> {
  readonly emit: Emit<T>;
  /** Messages that were no requests and were dropped. */
  readonly malformed: () => number;
}

type AnyHandler = (request: unknown, signal: AbortSignal) => unknown;

const invalid = (name: string, why: string): UserError =>
  new UserError(
    'request.invalid',
    `${name} was asked for in a way Understudy does not know: ${why}.`,
  );

/** Credit that a pump spends and waits for. */
class Credit {
  #count = WINDOW;
  #wake: (() => void) | null = null;

  add(count: number): void {
    this.#count += count;
    this.#wake?.();
    this.#wake = null;
  }

  /** Nobody reads any more: whoever waits goes on, and sees the signal. */
  end(): void {
    this.add(Infinity);
  }

  /** Spends one, waiting for it if need be. */
  async spend(): Promise<void> {
    while (this.#count === 0) await new Promise<void>((resolve) => (this.#wake = resolve));
    this.#count--;
  }
}

interface Running {
  readonly abort: AbortController;
  readonly credit: Credit;
}

/**
 * Answers `table` over a port. A message is validated before any handler sees it. Streams are pulled
 * only as fast as the client reads them; their items are gathered for a moment. When the port closes, all
 * that runs is cancelled.
 */
export function serve<T extends Table>(
  table: T,
  port: Port,
  handlers: Handlers<T>,
  { unexpected }: ServerOptions,
): Server<T> {
  const running = new Map<number, Running>();
  const latest = new Map<string, { payload: unknown; waiting: boolean }>();
  let malformed = 0;
  let open = true;
  const send = (message: ToClient): void => {
    if (open) port.send(message);
  };

  /** The handler and the validated request. Throws UserError `request.invalid`. */
  function accept(kind: 'call' | 'stream', name: string, request: unknown) {
    const spec = Object.hasOwn(table, name) ? table[name] : undefined;
    if (spec?.kind !== kind) throw invalid('Something', `there is no ${kind} "${name}"`);
    const parsed = v.safeParse(spec.request, request);
    if (!parsed.success) {
      const [issue] = parsed.issues;
      throw invalid(name, `${v.getDotPath(issue) ?? 'the request'}: ${issue.message}`);
    }
    const handler = (handlers as unknown as Record<string, AnyHandler>)[name]!;
    return { handler, request: parsed.output };
  }

  function failed(error: unknown, name: string) {
    const result = failure(error);
    if (!result.ok && result.error.code === 'internal') unexpected(error, name);
    return result;
  }

  async function answer(id: number, name: string, request: unknown): Promise<void> {
    try {
      const accepted = accept('call', name, request);
      const value = await accepted.handler(accepted.request, new AbortController().signal);
      send({ kind: 'reply', id, result: success(value) });
    } catch (error) {
      send({ kind: 'reply', id, result: failed(error, name) });
    }
  }

  async function pump(id: number, name: string, request: unknown): Promise<void> {
    const abort = new AbortController();
    const credit = new Credit();
    running.set(id, { abort, credit });
    let gathered: unknown[] = [];
    let seq = 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const flush = (): void => {
      clearTimeout(timer);
      timer = undefined;
      if (gathered.length === 0) return;
      send({ kind: 'items', id, seq, items: gathered });
      seq += gathered.length;
      gathered = [];
    };
    try {
      const accepted = accept('stream', name, request);
      const items = accepted.handler(accepted.request, abort.signal) as AsyncGenerator<
        unknown,
        unknown
      >;
      for (;;) {
        const { done, value } = await items.next();
        if (done) {
          flush();
          send({ kind: 'end', id, result: success(value) });
          return;
        }
        await credit.spend();
        gathered.push(value);
        // The first item goes at once: it is what somebody waits for.
        if (seq === 0) flush();
        else timer ??= setTimeout(flush, GATHER);
      }
    } catch (error) {
      flush();
      send({ kind: 'end', id, result: failed(error, name) });
    } finally {
      running.delete(id);
    }
  }

  port.receive((raw) => {
    const parsed = v.safeParse(toServer, raw);
    if (!parsed.success) {
      malformed++;
      return;
    }
    const message = parsed.output;
    switch (message.kind) {
      case 'call':
        void answer(message.id, message.name, message.request);
        return;
      case 'open':
        if (running.has(message.id)) malformed++;
        else void pump(message.id, message.name, message.request);
        return;
      case 'credit':
        running.get(message.id)?.credit.add(message.count);
        return;
      case 'cancel': {
        const stream = running.get(message.id);
        stream?.abort.abort();
        stream?.credit.end();
      }
    }
  });
  port.closed(() => {
    open = false;
    for (const { abort, credit } of running.values()) {
      abort.abort();
      credit.end();
    }
  });

  function emitLatest(name: string, payload: unknown): void {
    const state = latest.get(name);
    if (state) {
      state.payload = payload;
      state.waiting = true;
      return;
    }
    send({ kind: 'event', name, payload });
    const fresh = { payload, waiting: false };
    latest.set(name, fresh);
    const again = (): void => {
      if (!fresh.waiting || !open) return void latest.delete(name);
      fresh.waiting = false;
      send({ kind: 'event', name, payload: fresh.payload });
      setTimeout(again, LATEST_EVERY);
    };
    setTimeout(again, LATEST_EVERY);
  }

  return {
    emit(name, payload) {
      const spec = table[name];
      if (spec?.kind === 'event' && spec.latest) emitLatest(name, payload);
      else send({ kind: 'event', name, payload });
    },
    malformed: () => malformed,
  };
}
