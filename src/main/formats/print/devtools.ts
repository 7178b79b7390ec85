/** A browser's DevTools protocol over two pipes: no port is opened that another program could reach. */
import type { Readable, Writable } from 'node:stream';

type Parameters = Readonly<Record<string, unknown>>;

interface Answer {
  readonly id?: number;
  readonly result?: Parameters;
  readonly error?: { readonly message: string };
}

export class DevTools {
  readonly #to: Writable;
  readonly #waiting = new Map<
    number,
    { done: (result: Parameters) => void; failed: (error: Error) => void }
  >();
  #next = 1;
  #gone: Error | null = null;
  #session: string | undefined;

  constructor(to: Writable, from: Readable) {
    this.#to = to;
    // Whoever is gone has said so by its end.
    to.on('error', () => undefined);
    from.on('error', () => undefined);
    let rest: Buffer[] = [];
    from.on('data', (chunk: Buffer) => {
      // Messages end with a zero; a large one comes in many pieces.
      for (let at = 0; at < chunk.length;) {
        const end = chunk.indexOf(0, at);
        rest.push(chunk.subarray(at, end === -1 ? undefined : end));
        if (end === -1) return;
        this.#receive(Buffer.concat(rest).toString());
        rest = [];
        at = end + 1;
      }
    });
  }

  /** What is asked from now on is asked of one page. */
  attach(session: string): void {
    this.#session = session;
  }

  /** The browser is gone: nothing is answered any more. */
  close(error: Error): void {
    this.#gone ??= error;
    for (const { failed } of this.#waiting.values()) failed(error);
    this.#waiting.clear();
  }

  async ask(method: string, params: Parameters = {}): Promise<Parameters> {
    if (this.#gone) throw this.#gone;
    const id = this.#next++;
    const session = this.#session === undefined ? {} : { sessionId: this.#session };
    const answer = new Promise<Parameters>((done, failed) => {
      this.#waiting.set(id, { done, failed });
    });
    this.#to.write(`${JSON.stringify({ id, method, params, ...session })}\0`);
    return answer;
  }

  /** As `ask`, for the one field of the answer that matters: it is a text. */
  async text(method: string, params: Parameters, field: string): Promise<string> {
    const value = (await this.ask(method, params))[field];
    if (typeof value !== 'string') throw new TypeError(`${method} answered without ${field}`);
    return value;
  }

  #receive(message: string): void {
    const { id, result, error } = JSON.parse(message) as Answer;
    const waiting = id === undefined ? undefined : this.#waiting.get(id);
    if (id === undefined || !waiting) return;
    this.#waiting.delete(id);
    if (error) waiting.failed(new Error(error.message));
    else waiting.done(result ?? {});
  }
}
