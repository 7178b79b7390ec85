import type { ApiClient, SearchHit } from '../../shared/api/index.ts';
import type { Disposer } from '../../shared/rpc/index.ts';
import type { Notices } from './notices.svelte.ts';

/** Searching the text of all documents. */
export class Search {
  query = $state('');
  matchCase = $state(false);
  wholeWord = $state(false);
  hits = $state.raw<readonly SearchHit[]>([]);
  running = $state(false);
  /** Goes up when the field is to have the keyboard. */
  focusRequests = $state(0);
  readonly byDocument = $derived(Map.groupBy(this.hits, ({ path }) => path));
  readonly #client: ApiClient;
  readonly #notices: Notices;
  #cancel: Disposer | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(client: ApiClient, notices: Notices) {
    this.#client = client;
    this.#notices = notices;
  }

  /** To be called when anything of the question changed. */
  ask(pause = 160): void {
    clearTimeout(this.#timer);
    this.#cancel?.();
    this.#cancel = null;
    if (this.query === '') {
      this.hits = [];
      this.running = false;
      return;
    }
    this.running = true;
    this.#timer = setTimeout(() => this.#start(), pause);
  }

  /** The manuscripts stand there again. */
  clear(): void {
    this.query = '';
    this.ask();
  }

  #start(): void {
    const { query, matchCase, wholeWord } = this;
    let fresh = true;
    const cancel = this.#client.stream.searchLibrary(
      { query, matchCase, wholeWord },
      {
        item: (hits) => {
          if (this.#cancel !== cancel) return;
          // The old ones stay until there are new ones: nothing flickers.
          this.hits = fresh ? hits : [...this.hits, ...hits];
          fresh = false;
        },
        end: (result) => {
          if (this.#cancel !== cancel) return;
          this.#cancel = null;
          this.running = false;
          if (fresh) this.hits = [];
          if (!result.ok) this.#notices.say(result.error.sentence, { tone: 'problem' });
        },
      },
    );
    this.#cancel = cancel;
  }
}
