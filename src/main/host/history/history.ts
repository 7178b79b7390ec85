import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import * as v from 'valibot';
import type { HistoryEntry } from '../../../shared/api/index.ts';
import { codeOf, diskError, writeAtomic } from '../../files/atomic.ts';

/** Bytes after which the file is written anew with the newest entries, and how many those may take. */
const LARGEST = 8 << 20;
const KEPT = 4 << 20;

const recordSchema = v.variant('kind', [
  v.object({
    kind: v.literal('suggestion'),
    id: v.string(),
    at: v.number(),
    path: v.string(),
    voice: v.string(),
    creativity: v.number(),
    temperature: v.nullable(v.number()),
    seed: v.number(),
    before: v.string(),
    alternatives: v.array(v.string()),
    accepted: v.nullable(v.string()),
  }),
  v.object({ kind: v.literal('accepted'), id: v.string(), text: v.string() }),
  v.object({ kind: v.literal('moved'), from: v.string(), to: v.string() }),
]);
type HistoryRecord = v.InferOutput<typeof recordSchema>;

export interface HistoryQuery {
  readonly query: string;
  readonly path: string | null;
  readonly before: string | null;
  readonly limit: number;
}

export interface HistoryOptions {
  readonly path: string;
  readonly now: () => number;
  readonly notice: (sentence: string) => void;
  /** Bytes after which it is written anew; smaller in tests. */
  readonly largest?: number;
}

/** Every suggestion there was, oldest first in a file of JSON lines that is only ever appended to. */
export class History {
  readonly #options: HistoryOptions;
  readonly #entries = new Map<string, HistoryEntry>();
  #bytes = 0;
  /** Lines that are not in the file yet. */
  #pending = '';
  #work: Promise<void> = Promise.resolve();
  #warned = false;

  private constructor(options: HistoryOptions) {
    this.#options = options;
  }

  /** Reads what there is; lines that are damaged are passed over. */
  static async open(options: HistoryOptions): Promise<History> {
    const history = new History(options);
    let bytes: Buffer = Buffer.alloc(0);
    try {
      bytes = await fs.readFile(options.path);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') options.notice(diskError(error, options.path).message);
    }
    const text = bytes.toString('utf8');
    for (const line of text.split('\n')) {
      const record = parse(line);
      if (record) history.#apply(record);
    }
    history.#bytes = bytes.length;
    // A line that was cut off must not swallow the next one.
    if (text !== '' && !text.endsWith('\n')) history.#write('\n');
    return history;
  }

  /** Gives the id of the new entry. */
  record(entry: Omit<HistoryEntry, 'id' | 'at' | 'accepted'>): string {
    const at = this.#options.now();
    const id = `${at.toString(36)}-${randomBytes(5).toString('hex')}`;
    const alternatives = [...entry.alternatives];
    this.#keep({ kind: 'suggestion', id, at, ...entry, alternatives, accepted: null });
    return id;
  }

  /** Text of a suggestion was taken; what is taken word by word adds up. */
  markAccepted(id: string, text: string): void {
    if (this.#entries.has(id)) this.#keep({ kind: 'accepted', id, text });
  }

  /** A document or folder has another path now. */
  move(from: string, to: string): void {
    this.#keep({ kind: 'moved', from, to });
  }

  /** Newest first. */
  find({ query, path, before, limit }: HistoryQuery): { entries: HistoryEntry[]; more: boolean } {
    const wanted = forSearch(query).trim();
    const entries: HistoryEntry[] = [];
    // A `before` that is no more has been cut off with all that is older.
    let started = before === null;
    for (const entry of [...this.#entries.values()].reverse()) {
      if (started && (path === null || entry.path === path) && holds(entry, wanted)) {
        if (entries.length === limit) return { entries, more: true };
        entries.push(entry);
      }
      started ||= entry.id === before;
    }
    return { entries, more: false };
  }

  /** Resolves when everything is in the file. */
  flush(): Promise<void> {
    return this.#work;
  }

  #keep(record: HistoryRecord): void {
    this.#apply(record);
    this.#write(`${JSON.stringify(record)}\n`);
  }

  #apply(record: HistoryRecord): void {
    switch (record.kind) {
      case 'suggestion': {
        const { id, at, path, voice, creativity, temperature, seed } = record;
        const { before, alternatives, accepted } = record;
        this.#entries.set(id, {
          ...{ id, at, path, voice, creativity, temperature, seed },
          ...{ before, alternatives, accepted },
        });
        return;
      }
      case 'accepted': {
        const entry = this.#entries.get(record.id);
        if (!entry) return;
        const accepted = (entry.accepted ?? '') + record.text;
        this.#entries.set(record.id, { ...entry, accepted });
        return;
      }
      case 'moved': {
        const { from, to } = record;
        for (const [id, entry] of this.#entries) {
          if (entry.path !== from && !entry.path.startsWith(`${from}/`)) continue;
          this.#entries.set(id, { ...entry, path: to + entry.path.slice(from.length) });
        }
      }
    }
  }

  #write(text: string): void {
    const { path, largest = LARGEST } = this.#options;
    this.#pending += text;
    this.#work = this.#work.then(async () => {
      try {
        await this.#append();
        if (this.#bytes > largest) await this.#shorten((KEPT / LARGEST) * largest);
      } catch (error) {
        // Tried again with the next line, and told once.
        if (!this.#warned) this.#options.notice(diskError(error, path).message);
        this.#warned = true;
      }
    });
  }

  /** All that waits or nothing of it: half a line would stand in the way of the next try. */
  async #append(): Promise<void> {
    const text = this.#pending;
    if (text === '') return;
    const file = await fs.open(this.#options.path, 'a', 0o600);
    const { size } = await file.stat();
    try {
      await file.writeFile(text);
      this.#bytes += Buffer.byteLength(text);
      this.#pending = this.#pending.slice(text.length);
    } catch (error) {
      await file.truncate(size);
      throw error;
    } finally {
      await file.close();
    }
  }

  /** Writes it anew with the newest entries that fit into `most` bytes. */
  async #shorten(most: number): Promise<void> {
    const lines: string[] = [];
    const ids = new Set<string>();
    let bytes = 0;
    for (const entry of [...this.#entries.values()].reverse()) {
      const line = `${JSON.stringify({ kind: 'suggestion', ...entry })}\n`;
      bytes += Buffer.byteLength(line);
      if (bytes > most) break;
      lines.push(line);
      ids.add(entry.id);
    }
    for (const id of [...this.#entries.keys()]) if (!ids.has(id)) this.#entries.delete(id);
    const waiting = this.#pending.length;
    const text = lines.reverse().join('');
    await writeAtomic(this.#options.path, [Buffer.from(text)]);
    // What waited to be appended is among them.
    this.#pending = this.#pending.slice(waiting);
    this.#bytes = Buffer.byteLength(text);
  }
}

function parse(line: string): HistoryRecord | null {
  if (line === '') return null;
  try {
    const parsed = v.safeParse(recordSchema, JSON.parse(line));
    return parsed.success ? parsed.output : null;
  } catch {
    return null;
  }
}

/** A field for searching has one line: a break between paragraphs is found as a space. */
const forSearch = (text: string): string => text.replace(/\s+/g, ' ').toLowerCase();

const holds = ({ alternatives, voice, path, accepted }: HistoryEntry, wanted: string): boolean =>
  wanted === '' ||
  [...alternatives, voice, path, accepted ?? ''].some((text) => forSearch(text).includes(wanted));
