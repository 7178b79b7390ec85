import type {
  ApiClient,
  BookChoices,
  Exported,
  ExportStage,
  FolderEntry,
} from '../../shared/api/index.ts';
import { droppedWords } from '../../shared/formats.ts';
import type { Disposer } from '../../shared/rpc/index.ts';
import { folderOf, nameOf } from './document.svelte.ts';
import type { Documents } from './documents.svelte.ts';
import type { Settings } from './settings.svelte.ts';

/** What can be made a book of. */
export interface Choice {
  /** A document or a folder; "" is the whole library. */
  readonly path: string;
  readonly label: string;
}

export interface ExportsOptions {
  readonly client: ApiClient;
  readonly settings: Settings;
  readonly documents: Documents;
  readonly root: () => FolderEntry;
  /** Lets the panel be seen. */
  readonly show: () => void;
}

/** The book that is to be made of the writer's documents. It outlives the panel. */
export class Exports {
  /** Of the document or folder; "" is the whole library. */
  path = $state('');
  /** "": what the text says, else its name. */
  title = $state('');
  /** What is being done; null when nothing is. */
  stage = $state.raw<ExportStage | null>(null);
  /** How the last one ended, as a sentence. */
  done = $state.raw<string | null>(null);
  problem = $state.raw<string | null>(null);
  readonly #options: ExportsOptions;
  #stop: Disposer | null = null;

  constructor(options: ExportsOptions) {
    this.#options = options;
  }

  get choices(): BookChoices {
    return this.#options.settings.values.book;
  }

  change(change: Partial<BookChoices>): void {
    this.done = null;
    void this.#options.settings.change({ book: { ...this.choices, ...change } });
  }

  /** What is chosen, the document that is shown, and the folders around both. */
  get what(): readonly Choice[] {
    const active = this.#options.documents.active?.path;
    const paths = new Set<string>([this.path]);
    for (const path of [this.path, ...(active === undefined ? [] : [active])]) {
      paths.add(path);
      for (let folder = folderOf(path); folder !== ''; folder = folderOf(folder)) paths.add(folder);
    }
    paths.delete('');
    return [...paths]
      .map((path) => ({ path, label: this.isDocument(path) ? nameOf(path) : `${path}/` }))
      .concat({ path: '', label: 'The whole library' });
  }

  /** What the book is called where the writer says nothing. */
  get name(): string {
    if (this.path === '') return this.#options.root().name;
    return this.isDocument(this.path) ? nameOf(this.path) : this.path.split('/').at(-1)!;
  }

  isDocument(path: string): boolean {
    return /\.(md|markdown|txt)$/i.test(path);
  }

  /** Markdown of one document is that document. */
  get isCopy(): boolean {
    return this.choices.format === 'md' && this.isDocument(this.path);
  }

  open(path: string): void {
    this.choose(path);
    this.#options.show();
  }

  choose(path: string): void {
    if (path !== this.path) this.title = '';
    this.path = path;
    this.done = null;
    this.problem = null;
  }

  async run(): Promise<void> {
    if (this.stage !== null) return;
    const { client, documents } = this.#options;
    this.stage = 'choosing';
    this.done = null;
    this.problem = null;
    const { path, choices } = this;
    const title = this.title.trim() === '' ? null : this.title.trim();
    // What was typed a moment ago is on its way to the host.
    for (const document of path === '' ? documents.list : documents.within(path)) {
      await document.queue.flush();
    }
    this.#stop = client.stream.exportDocuments(
      { path, title, choices: $state.snapshot(choices) },
      {
        item: (stage) => (this.stage = stage),
        end: (result) => {
          this.#stop = null;
          this.stage = null;
          if (!result.ok) this.problem = result.error.sentence;
          else if (result.value !== null) this.done = sentenceOf(result.value);
        },
      },
    );
  }

  /** Nothing is written then. */
  stop(): void {
    this.#stop?.();
  }
}

function sentenceOf({ place, dropped }: Exported): string {
  if (dropped.length === 0) return `Saved as ${place}.`;
  return `Saved as ${place}. Left out: ${dropped.map(droppedWords).join(', ')}.`;
}
