import type { ApiClient, Edit, KeepBefore, Marks, OpenDocument } from '../../shared/api/index.ts';
import { marksOf, runsAfter, runsOf } from '../../shared/provenance/index.ts';
import type { Failure } from '../../shared/result.ts';
import { applyEdits, composeEdits, difference, rebaseEdits, undoEdits } from './edits.ts';

/** A text, and what of it is suggested. */
export type MarkedText = Pick<OpenDocument, 'text' | 'marks'>;

export interface QueueOptions {
  readonly client: ApiClient;
  readonly path: string;
  readonly version: number;
  /** The text as it stands here, with all edits. */
  readonly text: () => string;
  readonly marks: () => Marks;
  /** The host refused for a reason that trying again does not mend. */
  readonly failed: (failure: Failure) => void;
}

/** Edits that go to the host together. */
interface Batch {
  readonly edits: readonly Edit[];
  /** The host keeps the text as it is before them. */
  readonly keep: KeepBefore | null;
}

/**
 * Carries the edits of one document to the host, in order. One message is under way at a time; what is
 * typed meanwhile is gathered into the next one.
 */
export class EditQueue {
  path: string;
  /** What the host has. */
  version: number;
  readonly #client: ApiClient;
  readonly #text: () => string;
  readonly #marks: () => Marks;
  readonly #failed: (failure: Failure) => void;
  #waiting: readonly Batch[] = [];
  #underWay: Batch | null = null;
  #pumping: Promise<unknown> | null = null;
  /** The connection is lost: nothing is sent until `reconnected`. */
  #lost = false;
  /** The host took it amiss: what waits is tried again with the next edit. */
  #refused = false;
  /** Goes up when the text here is replaced: replies to what was sent before mean nothing. */
  #era = 0;

  constructor({ client, path, version, text, marks, failed }: QueueOptions) {
    this.#client = client;
    this.path = path;
    this.version = version;
    this.#text = text;
    this.#marks = marks;
    this.#failed = failed;
  }

  /** Whether the host has everything. */
  get idle(): boolean {
    return this.#waiting.length === 0 && this.#underWay === null;
  }

  push(edits: readonly Edit[], keep: KeepBefore | null = null): void {
    const last = this.#waiting.at(-1);
    // What is kept is the text of this very moment: nothing before it may be sent with it.
    this.#waiting =
      keep === null && last
        ? [...this.#waiting.slice(0, -1), { ...last, edits: composeEdits(last.edits, edits) }]
        : [...this.#waiting, { edits, keep }];
    this.#refused = false;
    this.#pump();
  }

  /** Waits until the host has everything; gives its version, or null where it cannot be reached. */
  async flush(): Promise<number | null> {
    this.#refused = false;
    while (!this.idle && !this.#lost && !this.#refused) {
      this.#pump();
      await this.#pumping;
    }
    return this.#lost || this.#refused ? null : this.version;
  }

  /**
   * Another program changed the file. Gives the text that is right now: theirs, with what was typed here
   * and has not arrived yet.
   */
  reloaded(document: OpenDocument): MarkedText {
    const mine = this.#unsent();
    this.#era++;
    this.#underWay = null;
    this.version = document.version;
    if (mine === null) return document;
    const theirs = difference(undoEdits(this.#text(), mine), document.text);
    const rebased = theirs === null ? mine : rebaseEdits(mine, theirs);
    this.#waiting = rebased.length > 0 ? [{ edits: rebased, keep: null }] : [];
    this.#pump();
    return {
      text: applyEdits(document.text, rebased),
      marks: marksOf(runsAfter(runsOf(document.marks), rebased)),
    };
  }

  /** The host has this text and nothing else counts any more. */
  settled({ version }: Pick<OpenDocument, 'version'>): void {
    this.#era++;
    this.#waiting = [];
    this.#underWay = null;
    this.version = version;
  }

  /**
   * The connection is back, and the host has `document`. Gives the text to be shown where it is not the
   * one here; null where ours stands.
   */
  reconnected(document: OpenDocument): MarkedText | null {
    const mine = this.#unsent();
    const ours = this.#text();
    this.#lost = false;
    this.#era++;
    this.#underWay = null;
    this.#waiting = [];
    const unchanged = document.version === this.version;
    this.version = document.version;
    if (document.text === ours) return null;
    if (mine === null) return document;
    if (unchanged) {
      this.#waiting = [{ edits: mine, keep: null }];
      this.#pump();
    } else {
      this.#run(() => this.#replace());
    }
    return null;
  }

  #unsent(): readonly Edit[] | null {
    const all = this.#underWay === null ? this.#waiting : [this.#underWay, ...this.#waiting];
    return all.reduce<readonly Edit[] | null>(
      (edits, batch) => (edits === null ? batch.edits : composeEdits(edits, batch.edits)),
      null,
    );
  }

  #pump(): void {
    if (this.#lost || this.#refused || this.#waiting.length === 0) return;
    this.#run(() => this.#send());
  }

  /** One at a time; what came in while it ended is sent after it. */
  #run(work: () => Promise<unknown>): void {
    this.#pumping ??= work().finally(() => {
      this.#pumping = null;
      this.#pump();
    });
  }

  async #send(): Promise<void> {
    for (let batch = this.#waiting[0]; batch; batch = this.#waiting[0]) {
      const { edits, keep } = batch;
      const era = this.#era;
      this.#underWay = batch;
      this.#waiting = this.#waiting.slice(1);
      const result = await this.#client.call.editDocument({
        path: this.path,
        base: this.version,
        edits: [...edits],
        ...(keep ? { keep } : {}),
      });
      if (era !== this.#era) continue;
      if (result.ok) {
        this.#underWay = null;
        this.version = result.value.version;
      } else if (result.error.code === 'document.stale') {
        if (!(await this.#replace())) return;
      } else {
        this.#hold(result.error);
        return;
      }
    }
  }

  /** Edits went astray: the host gets the whole text. Gives whether it took it. */
  async #replace(): Promise<boolean> {
    const era = this.#era;
    // The text holds everything typed until now.
    const text = this.#text();
    const marks = this.#marks();
    const unsent = this.#unsent();
    this.#underWay = unsent && { edits: unsent, keep: null };
    this.#waiting = [];
    const result = await this.#client.call.replaceDocument({ path: this.path, text, marks });
    if (era !== this.#era) return true;
    if (!result.ok) {
      this.#hold(result.error);
      return false;
    }
    this.#underWay = null;
    this.version = result.value.version;
    return true;
  }

  /** Keeps what was not taken, for the next try. */
  #hold(failure: Failure): void {
    if (this.#underWay) this.#waiting = [this.#underWay, ...this.#waiting];
    this.#underWay = null;
    if (failure.code === 'engine.gone') this.#lost = true;
    else {
      this.#refused = true;
      this.#failed(failure);
    }
  }
}
