import * as v from 'valibot';
import { failure, type Result } from '../result.ts';
import { UserError } from '../errors.ts';
import type { Client, Disposer, Sink, Table } from './table.ts';
import { toClient, type Port, type ToServer } from './wire.ts';

interface OpenStream {
  readonly sink: Sink<unknown, unknown>;
  received: number;
}

const gone = (): Result<never> =>
  failure(
    new UserError('engine.gone', 'That part of Understudy has stopped; try again in a moment.'),
  );

/** The asking end of `table` over a port. When the port closes, all that is open ends with `engine.gone`. */
export function createClient<T extends Table>(table: T, port: Port): Client<T> {
  const calls = new Map<number, (result: Result<unknown>) => void>();
  const streams = new Map<number, OpenStream>();
  const listeners = new Map<string, Set<(payload: unknown) => void>>();
  let next = 0;
  let open = true;
  const send = (message: ToServer): void => {
    if (open) port.send(message);
  };

  port.closed(() => {
    open = false;
    for (const settle of calls.values()) settle(gone());
    for (const { sink } of streams.values()) sink.end(gone());
    calls.clear();
    streams.clear();
  });
  port.receive((raw) => {
    const parsed = v.safeParse(toClient, raw);
    // What is no message is nobody's.
    if (!parsed.success) return;
    const message = parsed.output;
    switch (message.kind) {
      case 'reply':
        calls.get(message.id)?.(message.result);
        calls.delete(message.id);
        return;
      case 'items': {
        const stream = streams.get(message.id);
        if (!stream) return;
        if (message.seq !== stream.received) {
          throw new RangeError(`Stream item ${message.seq} came where ${stream.received} was due`);
        }
        stream.received += message.items.length;
        for (const item of message.items) stream.sink.item(item);
        send({ kind: 'credit', id: message.id, count: message.items.length });
        return;
      }
      case 'end':
        streams.get(message.id)?.sink.end(message.result);
        streams.delete(message.id);
        return;
      case 'event':
        for (const listener of [...(listeners.get(message.name) ?? [])]) listener(message.payload);
    }
  });

  const call = (name: string) => (request: unknown) =>
    new Promise<Result<unknown>>((resolve) => {
      if (!open) return resolve(gone());
      const id = next++;
      calls.set(id, resolve);
      send({ kind: 'call', id, name, request });
    });
  const start =
    (name: string) =>
    (request: unknown, sink: Sink<unknown, unknown>): Disposer => {
      if (!open) {
        sink.end(gone());
        return () => undefined;
      }
      const id = next++;
      streams.set(id, { sink, received: 0 });
      send({ kind: 'open', id, name, request });
      return () => {
        if (streams.has(id)) send({ kind: 'cancel', id });
      };
    };
  const on =
    (name: string) =>
    (listener: (payload: unknown) => void): Disposer => {
      const set = listeners.get(name) ?? new Set();
      listeners.set(name, set.add(listener));
      return () => {
        set.delete(listener);
      };
    };

  const made = { call, stream: start, event: on };
  const client: Record<string, Record<string, unknown>> = { call: {}, stream: {}, event: {} };
  for (const [name, { kind }] of Object.entries(table)) client[kind]![name] = made[kind](name);
  return {
    call: client['call'],
    stream: client['stream'],
    on: client['event'],
  } as unknown as Client<T>;
}
