import type { ApiClient, Start } from '../../shared/api/index.ts';

/** Milliseconds after which written words are told to the host. */
const PAUSE = 2000;

/** How many words the writer wrote by hand. What was accepted or pasted does not count. */
export class Goals {
  /** By day, "2026-11-25". */
  written = $state.raw<Readonly<Record<string, number>>>({});
  readonly #client: ApiClient;
  readonly #today: () => string;
  #session = $state(0);
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

  /** Since Understudy was opened. */
  get session(): number {
    return Math.max(0, this.#session);
  }

  /** Words that were typed; fewer than 0 where some were deleted. */
  typed(words: number): void {
    if (words === 0) return;
    this.#session += words;
    this.#untold += words;
    const day = this.#today();
    this.written = { ...this.written, [day]: (this.written[day] ?? 0) + words };
    this.#timer ??= setTimeout(() => void this.tell(), PAUSE);
  }

  /** Where the host cannot be reached the words are told the next time. */
  async tell(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const words = this.#untold;
    if (words === 0) return;
    this.#untold = 0;
    // As with the day: a cut page of last week is not made up for before new words count.
    this.#session = this.session;
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
