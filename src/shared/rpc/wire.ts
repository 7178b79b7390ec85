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

/** What a server sends. `seq` counts the items of a stream, so that a lost one is noticed. */
export type ToClient =
  | { readonly kind: 'reply'; readonly id: number; readonly result: Result<unknown> }
  | {
      readonly kind: 'items';
      readonly id: number;
      readonly seq: number;
      readonly items: readonly unknown[];
    }
  | { readonly kind: 'end'; readonly id: number; readonly result: Result<unknown> }
  | { readonly kind: 'event'; readonly name: string; readonly payload: unknown };

/** A two-way line of messages: an IPC channel, a WebSocket, a child process, or two objects in a test. */
export interface Port {
  send(message: unknown): void;
  /** At most one listener. */
  receive(listener: (message: unknown) => void): void;
  /** Called once, when nothing will come any more. */
  closed(listener: () => void): void;
}
