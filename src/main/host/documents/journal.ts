import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import * as v from 'valibot';
import { editsSchema, marksSchema } from '../../../shared/api/index.ts';
import { codeOf, diskError, renameDurably, syncFolder } from '../../files/atomic.ts';

const version = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const lineEnd = v.picklist(['\n', '\r\n', '\r']);
/** A form as it is kept on the disk. */
export const formSchema = v.object({
  encoding: v.string(),
  mark: v.boolean(),
  lineEnds: v.variant('kind', [
    v.object({ kind: v.literal('alike'), end: lineEnd }),
    v.object({ kind: v.literal('mixed'), usual: lineEnd, ends: v.array(lineEnd) }),
  ]),
});

const recordSchema = v.variant('kind', [
  /** Where it begins: the file's text, and the hash of its bytes (null where there was no file). */
  v.object({
    kind: v.literal('base'),
    format: v.literal(1),
    path: v.string(),
    real: v.string(),
    sha256: v.nullable(v.string()),
    version,
    text: v.string(),
    marks: v.exactOptional(marksSchema),
    form: formSchema,
  }),
  v.object({ kind: v.literal('edits'), version, edits: editsSchema }),
  /** `form`: where it came back with the text. */
  v.object({
    kind: v.literal('text'),
    version,
    text: v.string(),
    marks: v.exactOptional(marksSchema),
    form: v.exactOptional(formSchema),
  }),
  /** What was up to this version is in a verified file; version 0: another text took its place there. */
  v.object({ kind: v.literal('saved'), version, sha256: v.string() }),
  v.object({ kind: v.literal('moved'), path: v.string(), real: v.string() }),
]);
export type JournalRecord = v.InferOutput<typeof recordSchema>;

/** Milliseconds of a pause after which records are brought to the disk, and of typing at the latest. */
const PAUSE = 400;
const LATEST = 1500;
const HEADER = 8;

/** The journal of the document at this real path. */
export const journalPath = (folder: string, path: string): string =>
  join(folder, `${createHash('sha256').update(path).digest('hex').slice(0, 32)}.journal`);

/** Length and CRC, and the record as JSON. */
function frame(record: JournalRecord): Buffer {
  const body = Buffer.from(JSON.stringify(record), 'utf8');
  const bytes = Buffer.allocUnsafe(HEADER + body.length);
  bytes.writeUInt32LE(body.length, 0);
  bytes.writeUInt32LE(crc32(body), 4);
  body.copy(bytes, HEADER);
  return bytes;
}

/** What a journal holds. */
export interface ReadJournal {
  /** Up to the first that is cut off, damaged, or of a newer version. */
  readonly records: readonly JournalRecord[];
  /** Where that is, in bytes. */
  readonly end: number;
  /** What follows: `torn` is one record that ends too early, as where the program ended while it wrote. */
  readonly rest: 'nothing' | 'torn' | 'damaged';
}

/** Throws UserError `disk.failed`. */
export async function readJournal(path: string): Promise<ReadJournal> {
  let bytes: Buffer;
  try {
    bytes = await fs.readFile(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { records: [], end: 0, rest: 'nothing' };
    throw diskError(error, path);
  }
  const records: JournalRecord[] = [];
  let at = 0;
  while (at + HEADER <= bytes.length) {
    const length = bytes.readUInt32LE(at);
    const body = bytes.subarray(at + HEADER, at + HEADER + length);
    const record = body.length < length ? null : recordIn(body, bytes.readUInt32LE(at + 4));
    if (!record) break;
    records.push(record);
    at += HEADER + length;
  }
  return { records, end: at, rest: restOf(bytes.subarray(at)) };
}

/** Null where it is damaged, or a newer version wrote it. */
function recordIn(body: Buffer, crc: number): JournalRecord | null {
  // Zeros are their own checksum, and a power cut may leave them.
  if (body.length === 0 || crc32(body) !== crc) return null;
  const parsed = v.safeParse(recordSchema, JSON.parse(body.toString('utf8')));
  return parsed.success ? parsed.output : null;
}

function restOf(bytes: Buffer): ReadJournal['rest'] {
  if (bytes.every((byte) => byte === 0)) return 'nothing';
  const isTorn = bytes.length < HEADER || bytes.length < HEADER + bytes.readUInt32LE(0);
  return isTorn ? 'torn' : 'damaged';
}

/**
 * What a crash would lose, on its way to the disk: records are appended as they come and synced within a
 * second of a pause, and within two while they keep coming.
 */
export class Journal {
  #path: string;
  readonly #failed: (error: unknown) => void;
  #handle: fs.FileHandle | null = null;
  /** Where the next record goes. */
  #end: number;
  #bytes: number;
  #waiting: Buffer[] = [];
  #work: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #unsyncedSince: number | null = null;

  /**
   * `end` is where the records end that are there already; what follows is cut off. `failed` hears that
   * records could not be brought to the disk; they are kept and tried again.
   */
  constructor(path: string, end: number, failed: (error: unknown) => void) {
    this.#path = path;
    this.#end = end;
    this.#bytes = end;
    this.#failed = failed;
  }

  /** Bytes so far, also those not yet on the disk. */
  get bytes(): number {
    return this.#bytes;
  }

  append(record: JournalRecord): void {
    const bytes = frame(record);
    this.#bytes += bytes.length;
    this.#waiting.push(bytes);
    this.#run(() => this.#write());
    const now = performance.now();
    this.#unsyncedSince ??= now;
    clearTimeout(this.#timer);
    const wait = Math.max(0, Math.min(PAUSE, this.#unsyncedSince + LATEST - now));
    this.#timer = setTimeout(() => this.#run(() => this.#sync()), wait);
  }

  /** Brings everything to the disk. Throws what the disk says. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    const work = this.#work.then(() => this.#sync());
    this.#work = work.catch(() => undefined);
    await work;
  }

  /** The document has another path now, and so has its journal. */
  async move(journal: string, document: { path: string; real: string }): Promise<void> {
    if (this.#bytes > 0) {
      this.append({ kind: 'moved', ...document });
      await this.flush();
      await renameDurably(this.#path, journal);
    }
    this.#path = journal;
  }

  /** Lets go of the file, which stays. */
  async close(): Promise<void> {
    await this.flush();
    await this.#handle?.close();
    this.#handle = null;
  }

  /** Everything in it is saved: it goes. */
  async remove(): Promise<void> {
    clearTimeout(this.#timer);
    this.#waiting = [];
    this.#unsyncedSince = null;
    this.#bytes = 0;
    const work = this.#work.then(async () => {
      await this.#handle?.close();
      this.#handle = null;
      this.#end = 0;
      await fs.rm(this.#path, { force: true });
    });
    this.#work = work.catch(() => undefined);
    await work;
  }

  #run(step: () => Promise<void>): void {
    this.#work = this.#work.then(step).catch((error: unknown) => this.#failed(error));
  }

  async #write(): Promise<void> {
    if (this.#waiting.length === 0) return;
    if (!this.#handle) {
      this.#handle = await fs.open(this.#path, this.#end > 0 ? 'r+' : 'w', 0o600);
      await this.#handle.truncate(this.#end);
      await syncFolder(dirname(this.#path));
    }
    // The list itself: meanwhile `remove` may begin another one.
    const waiting = this.#waiting;
    const bytes = Buffer.concat(waiting);
    const count = waiting.length;
    for (let at = 0; at < bytes.length;) {
      const { bytesWritten } = await this.#handle.write(
        bytes,
        at,
        bytes.length - at,
        this.#end + at,
      );
      if (bytesWritten <= 0) throw new Error('nothing was written');
      at += bytesWritten;
    }
    // Only now: after a failure the same bytes go to the same place again.
    this.#end += bytes.length;
    waiting.splice(0, count);
  }

  async #sync(): Promise<void> {
    await this.#write();
    const since = this.#unsyncedSince;
    if (since === null) return;
    // Before: what is appended while the disk is busy is not part of this.
    this.#unsyncedSince = null;
    try {
      await this.#handle?.sync();
    } catch (error) {
      this.#unsyncedSince = since;
      throw error;
    }
  }
}
