import * as v from 'valibot';
import type { Result } from '../result.ts';

/** Items a server may have under way before it waits for the client. */
export const WINDOW = 64;
/** Milliseconds for which items are gathered into one message. */
export const GATHER = 16;
/** Milliseconds between two events of a kind of which only the newest matters. */
export const LATEST_EVERY = 100;

const id = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const name = v.pipe(v.string(), v.minLength(1), v.maxLength(64));

/** What a client sends. */
export const toServer = v.variant('kind', [
  v.strictObject({ kind: v.literal('call'), id, name, request: v.unknown() }),
  v.strictObject({ kind: v.literal('open'), id, name, request: v.unknown() }),
  v.strictObject({
    kind: v.literal('credit'),
    id,
    count: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(WINDOW)),
  }),
  v.strictObject({ kind: v.literal('cancel'), id }),
]);

export type ToServer = v.InferOutput<typeof toServer>;

const failed = v.object({ error: v.object({ code: v.string(), sentence: v.string() }) });
const result = v.custom<Result<unknown>>((raw) => {
  if (typeof raw !== 'object' || raw === null || !('ok' in raw)) return false;
  if (raw.ok === true) return true;
  return raw.ok === false && v.is(failed, raw);
});

/** What a server sends. `seq` counts the items of a stream, so that a lost one is noticed. */
export const toClient = v.variant('kind', [
  v.strictObject({ kind: v.literal('reply'), id, result }),
  v.strictObject({ kind: v.literal('items'), id, seq: id, items: v.array(v.unknown()) }),
  v.strictObject({ kind: v.literal('end'), id, result }),
  v.strictObject({ kind: v.literal('event'), name, payload: v.optional(v.unknown()) }),
]);

export type ToClient = v.InferOutput<typeof toClient>;

/** A two-way line of messages: an IPC channel, a WebSocket, a child process, or two objects in a test. */
export interface Port {
  send(message: unknown): void;
  /** At most one listener. */
  receive(listener: (message: unknown) => void): void;
  /** Called once, when nothing will come any more. */
  closed(listener: () => void): void;
}
