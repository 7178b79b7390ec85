import type { ApiClient, Disclosure, ReportRequest, Scope } from '../../shared/api/index.ts';
import { unwrap } from '../../shared/result.ts';
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
  saving = $state(false);
  readonly #client: ApiClient;
  readonly #documents: Documents;
  readonly #notices: Notices;
  /** Counts the questions: the answer to an older one is dropped. */
  #question = 0;

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

  async choose(extent: Extent): Promise<void> {
    this.extent = extent;
    this.figures = null;
    this.problem = null;
    const question = ++this.#question;
    await this.#documents.active?.queue.flush();
    const result = await this.#client.call.disclosure({ scope: this.#scope() });
    if (question !== this.#question) return;
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
