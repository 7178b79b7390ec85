import type { ApiClient, Edit, Snapshot } from '../../shared/api/index.ts';
import { marksFor, runsOf, sliceRuns, type Runs } from '../../shared/provenance/index.ts';
import { unwrap } from '../../shared/result.ts';
import type { Document } from './document.svelte.ts';
import type { Documents } from './documents.svelte.ts';
import type { Notices } from './notices.svelte.ts';

/** What is compared with the text of a document. */
export type Compared =
  | {
      readonly kind: 'snapshot';
      readonly document: Document;
      readonly snapshot: Snapshot;
      readonly text: string;
      /** Which of its letters a voice suggested. */
      readonly runs: Runs;
    }
  /** Two versions between which the writer has to choose, and what both come from where it is known. */
  | {
      readonly kind: 'versions';
      readonly document: Document;
      readonly recovered: boolean;
      readonly mine: string;
      readonly theirs: string;
      readonly base: string | null;
    };

export interface ComparisonOptions {
  readonly client: ApiClient;
  readonly notices: Notices;
  readonly documents: Documents;
}

/** The comparison that stands in the place of the page. */
export class Comparison {
  shown = $state.raw<Compared | null>(null);
  /** Goes up when the text of the document became another one outside the comparison. */
  changes = $state(0);
  readonly #options: ComparisonOptions;
  #settling = false;

  constructor(options: ComparisonOptions) {
    this.#options = options;
  }

  /** With the text of now. */
  async openSnapshot(document: Document, snapshot: Snapshot): Promise<void> {
    const { client, notices, documents } = this.#options;
    await notices.attempt(async () => {
      const { path } = document;
      const { text, marks } = unwrap(await client.call.readSnapshot({ path, id: snapshot.id }));
      if (documents.active === document) {
        this.shown = { kind: 'snapshot', document, snapshot, text, runs: runsOf(marks) };
      }
    });
  }

  /** The two versions of a conflict or a recovery. */
  openVersions(document: Document): void {
    const versions = this.versionsOf(document);
    if (versions) this.shown = { kind: 'versions', document, ...versions };
  }

  /** What stands against each other now; null where nothing does. */
  versionsOf(document: Document) {
    const { save, fileText, fileBase } = document;
    const recovered = fileText !== null;
    const theirs = save.kind === 'conflict' ? save.theirs : fileText;
    if (theirs === null) return null;
    const base = save.kind === 'conflict' ? save.base : fileBase;
    const { documents } = this.#options;
    const mine =
      document === documents.active && documents.editor
        ? documents.editor.text()
        : document.forEditor.text;
    return { recovered, mine, theirs, base };
  }

  close(): void {
    if (this.shown === null) return;
    this.shown = null;
  }

  /** Another document is shown, or none. */
  left(): void {
    if (this.shown?.document !== this.#options.documents.active) this.close();
  }

  /** Parts of a snapshot come back, and stay suggested where they were; `places` is where they stand in it. */
  restore(edits: readonly Edit[], places: readonly number[]): void {
    if (this.shown?.kind !== 'snapshot') return;
    const { runs, snapshot } = this.shown;
    const marked = edits.map((edit, index) => {
      const from = places[index];
      if (from === undefined) return edit;
      return { ...edit, ...marksFor(sliceRuns(runs, from, from + edit.insert.length)) };
    });
    this.#options.documents.editor?.restore(marked, snapshot.id);
  }

  undo(): void {
    this.#options.documents.editor?.run('undo');
    this.changes++;
  }

  /** Ends a conflict or a recovery with the text that was made of both. */
  async settle(text: string): Promise<void> {
    if (this.shown?.kind !== 'versions') return;
    const { document, theirs } = this.shown;
    this.#settling = true;
    const settled = await this.#options.documents
      .settle(document, { keep: 'merged', text, theirs })
      .finally(() => (this.#settling = false));
    if (settled) this.close();
    else this.follow();
  }

  /** The versions that are compared may be settled elsewhere, or be other ones by now. */
  follow(): void {
    if (this.shown?.kind !== 'versions' || this.#settling) return;
    const { document, mine, theirs } = this.shown;
    const now = this.versionsOf(document);
    if (now === null) this.close();
    else if (now.theirs !== theirs || now.mine !== mine) {
      this.shown = { kind: 'versions', document, ...now };
      this.#options.notices.say('The file was changed once more; the comparison begins anew.', {
        topic: document.path,
      });
    }
  }
}
