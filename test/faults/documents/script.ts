import { setTimeout as wait } from 'node:timers/promises';
import { EditQueue } from '../../../src/renderer/state/edit-queue.ts';
import { noMarks, type ApiClient, type OpenDocument } from '../../../src/shared/api/index.ts';
import { unwrap } from '../../../src/shared/result.ts';
import type { Line } from './desk.ts';

interface Word {
  /** When it was typed, as `performance.now`. */
  readonly at: number;
  /** Length of the text with it. */
  readonly end: number;
}

/**
 * A page that a script writes in: words at the end of a document, carried to the host by the page's own
 * queue, which keeps what the host has not confirmed.
 */
export class Script {
  path: string;
  line: Line;
  text: string;
  words: Word[] = [];
  readonly #queue: EditQueue;
  #typed: number;

  private constructor(line: Line, { path, text, version }: OpenDocument, typed: number) {
    this.line = line;
    this.path = path;
    this.text = text;
    this.#typed = typed;
    this.#queue = new EditQueue({
      client: switching(() => this.line.client),
      path,
      version,
      text: () => this.text,
      marks: () => noMarks,
      // A host that is killed refuses nothing; what it lacks is seen by the texts.
      failed: () => undefined,
    });
    line.client.on.documentReloaded((document) => {
      if (document.path === this.path) this.text = this.#queue.reloaded(document).text;
    });
  }

  /** `typed`: words that were typed so far, so that each is another one. */
  static async open(line: Line, path: string, typed = 0): Promise<Script> {
    return new Script(line, unwrap(await line.client.call.openDocument({ path })), typed);
  }

  get typed(): number {
    return this.#typed;
  }

  type(insert = `word${this.#typed} `): void {
    const end = this.text.length;
    this.text += insert;
    this.#typed++;
    this.words.push({ at: performance.now(), end: this.text.length });
    this.#queue.push([{ from: end, to: end, insert }]);
  }

  /** Types a word every `every` milliseconds for a while. */
  async typeFor(milliseconds: number, every: number): Promise<void> {
    const end = performance.now() + milliseconds;
    do {
      this.type();
      await wait(every);
    } while (performance.now() < end);
  }

  /** Waits until the host has everything. */
  async sent(): Promise<void> {
    await this.#queue.flush();
  }

  /** The oldest word that `kept`, what is left of the text, does not have; null where all is there. */
  firstLost(kept: string): Word | null {
    return this.words.find(({ end }) => end > kept.length) ?? null;
  }

  /**
   * Goes on over another line to the same or another host, as the page does when its connection is back.
   * Gives the text that the host has in the end.
   */
  async reconnect(line: Line, path = this.path): Promise<string> {
    this.line = line;
    this.path = path;
    this.#queue.path = path;
    const { call } = line.client;
    const document = unwrap(await call.openDocument({ path }));
    this.text = this.#queue.reconnected(document)?.text ?? this.text;
    await this.#queue.flush();
    return unwrap(await call.openDocument({ path })).text;
  }
}

/** A client that is always the present one. */
const switching = (present: () => ApiClient): ApiClient =>
  new Proxy({} as ApiClient, { get: (_, kind) => present()[kind as keyof ApiClient] });
