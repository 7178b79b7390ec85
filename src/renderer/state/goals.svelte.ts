import type { ApiClient, Edit, Start } from '../../shared/api/index.ts';
import type { Counts, Origin } from '../editor/types.ts';
import type { Document } from './document.svelte.ts';

/** Milliseconds after which written words are told to the host. */
const PAUSE = 2000;

/** How many words the writer wrote by hand. What was accepted or pasted does not count. */
export class Goals {
  /** By day, "2026-11-25". */
  written = $state.raw<Readonly<Record<string, number>>>({});
  /** Since Understudy was opened. */
  session = $state(0);
  readonly #client: ApiClient;
  readonly #today: () => string;
  /** Words of each document when it was last counted. */
  readonly #counted = new WeakMap<Document, number>();
  /** Words that came into a document without being typed, since it was last counted. */
  readonly #foreign = new WeakMap<Document, number>();
  #untold = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(client: ApiClient, start: Pick<Start, 'written'>, today: () => string = isoDay) {
    this.#client = client;
    this.#today = today;
    this.written = start.written;
  }

  get today(): number {
    return Math.max(0, this.written[this.#today()] ?? 0);
  }

  edited(document: Document, edits: readonly Edit[], origin: Origin): void {
    if (origin === 'typed') return;
    const words = edits.reduce((sum, { insert }) => sum + countWords(insert), 0);
    this.#foreign.set(document, (this.#foreign.get(document) ?? 0) + words);
  }

  /** The text was replaced as a whole: nothing of it was written just now. */
  replaced(document: Document): void {
    this.#counted.delete(document);
    this.#foreign.delete(document);
  }

  counted(document: Document, { words }: Counts): void {
    const before = this.#counted.get(document);
    const foreign = this.#foreign.get(document) ?? 0;
    this.#counted.set(document, words);
    this.#foreign.delete(document);
    if (before === undefined) return;
    const typed = words - before - foreign;
    if (typed === 0) return;
    this.session += typed;
    this.#untold += typed;
    const day = this.#today();
    this.written = { ...this.written, [day]: (this.written[day] ?? 0) + typed };
    this.#timer ??= setTimeout(() => void this.tell(), PAUSE);
  }

  /** Where the host cannot be reached the words are told the next time. */
  async tell(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const words = this.#untold;
    if (words === 0) return;
    this.#untold = 0;
    const day = this.#today();
    const result = await this.#client.call.addWritten({ day, words });
    if (!result.ok) this.#untold += words;
    else if (this.#untold === 0) this.written = { ...this.written, [day]: result.value };
  }
}

/** The day where the writer is. */
export function isoDay(now = new Date()): string {
  const two = (part: number): string => String(part).padStart(2, '0');
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

const segmenter = new Intl.Segmenter(undefined, { granularity: 'word' });

export function countWords(text: string): number {
  let words = 0;
  for (const { isWordLike } of segmenter.segment(text)) if (isWordLike) words++;
  return words;
}
