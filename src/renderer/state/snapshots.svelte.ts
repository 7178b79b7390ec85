import type { ApiClient, Snapshot, SnapshotCause, SnapshotSpace } from '../../shared/api/index.ts';
import { unwrap } from '../../shared/result.ts';
import type { Document } from './document.svelte.ts';
import type { Notices } from './notices.svelte.ts';

export interface SnapshotsOptions {
  readonly client: ApiClient;
  readonly notices: Notices;
  /** The document that is shown. */
  readonly active: () => Document | null;
}

/** The text of the document as it was: what the timeline lists. */
export class Snapshots {
  list = $state.raw<readonly Snapshot[]>([]);
  damaged = $state(0);
  /** The document whose list this is; null before it was asked for. */
  of = $state.raw<Document | null>(null);
  /** What all of them take, of all documents; null before it was asked for. */
  space = $state.raw<SnapshotSpace | null>(null);
  readonly #options: SnapshotsOptions;
  /** Counts the questions: the answer to an older one is dropped. */
  #question = 0;

  constructor(options: SnapshotsOptions) {
    this.#options = options;
    options.client.on.snapshotsChanged(({ path }) => {
      if (path === this.of?.path) void this.refresh();
    });
  }

  /** To be called when another document is shown; null where nobody looks. */
  async follow(document: Document | null): Promise<void> {
    if (document === this.of) return;
    this.of = document;
    this.list = [];
    this.damaged = 0;
    await this.refresh();
  }

  async refresh(): Promise<void> {
    const document = this.of;
    const question = ++this.#question;
    if (!document) return;
    const { client, notices } = this.#options;
    const told = await notices.attempt(async () =>
      unwrap(await client.call.snapshots({ path: document.path })),
    );
    if (!told || question !== this.#question) return;
    this.list = told.snapshots;
    this.damaged = told.damaged;
  }

  /** Keeps the text as it is now. Gives whether it is kept. */
  async take(name: string | null): Promise<boolean> {
    const { client, notices, active } = this.#options;
    const document = active();
    if (!document) return false;
    const id = await notices.attempt(async () => {
      await document.queue.flush();
      return unwrap(await client.call.takeSnapshot({ path: document.path, name }));
    });
    return id !== undefined && id !== null;
  }

  /** Null takes the name away. */
  async name({ id }: Snapshot, name: string | null): Promise<void> {
    await this.#change(async (path) =>
      unwrap(await this.#options.client.call.nameSnapshot({ path, id, name })),
    );
  }

  async remove({ id }: Snapshot): Promise<void> {
    await this.#change(async (path) =>
      unwrap(await this.#options.client.call.deleteSnapshot({ path, id })),
    );
  }

  async measure(): Promise<void> {
    const { client, notices } = this.#options;
    const space = await notices.attempt(async () => unwrap(await client.call.snapshotSpace({})));
    if (space) this.space = space;
  }

  async #change(work: (path: string) => Promise<unknown>): Promise<void> {
    const document = this.of;
    if (document) await this.#options.notices.attempt(() => work(document.path));
  }
}

const causes: Readonly<Record<SnapshotCause, string>> = {
  asked: 'Taken by you',
  opened: 'As it was opened',
  interval: 'Every few minutes',
  closed: 'As it was closed',
  suggestion: 'Before a suggestion',
  'replace-all': 'Before replacing all',
  restore: 'Before restoring',
  reload: 'Before another program’s text',
  mine: 'What stood here',
  theirs: 'What the file held',
};

/** Why it was kept, or the name it was given. */
export const titleOf = ({ name, cause }: Snapshot): string => name ?? causes[cause];
