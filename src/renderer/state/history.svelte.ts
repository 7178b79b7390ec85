import type { ApiClient, HistoryEntry } from '../../shared/api/index.ts';
import { unwrap } from '../../shared/result.ts';
import type { Notices } from './notices.svelte.ts';

/** Entries that are asked for at once. */
const PAGE = 40;

/** Every suggestion that was ever made, newest first. */
export class History {
  query = $state('');
  /** Only of this document; null for all. */
  path = $state.raw<string | null>(null);
  entries = $state.raw<readonly HistoryEntry[]>([]);
  more = $state(false);
  loading = $state(false);
  readonly #client: ApiClient;
  readonly #notices: Notices;
  /** Counts the questions: the answer to an older one is dropped. */
  #question = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(client: ApiClient, notices: Notices) {
    this.#client = client;
    this.#notices = notices;
  }

  /** To be called when the query changed, or there is something new. */
  refresh(pause = 150): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#load(null), pause);
  }

  async loadMore(): Promise<void> {
    const last = this.entries.at(-1);
    if (last && this.more && !this.loading) await this.#load(last.id);
  }

  async #load(before: string | null): Promise<void> {
    const question = ++this.#question;
    this.loading = true;
    const { query, path } = this;
    const page = await this.#notices.attempt(async () =>
      unwrap(await this.#client.call.history({ query, path, before, limit: PAGE })),
    );
    if (question !== this.#question) return;
    this.loading = false;
    if (!page) return;
    this.entries = before === null ? page.entries : [...this.entries, ...page.entries];
    this.more = page.more;
  }
}
