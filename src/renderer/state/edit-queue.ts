import type { ApiClient, Edit, KeepBefore, Marks, OpenDocument } from '../../shared/api/index.ts';
import { marksOf, runsAfter, runsOf } from '../../shared/provenance/index.ts';
import type { Failure } from '../../shared/result.ts';
import { AFTER_THE_FRAME } from './after-the-frame.ts';
import { applyEdits, composeEdits, difference, leadsTo, rebaseEdits, undoEdits } from './edits.ts';

/**
 * Batches since the last save that are told apart. A host that is killed loses at most two seconds of
 * them: it is found again at one of the last, and older ones are needed only together.
 */
const MOST_APART = 100;

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
  /** It was sent once: the host may have it although it did not say so. */
  readonly sent?: true;
}

/** The host had it at this version. */
interface Confirmed extends Batch {
  readonly version: number;
}

/**
 * Carries the edits of one document to the host, in order, each as soon as the screen shows it. One message is under
 * way at a time; what is typed meanwhile is gathered into the next one.
 */
export class EditQueue {
  path: string;
  /** What the host has. */
  version: number;
  readonly #client: ApiClient;
  readonly #text: () => string;
  readonly #marks: () => Marks;
  readonly #failed: (failure: Failure) => void;
  /** What is in memory of the host, and not surely in the file: it may be lost with the host. */
  #confirmed: readonly Confirmed[] = [];
  #waiting: readonly Batch[] = [];
  #underWay: Batch | null = null;
  #pumping: Promise<unknown> | null = null;
  /** Until it is over, what waits is not sent by itself. */
  #pause: ReturnType<typeof setTimeout> | null = null;
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
    // Whether what was sent before has arrived is seen by the text after it alone.
    this.#waiting =
      keep === null && last && !last.sent
        ? [...this.#waiting.slice(0, -1), { ...last, edits: composeEdits(last.edits, edits) }]
        : [...this.#waiting, { edits, keep }];
    this.#refused = false;
    this.#pause ??= setTimeout(() => this.#pump(), AFTER_THE_FRAME);
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

  /** All until this version is in the file. */
  saved(upTo: number): void {
    this.#confirmed = this.#confirmed.filter(({ version }) => version > upTo);
  }

  /**
   * Another program changed the file. Gives the text that is right now: theirs, with what was typed here
   * and has not arrived yet.
   */
  reloaded(document: OpenDocument): MarkedText {
    return this.#broughtTogether(document, composed(this.#pending));
  }

  /** The host has this text and nothing else counts any more. */
  settled({ version }: Pick<OpenDocument, 'version'>): void {
    this.#begin(version, []);
  }

  /**
   * The connection is back, and the host has `document`. Gives the text to be shown where it is not the
   * one here; null where ours stands.
   *
   * The versions of a new host say nothing, its text does. If it is one that the text here once was, all
   * since then is sent. If not, another program wrote it, upon what was last saved.
   */
  reconnected(document: OpenDocument): MarkedText | null {
    this.#lost = false;
    this.#refused = false;
    const batches = [...this.#confirmed, ...this.#pending];
    const arrived = this.#arrived(document.text, batches);
    if (arrived === null) return this.#broughtTogether(document, composed(batches));
    const { version } = document;
    this.#begin(version, batches.slice(arrived));
    // That the host has it does not mean that the file has it.
    this.#confirmed = batches.slice(0, arrived).map((batch) => ({ ...batch, version }));
    return null;
  }

  /** How many of the batches a host with this text has; null where the text never stood here. */
  #arrived(text: string, batches: readonly Batch[]): number | null {
    const ours = this.#text();
    let edits: readonly Edit[] = [];
    for (let i = batches.length; ; i--) {
      if (leadsTo(text, edits, ours)) return i;
      if (i === 0) return null;
      edits = composeEdits(batches[i - 1]!.edits, edits);
    }
  }

  /** Another text came to stand where `mine` was typed: both, and the host gets what it lacks. */
  #broughtTogether(document: OpenDocument, mine: readonly Edit[]): MarkedText {
    const theirs = difference(undoEdits(this.#text(), mine), document.text);
    const rebased = theirs === null ? mine : rebaseEdits(mine, theirs);
    this.#begin(document.version, rebased.length > 0 ? [{ edits: rebased, keep: null }] : []);
    return {
      text: applyEdits(document.text, rebased),
      marks: marksOf(runsAfter(runsOf(document.marks), rebased)),
    };
  }

  /** The host is at this version and gets these; replies to anything before mean nothing. */
  #begin(version: number, waiting: readonly Batch[]): void {
    this.#era++;
    this.version = version;
    this.#confirmed = [];
    this.#underWay = null;
    this.#waiting = waiting;
    this.#pump();
  }

  /** What the host has not confirmed. */
  get #pending(): readonly Batch[] {
    return this.#underWay === null ? this.#waiting : [this.#underWay, ...this.#waiting];
  }

  #confirm(batch: Batch, version: number): void {
    this.#underWay = null;
    this.version = version;
    const all = [...this.#confirmed, { ...batch, version }];
    const [oldest, next, ...rest] = all;
    this.#confirmed =
      all.length > MOST_APART
        ? [{ ...next!, edits: composeEdits(oldest!.edits, next!.edits) }, ...rest]
        : all;
  }

  /** Sends what waits now. */
  #pump(): void {
    if (this.#pause !== null) clearTimeout(this.#pause);
    this.#pause = null;
    if (this.#lost || this.#refused || this.#waiting.length === 0) return;
    this.#run(() => this.#send());
  }

  /** One at a time; what came in while it ended is sent after it. */
  #run(work: () => Promise<unknown>): void {
    this.#pumping ??= work().finally(() => {
      this.#pumping = null;
      if (this.#pause === null) this.#pump();
    });
  }

  async #send(): Promise<void> {
    while (this.#pause === null) {
      const [batch] = this.#waiting;
      if (!batch) return;
      const { edits, keep } = batch;
      const era = this.#era;
      this.#waiting = this.#waiting.slice(1);
      // What was typed and taken back before it was sent is nothing.
      if (edits.length === 0) continue;
      this.#underWay = { ...batch, sent: true };
      const result = await this.#client.call.editDocument({
        path: this.path,
        base: this.version,
        edits: [...edits],
        ...(keep ? { keep } : {}),
      });
      if (era !== this.#era) continue;
      if (result.ok) {
        this.#confirm(batch, result.value.version);
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
    const batch: Batch = { edits: composed(this.#pending), keep: null, sent: true };
    this.#underWay = batch;
    this.#waiting = [];
    const result = await this.#client.call.replaceDocument({ path: this.path, text, marks });
    if (era !== this.#era) return true;
    if (!result.ok) {
      this.#hold(result.error);
      return false;
    }
    this.#confirm(batch, result.value.version);
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

/** All batches as one list of edits. */
const composed = (batches: readonly Batch[]): readonly Edit[] =>
  batches.reduce<readonly Edit[]>((edits, batch) => composeEdits(edits, batch.edits), []);
