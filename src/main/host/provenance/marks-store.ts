import { createHash, type Hash } from 'node:crypto';
import fs from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { isUserError } from '../../../shared/errors.ts';
import { noRuns, unionOf, type Runs } from '../../../shared/provenance/index.ts';
import { codeOf, isLeftover, renameDurably, writeAtomic } from '../../files/atomic.ts';
import { anchored, anchoredBetween, quotesOf, runsOfQuotes } from './anchor.ts';
import {
  belongsTo,
  encodeSidecar,
  hashOfFile,
  hashOfText,
  readSidecar,
  sidecarOf,
  type Keeping,
  type Kept,
} from './sidecar.ts';

/** Milliseconds after which marks that could not be written are tried again. */
const RETRY = 5000;

export interface MarksStoreOptions {
  /** Where marks are kept whose document lies in a folder that cannot be written. */
  readonly folder: string;
  readonly notice: (sentence: string) => void;
  readonly log: (line: string) => void;
}

export interface TextWithRuns {
  readonly text: string;
  readonly runs: Runs;
}

/** What was last written of a document. */
interface Written {
  /** Hash of the text. */
  readonly sha256: string;
  readonly runs: Runs;
  /** Hash of the sidecar beside the document; null where there is none. */
  readonly file: string | null;
}

/** What is known of the marks of one document. */
interface Entry {
  waiting: TextWithRuns | null;
  /** What could not be written, and is tried again. */
  failed: TextWithRuns | null;
  timer: NodeJS.Timeout | undefined;
  work: Promise<void>;
  /** Something of ours is on the disk. */
  there: boolean;
  written: Written | null;
  /** What sync tools made of two sidecars, and is part of the next one that is written. */
  merged: readonly string[];
}

/**
 * Keeps beside each document which of its words are suggested. Whatever is wrong with what is kept, the
 * text is not touched, and nothing that could not be read is overwritten. Documents are named by their
 * real paths.
 */
export class MarksStore {
  readonly #options: MarksStoreOptions;
  readonly #entries = new Map<string, Entry>();

  constructor(options: MarksStoreOptions) {
    this.#options = options;
  }

  /** What is kept of a document and still stands in `text`. Never throws for what it finds. */
  async load(document: string, text: string): Promise<Runs> {
    const entry = this.#entry(document);
    await entry.work;
    const found = await this.#read(document);
    entry.there = found.own !== null || found.aside !== null;
    entry.written = null;
    entry.merged = found.others.map(({ path }) => path);
    return runsOfFound(found, text);
  }

  /** The same of a document that is not open. */
  async look(document: string, text: string): Promise<Runs> {
    await this.settled(document);
    return runsOfFound(await this.#read(document), text);
  }

  /**
   * The marks of a document whose text was replaced by `text`: what is kept beside it, and what stands of
   * those it had. A sidecar that came with the text knows more of it than we do.
   */
  async reload(document: string, text: string): Promise<(before: TextWithRuns) => Runs> {
    const kept = await this.load(document, text);
    const { own } = await this.#read(document);
    if (own?.sha256 === (await hashOfText(text))) return () => kept;
    return (before) => unionOf(anchored(text, quotesOf(before.text, before.runs)), kept);
  }

  /** Keeps the marks of a text that was saved: soon, and only the newest. */
  save(document: string, text: string, runs: Runs): void {
    if (runs.length === 0 && !this.#entries.has(document)) return;
    const entry = this.#entry(document);
    const isRunning = entry.waiting !== null;
    clearTimeout(entry.timer);
    entry.waiting = { text, runs };
    if (isRunning) return;
    entry.work = entry.work.then(() => this.#write(document, entry));
  }

  /** Waits until all that was saved of a document, or of those in a folder, is on the disk. */
  async settled(path: string): Promise<void> {
    await Promise.all([...this.#within(path)].map(([, { work }]) => work));
  }

  /** A document is closed: what is known of its sidecar may change meanwhile. */
  async forget(document: string): Promise<void> {
    const entry = this.#entries.get(document);
    await entry?.work;
    if (entry?.failed) this.save(document, entry.failed.text, entry.failed.runs);
    await entry?.work;
    clearTimeout(entry?.timer);
    this.#entries.delete(document);
  }

  /** A document or a folder is at `to` now. Throws nothing: marks that stay behind are found no more. */
  async moved(from: string, to: string): Promise<void> {
    await this.settled(from);
    await this.#attempt(`the marks of ${from}`, async () => {
      if (!(await renamed(sidecarOf(from), sidecarOf(to)))) return;
      for (const path of await this.#others(from)) {
        const rest = basename(path).slice(basename(from).length + 1);
        await renamed(path, join(dirname(to), `.${basename(to)}${rest}`));
      }
    });
    await this.#attempt(`the marks of ${from}`, () => this.#moveAside(from, to));
    for (const [path, entry] of [...this.#within(from)]) {
      this.#entries.delete(path);
      this.#entries.set(to + path.slice(from.length), entry);
    }
  }

  /** The sidecar of a document, where there is one: it goes into the trash with it. */
  async sidecar(document: string): Promise<string | null> {
    await this.settled(document);
    const path = sidecarOf(document);
    return (await readSidecar(path)).kind === 'none' ? null : path;
  }

  #entry(document: string): Entry {
    let entry = this.#entries.get(document);
    if (!entry) {
      const work = Promise.resolve();
      entry = {
        ...{ waiting: null, failed: null, timer: undefined, work },
        ...{ there: false, written: null, merged: [] },
      };
      this.#entries.set(document, entry);
    }
    return entry;
  }

  *#within(path: string): Generator<[string, Entry]> {
    for (const [document, entry] of this.#entries) {
      if (document === path || document.startsWith(path + sep)) yield [document, entry];
    }
  }

  async #read(document: string): Promise<Found> {
    const told = async (path: string): Promise<Kept | null> => {
      const read = await readSidecar(path);
      if (read.kind === 'damaged') this.#options.log(`${path} was not read: ${read.why}`);
      if (read.kind === 'newer') this.#options.log(`${path} is from a newer Understudy`);
      return read.kind === 'kept' ? read.kept : null;
    };
    const others: { path: string; kept: Kept }[] = [];
    for (const path of await this.#others(document)) {
      const kept = await told(path);
      if (kept) others.push({ path, kept });
    }
    const aside = await told(this.#asideOf(document));
    return { own: await told(sidecarOf(document)), others, aside };
  }

  /** What sync tools made where two computers wrote a sidecar. */
  async #others(document: string): Promise<readonly string[]> {
    const folder = dirname(document);
    const own = basename(sidecarOf(document));
    const names = await fs.readdir(folder).catch((error: unknown) => {
      if (codeOf(error) === undefined) throw error;
      return [];
    });
    return names
      .filter((name) => name !== own && !isLeftover(name) && belongsTo(name, document))
      .map((name) => join(folder, name));
  }

  /** Where the marks of a document are kept that can have none beside it. */
  #asideOf(document: string): string {
    const name = createHash('sha256').update(document).digest('hex').slice(0, 32);
    return join(this.#options.folder, `${name}.json`);
  }

  async #write(document: string, entry: Entry): Promise<void> {
    const { waiting } = entry;
    entry.waiting = null;
    if (!waiting) return;
    const { text, runs } = waiting;
    const before = entry.failed;
    entry.failed = null;
    if (runs.length === 0 && !entry.there) return;
    const error = await this.#attempt(`the marks of ${document}`, async () => {
      const sha256 = await hashOfText(text);
      const { written } = entry;
      if (written?.runs === runs && written.sha256 === sha256) return;
      const keeping = { name: basename(document), text, sha256, runs };
      let file: string | null = null;
      if (runs.length === 0) await this.#remove(document);
      else file = await this.#keep(document, keeping, written?.file ?? null);
      entry.there = runs.length > 0;
      entry.written = { sha256, runs, file };
      for (const path of entry.merged) await fs.rm(path, { force: true });
      entry.merged = [];
    });
    if (error === null) return;
    if (before === null) this.#options.notice(notKept(document, error));
    entry.failed = waiting;
    entry.timer = setTimeout(() => this.#again(entry), RETRY);
    entry.timer.unref();
  }

  #again(entry: Entry): void {
    for (const [document, other] of this.#entries) {
      if (other === entry && entry.failed && entry.waiting === null) {
        this.save(document, entry.failed.text, entry.failed.runs);
      }
    }
  }

  /**
   * Beside the document, or in our own folder where that cannot be. `last` is the hash of what we wrote beside
   * it, and so is what it gives.
   */
  async #keep(
    document: string,
    keeping: Omit<Keeping, 'of'>,
    last: string | null,
  ): Promise<string | null> {
    const path = sidecarOf(document);
    const aside = this.#asideOf(document);
    try {
      if (!(await this.#cleared(path, last))) throw new Error('it is from a newer Understudy');
      const file = createHash('sha256');
      await writeAtomic(path, hashed(encodeSidecar({ ...keeping, of: null }), file));
      await fs.rm(aside, { force: true });
      return file.digest('hex');
    } catch (error) {
      this.#options.log(`${path} was not written, ${aside} is: ${String(error)}`);
      await fs.mkdir(this.#options.folder, { recursive: true });
      await writeAtomic(aside, encodeSidecar({ ...keeping, of: document }));
      return null;
    }
  }

  /** Puts aside what could not be read, unless it is our `last`. Gives whether the place may be written. */
  async #cleared(path: string, last: string | null): Promise<boolean> {
    // What we wrote ourselves is not read again, letter by letter, at each save.
    if (last !== null && (await hashOfFile(path)) === last) return true;
    const read = await readSidecar(path);
    if (read.kind === 'newer') return false;
    if (read.kind === 'damaged') {
      const aside = `${path}.damaged`;
      await renameDurably(path, aside);
      this.#options.log(`${path} was damaged (${read.why}); it is kept as ${aside}`);
    }
    return true;
  }

  async #remove(document: string): Promise<void> {
    for (const path of [sidecarOf(document), this.#asideOf(document)]) {
      if ((await readSidecar(path)).kind === 'kept') await fs.rm(path, { force: true });
    }
  }

  async #moveAside(from: string, to: string): Promise<void> {
    const names = await fs.readdir(this.#options.folder).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return [];
      throw error;
    });
    for (const name of names) {
      const path = join(this.#options.folder, name);
      const read = await readSidecar(path);
      const of = read.kind === 'kept' ? read.kept.of : null;
      if (of === null || (of !== from && !of.startsWith(from + sep))) continue;
      await renamed(path, this.#asideOf(to + of.slice(from.length)));
    }
  }

  /** What goes wrong with marks is a line in the log, never an error of the text. Gives it; null for none. */
  async #attempt(what: string, work: () => Promise<void>): Promise<Error | null> {
    try {
      await work();
      return null;
    } catch (error) {
      this.#options.log(`Keeping ${what}: ${String(error)}`);
      return error instanceof Error ? error : new Error(String(error));
    }
  }
}

const notKept = (document: string, error: Error): string =>
  isUserError(error) && error.code === 'disk.full'
    ? `The disk is full: the text of ${basename(document)} is safe, but not yet which of its words were suggested; make room, and it is tried again.`
    : `Which words of ${basename(document)} were suggested cannot be kept, though its text is safe; check the folder ${dirname(document)} and its permissions, and it is tried again.`;

interface Found {
  readonly own: Kept | null;
  readonly aside: Kept | null;
  readonly others: readonly { readonly path: string; readonly kept: Kept }[];
}

/** What any of them says is suggested, and still stands, is suggested. */
async function runsOfFound({ own, aside, others }: Found, text: string): Promise<Runs> {
  const all = [own, aside, ...others.map(({ kept }) => kept)].filter((kept) => kept !== null);
  if (all.length === 0) return noRuns;
  const sha256 = await hashOfText(text);
  let runs = noRuns;
  for (const { quotes, ...kept } of all) {
    const isSame = kept.sha256 === sha256;
    runs = unionOf(runs, isSame ? runsOfQuotes(quotes) : await anchoredBetween(text, quotes));
  }
  return runs;
}

/** The same chunks, told to a hash as they go by. */
async function* hashed(chunks: AsyncIterable<Buffer>, hash: Hash): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
}

/** Gives whether there was something. */
async function renamed(from: string, to: string): Promise<boolean> {
  try {
    await renameDurably(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return false;
    throw error;
  }
}
