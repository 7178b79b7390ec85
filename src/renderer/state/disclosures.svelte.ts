import type {
  ApiClient,
  CountStep,
  Disclosure,
  ReportRequest,
  Scope,
} from '../../shared/api/index.ts';
import { unwrap } from '../../shared/result.ts';
import { toEnd } from '../../shared/rpc/index.ts';
import type { Documents } from './documents.svelte.ts';
import { folderOf } from './document.svelte.ts';
import type { Notices } from './notices.svelte.ts';

/** What the writer can choose to report on. */
export type Extent = 'document' | 'folder' | 'library';

/** The report of how much voices suggested: its figures, and where it goes. */
export class Disclosures {
  extent = $state.raw<Extent>('document');
  format = $state.raw<ReportRequest['format']>('markdown');
  /** Every suggested passage is listed. */
  passages = $state(false);
  /** Of what is chosen; null until they are here. */
  figures = $state.raw<Disclosure | null>(null);
  problem = $state.raw<string | null>(null);
  /** How many documents are counted so far, while they are. */
  counted = $state.raw<CountStep | null>(null);
  saving = $state(false);
  readonly #client: ApiClient;
  readonly #documents: Documents;
  readonly #notices: Notices;
  /** Of the question that is asked: an older one is stopped, and its answer dropped. */
  #asked = new AbortController();

  constructor(client: ApiClient, documents: Documents, notices: Notices) {
    this.#client = client;
    this.#documents = documents;
    this.#notices = notices;
  }

  /** What there is to choose from. */
  get extents(): readonly Extent[] {
    const path = this.#documents.active?.path;
    if (path === undefined) return ['library'];
    return folderOf(path) === '' ? ['document', 'library'] : ['document', 'folder', 'library'];
  }

  /** To be called when the dialog opens. */
  open(): void {
    void this.choose(this.extents[0]!);
  }

  /** To be called when it closes: nothing is counted any more. */
  close(): void {
    this.#asked.abort();
  }

  async choose(extent: Extent): Promise<void> {
    this.#asked.abort();
    const { signal } = (this.#asked = new AbortController());
    this.extent = extent;
    this.figures = null;
    this.problem = null;
    this.counted = null;
    await this.#documents.active?.queue.flush();
    if (signal.aborted) return;
    const { disclosure } = this.#client.stream;
    const counted = (step: CountStep): void => {
      if (!signal.aborted) this.counted = step;
    };
    const result = await toEnd(disclosure, { scope: this.#scope() }, counted, signal);
    if (signal.aborted) return;
    if (result.ok) this.figures = result.value;
    else this.problem = result.error.sentence;
  }

  /** Gives whether it was saved. */
  async save(to: ReportRequest['to']): Promise<boolean> {
    this.saving = true;
    const format = to === 'document' ? 'markdown' : this.format;
    const saved = await this.#notices.attempt(async () => {
      await this.#documents.active?.queue.flush();
      const request = { scope: this.#scope(), format, passages: this.passages, to };
      return { place: unwrap(await this.#client.call.saveDisclosure(request)) };
    });
    this.saving = false;
    const place = saved?.place ?? null;
    if (place === null) return false;
    if (to === 'document') await this.#documents.open(place);
    else this.#notices.say(`The report is saved as ${place}.`);
    return true;
  }

  #scope(): Scope {
    const path = this.#documents.active?.path ?? '';
    switch (this.extent) {
      case 'document':
        return { kind: 'document', path };
      case 'folder':
        return { kind: 'folder', path: folderOf(path) };
      case 'library':
        return { kind: 'folder', path: '' };
    }
  }
}
