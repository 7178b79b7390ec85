import type * as v from 'valibot';
import type { Result } from '../result.ts';

/**
 * A type that exists only for the compiler: what a reply holds was made by our own side from the same table, and
 * only the message around it is validated.
 */
declare const phantom: unique symbol;

/** One request, one reply. */
export interface CallSpec<Request, Reply> {
  readonly kind: 'call';
  readonly request: v.GenericSchema<unknown, Request>;
  readonly [phantom]?: Reply;
}

/** One request, many items, one end; can be cancelled. */
export interface StreamSpec<Request, Item, End> {
  readonly kind: 'stream';
  readonly request: v.GenericSchema<unknown, Request>;
  readonly [phantom]?: readonly [Item, End];
}

/** Told by the server without being asked. */
export interface EventSpec<Payload> {
  readonly kind: 'event';
  /** Only the newest matters: at most ten a second, older ones are dropped. */
  readonly latest: boolean;
  readonly [phantom]?: Payload;
}

/** All that crosses one boundary, by name. Both ends are derived from it. */
export type Table = Readonly<
  Record<
    string,
    CallSpec<unknown, unknown> | StreamSpec<unknown, unknown, unknown> | EventSpec<unknown>
  >
>;

export const call =
  <Reply>() =>
  <Request>(request: v.GenericSchema<unknown, Request>): CallSpec<Request, Reply> => ({
    kind: 'call',
    request,
  });

export const stream =
  <Item, End>() =>
  <Request>(request: v.GenericSchema<unknown, Request>): StreamSpec<Request, Item, End> => ({
    kind: 'stream',
    request,
  });

export const event = <Payload>(options: { latest?: boolean } = {}): EventSpec<Payload> => ({
  kind: 'event',
  latest: options.latest ?? false,
});

type Names<T extends Table, Kind> = {
  [K in keyof T]: T[K] extends { readonly kind: Kind } ? K : never;
}[keyof T] &
  string;

export type CallName<T extends Table> = Names<T, 'call'>;
export type StreamName<T extends Table> = Names<T, 'stream'>;
export type EventName<T extends Table> = Names<T, 'event'>;

export type RequestOf<S> =
  S extends CallSpec<infer R, unknown>
    ? R
    : S extends StreamSpec<infer R, unknown, unknown>
      ? R
      : never;
export type ReplyOf<S> = S extends CallSpec<unknown, infer R> ? R : never;
export type ItemOf<S> = S extends StreamSpec<unknown, infer I, unknown> ? I : never;
export type EndOf<S> = S extends StreamSpec<unknown, unknown, infer E> ? E : never;
export type PayloadOf<S> = S extends EventSpec<infer P> ? P : never;

/** Ends a subscription. */
export type Disposer = () => void;

/** Where a stream's items go. */
export interface Sink<Item, End> {
  readonly item: (item: Item) => void;
  /** Once, also after a cancel. */
  readonly end: (result: Result<End>) => void;
}

/** The asking end of a boundary. Every name is a function of its own; there is no generic channel. */
export interface Client<T extends Table> {
  readonly call: {
    readonly [K in CallName<T>]: (request: RequestOf<T[K]>) => Promise<Result<ReplyOf<T[K]>>>;
  };
  readonly stream: {
    /** Gives the function that cancels it. */
    readonly [K in StreamName<T>]: (
      request: RequestOf<T[K]>,
      sink: Sink<ItemOf<T[K]>, EndOf<T[K]>>,
    ) => Disposer;
  };
  readonly on: {
    readonly [K in EventName<T>]: (listener: (payload: PayloadOf<T[K]>) => void) => Disposer;
  };
}

/** The answering end: one function a call, one generator a stream. */
export type Handlers<T extends Table> = {
  readonly [K in CallName<T>]: (request: RequestOf<T[K]>) => Promise<ReplyOf<T[K]>>;
} & {
  readonly [K in StreamName<T>]: (
    request: RequestOf<T[K]>,
    signal: AbortSignal,
  ) => AsyncGenerator<ItemOf<T[K]>, EndOf<T[K]>, void>;
};

/** Tells an event to whoever listens. */
export type Emit<T extends Table> = <K extends EventName<T>>(
  name: K,
  payload: PayloadOf<T[K]>,
) => void;
