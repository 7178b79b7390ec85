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
  /** Length of the text at each version that the host confirmed. */
  #lengths = new Map<number, number>();
  /** How many states the line had told when it was opened: those before are of another sitting. */
  #heard = 0;

  private constructor(line: Line, { path, text, version }: OpenDocument, typed: number) {
    this.line = line;
    this.path = path;
    this.text = text;
    this.#typed = typed;
    this.#queue = new EditQueue({
      client: this.#noting(() => this.line.client),
      path,
      version,
      text: () => this.text,
      marks: () => noMarks,
      // A host that is killed refuses nothing; what it lacks is seen by the texts.
      failed: () => undefined,
    });
    this.#listen({ version, text });
  }

  /** `typed`: words that were typed so far, so that each is another one. */
  static async open(line: Line, path: string, typed = 0): Promise<Script> {
    return new Script(line, unwrap(await line.client.call.openDocument({ path })), typed);
  }

  #listen({ version, text }: Pick<OpenDocument, 'version' | 'text'>): void {
    this.#lengths = new Map([[version, text.length]]);
    this.#heard = this.line.states.length;
    const { on } = this.line.client;
    on.documentReloaded((document) => {
      if (document.path === this.path) this.text = this.#queue.reloaded(document).text;
    });
    on.saveState(({ path, state }) => {
      if (path === this.path && state.kind === 'saved') this.#queue.saved(state.version);
    });
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

  /** Waits until the host has everything; gives its version, or null where it cannot be reached. */
  async sent(): Promise<number | null> {
    return this.#queue.flush();
  }

  /** Length of the longest text that the host told as saved since this was opened; null where it told none. */
  get toldAsSaved(): number | null {
    const lengths = this.line.states
      .slice(this.#heard)
      .filter(({ path, state }) => path === this.path && state.kind === 'saved')
      .map(({ state }) => ('version' in state ? this.#lengths.get(state.version) : undefined) ?? 0);
    return lengths.length === 0 ? null : Math.max(...lengths);
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
    this.#listen(document);
    this.text = this.#queue.reconnected(document)?.text ?? this.text;
    await this.#queue.flush();
    return unwrap(await call.openDocument({ path })).text;
  }

  /** A client that is always the present one; notes which text each version of the host is. */
  #noting(present: () => ApiClient): ApiClient {
    const editDocument: ApiClient['call']['editDocument'] = async (request) => {
      const lengths = this.#lengths;
      const result = await present().call.editDocument(request);
      const last = request.edits.at(-1);
      // It types at the end alone.
      if (result.ok && last) lengths.set(result.value.version, last.from + last.insert.length);
      return result;
    };
    const call = new Proxy({} as ApiClient['call'], {
      get: (_, name) =>
        name === 'editDocument' ? editDocument : present().call[name as keyof ApiClient['call']],
    });
    return new Proxy({} as ApiClient, {
      get: (_, kind) => (kind === 'call' ? call : present()[kind as keyof ApiClient]),
    });
  }
}
