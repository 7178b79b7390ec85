import type { EngineState } from '../../../shared/api/index.ts';
import { isUserError, UserError } from '../../../shared/errors.ts';
import { unwrap } from '../../../shared/result.ts';
import {
  createClient,
  ItemQueue,
  type CallName,
  type Client,
  type Disposer,
  type EndOf,
  type ItemOf,
  type ReplyOf,
  type RequestOf,
  type StreamName,
  type Table,
} from '../../../shared/rpc/index.ts';
import type { engineApi } from '../../protocol/engine.ts';
import type { EngineProcess, EngineRole, LaunchEngine } from '../types.ts';
import { Restarts } from './restarts.ts';
import { Watch, type Timing } from './watch.ts';

export interface StreamOptions<Item> {
  /** Cancels it; it then ends as the engine ends it. */
  readonly signal: AbortSignal;
  /** Where the reader is slow: one item instead of two, or null to keep both. */
  readonly join?: (earlier: Item, later: Item) => Item | null;
}

/** An engine process as the rest of the host sees it: it is there when it is asked. */
export interface EngineClient<T extends Table> {
  state(): EngineState;
  /**
   * Asks, and starts the process if need be.
   *
   * @throws UserError the engine's, or `engine.gone` when the process ends meanwhile
   */
  call<K extends CallName<T>>(name: K, request: RequestOf<T[K]>): Promise<ReplyOf<T[K]>>;
  /**
   * As `call`, for what nobody waits for; null where the process is off because it kept stopping. Only what
   * the writer asks for starts it again then, or each pause in typing would.
   */
  callUnlessStopped<K extends CallName<T>>(
    name: K,
    request: RequestOf<T[K]>,
  ): Promise<ReplyOf<T[K]>> | null;
  /** Asks only a process that runs already; null where none does. */
  callIfRunning<K extends CallName<T>>(
    name: K,
    request: RequestOf<T[K]>,
  ): Promise<ReplyOf<T[K]>> | null;
  /** As `call`, for a stream. */
  stream<K extends StreamName<T>>(
    name: K,
    request: RequestOf<T[K]>,
    options: StreamOptions<ItemOf<T[K]>>,
  ): AsyncGenerator<ItemOf<T[K]>, EndOf<T[K]>, void>;
  /** Ends a process that has nothing to do: its memory goes back. It starts again when it is asked. */
  rest(): void;
  /** Hears of each fresh process before anything else is asked of it. */
  started(listener: () => void): Disposer;
}

export interface SupervisorOptions<T extends Table> {
  readonly launch: LaunchEngine;
  readonly threads: () => number;
  readonly changed: () => void;
  readonly log: (line: string) => void;
  readonly timing: Timing;
  /** Gets each fresh process's end of the line, to hear of its events and to answer them. */
  readonly launched?: (client: Client<T>) => void;
}

interface Running<T extends Table> {
  readonly process: EngineProcess;
  readonly client: Client<T>;
  readonly watch: Watch;
}

type Supervised = Extract<EngineRole, 'trainer' | 'sampler'>;

const NAMES: Readonly<Record<Supervised, string>> = {
  trainer: 'The part of Understudy that trains voices',
  sampler: 'The part of Understudy that writes suggestions',
};

/** Milliseconds that a start may take, also on a slow computer under load. */
const START_LIMIT = 60_000;

/** Keeps one engine process alive: starts it, watches it, replaces it, and gives up when it keeps dying. */
export class Supervisor<T extends typeof engineApi & Table> implements EngineClient<T> {
  readonly #role: Supervised;
  readonly #table: T;
  readonly #options: SupervisorOptions<T>;
  readonly #listeners = new Set<() => void>();
  readonly #restarts = new Restarts();
  #state: EngineState = { kind: 'starting' };
  /** What the process that runs greeted with. */
  #ready: EngineState = { kind: 'starting' };
  /** The process from its launch on, and when it can be asked. */
  #current: { readonly running: Running<T>; readonly ready: Promise<void> } | null = null;
  #isReady = false;
  /** How many wait for it or for its answer. */
  #users = 0;
  #disposed = false;

  constructor(role: Supervised, table: T, options: SupervisorOptions<T>) {
    this.#role = role;
    this.#table = table;
    this.#options = options;
  }

  state(): EngineState {
    return this.#state;
  }

  started(listener: () => void): Disposer {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  async call<K extends CallName<T>>(name: K, request: RequestOf<T[K]>): Promise<ReplyOf<T[K]>> {
    this.#users++;
    try {
      return await this.#ask(await this.#started(), name, request);
    } finally {
      this.#users--;
    }
  }

  callUnlessStopped<K extends CallName<T>>(
    name: K,
    request: RequestOf<T[K]>,
  ): Promise<ReplyOf<T[K]>> | null {
    return this.#state.kind === 'stopped' ? null : this.call(name, request);
  }

  callIfRunning<K extends CallName<T>>(
    name: K,
    request: RequestOf<T[K]>,
  ): Promise<ReplyOf<T[K]>> | null {
    return this.#current && this.#isReady ? this.#ask(this.#current.running, name, request) : null;
  }

  async *stream<K extends StreamName<T>>(
    name: K,
    request: RequestOf<T[K]>,
    { signal, join }: StreamOptions<ItemOf<T[K]>>,
  ): AsyncGenerator<ItemOf<T[K]>, EndOf<T[K]>, void> {
    this.#users++;
    try {
      const { client, watch } = await this.#started();
      const queue = new ItemQueue<ItemOf<T[K]>, EndOf<T[K]>>(join);
      const answered = watch.busy();
      const cancel = client.stream[name](request, queue);
      signal.addEventListener('abort', cancel);
      if (signal.aborted) cancel();
      try {
        return yield* queue.items();
      } catch (error) {
        throw this.#named(error);
      } finally {
        signal.removeEventListener('abort', cancel);
        // A reader that leaves early wants nothing more.
        cancel();
        answered();
      }
    } finally {
      this.#users--;
    }
  }

  rest(): void {
    const { running } = this.#current ?? {};
    if (!running || !this.#isReady || this.#users > 0 || running.watch.isBusy) return;
    this.#current = null;
    this.#isReady = false;
    running.process.kill();
    this.#become({ kind: 'starting' });
  }

  /** Ends the process; nothing starts it again. */
  dispose(): void {
    this.#disposed = true;
    this.#current?.running.watch.stop();
    this.#current?.running.process.kill();
  }

  async #ask<K extends CallName<T>>(
    { client, watch }: Running<T>,
    name: K,
    request: RequestOf<T[K]>,
  ): Promise<ReplyOf<T[K]>> {
    const answered = watch.busy();
    try {
      return unwrap(await client.call[name](request));
    } catch (error) {
      throw this.#named(error);
    } finally {
      answered();
    }
  }

  #become(state: EngineState): void {
    this.#state = state;
    this.#options.changed();
  }

  #gone(): UserError {
    return new UserError('engine.gone', `${NAMES[this.#role]} has stopped; try again in a moment.`);
  }

  /** The line knows only that its other end is gone; the writer hears which part that was. */
  #named(error: unknown): unknown {
    return isUserError(error) && error.code === 'engine.gone' ? this.#gone() : error;
  }

  /** A process that can be asked. */
  async #started(): Promise<Running<T>> {
    if (this.#disposed) throw this.#gone();
    if (!this.#current) {
      if (this.#state.kind === 'stopped') this.#become({ kind: 'starting' });
      this.#launch();
    }
    const { running, ready } = this.#current!;
    await ready;
    return running;
  }

  #launch(): void {
    const { log, timing } = this.#options;
    const process = this.#process();
    const client = createClient(this.#table, process.port);
    const common = client as unknown as Client<typeof engineApi>;
    const watch = new Watch(timing, {
      ping: async () => (await common.call.ping({})).ok,
      silent: () =>
        this.#become({
          kind: 'silent',
          sentence: `${NAMES[this.#role]} has not answered for a moment. If it stays silent it is started again; your text is not affected.`,
        }),
      answers: () => {
        if (this.#state.kind === 'silent') this.#become(this.#ready);
      },
      hung: () => {
        log(`${this.#role}: process ${process.pid} does not answer and is ended`);
        process.kill();
      },
    });
    const running: Running<T> = { process, client, watch };
    common.on.log((line) => log(`${this.#role}: ${line}`));
    this.#options.launched?.(client);
    const ready = this.#greet(running, common);
    // Whoever asks hears of a failure; who asks nothing sees the state.
    ready.catch(() => undefined);
    this.#current = { running, ready };
    process.exited((code) => this.#exited(running, code));
  }

  /** Throws UserError `engine.failed` where there can be none. */
  #process(): EngineProcess {
    try {
      return this.#options.launch(this.#role);
    } catch (error) {
      this.#options.log(`${this.#role}: it cannot be started: ${String(error)}`);
      const sentence = `${NAMES[this.#role]} cannot be started; install Understudy again.`;
      this.#become({ kind: 'stopped', sentence });
      throw new UserError('engine.failed', sentence, { cause: error });
    }
  }

  async #greet(running: Running<T>, common: Client<typeof engineApi>): Promise<void> {
    const { process } = running;
    const slow = setTimeout(() => {
      this.#options.log(`${this.#role}: process ${process.pid} does not start and is ended`);
      process.kill();
    }, START_LIMIT);
    const hello = await common.call.hello({ threads: this.#options.threads() });
    clearTimeout(slow);
    if (!hello.ok) {
      // A process that died is seen by #exited; one that refuses would refuse again.
      if (hello.error.code !== 'engine.gone') this.#refused(running, hello.error.sentence);
      throw new UserError(hello.error.code, hello.error.sentence);
    }
    this.#isReady = true;
    for (const listener of [...this.#listeners]) listener();
    this.#become((this.#ready = { kind: 'ready', ...hello.value }));
  }

  #refused(running: Running<T>, sentence: string): void {
    this.#current = null;
    running.process.kill();
    this.#become({ kind: 'stopped', sentence });
  }

  #exited(running: Running<T>, code: number | null): void {
    running.watch.stop();
    if (this.#current?.running !== running) return;
    this.#current = null;
    this.#isReady = false;
    if (this.#disposed) return;
    const how = code === null ? 'was ended' : `ended with code ${code}`;
    this.#options.log(`${this.#role}: process ${running.process.pid} ${how}`);
    if (this.#restarts.take()) {
      this.#become({
        kind: 'restarting',
        sentence: `${NAMES[this.#role]} stopped and is starting again; your text is not affected.`,
      });
      try {
        this.#launch();
      } catch (error) {
        // The state says so; nobody waits here.
        if (!isUserError(error)) throw error;
      }
      return;
    }
    this.#become({
      kind: 'stopped',
      sentence:
        `${NAMES[this.#role]} keeps stopping and is off for now; your text is not affected. ` +
        'It starts again when you ask for something; closing other programs may help.',
    });
  }
}
