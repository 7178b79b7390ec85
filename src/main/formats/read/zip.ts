import type { Readable } from 'node:stream';
import { fromBufferPromise, openPromise, type Entry, type ZipFile } from 'yauzl';
import { limits } from '../limits.ts';
import { damaged, hostile, locked, Refusal } from '../refusal.ts';

/** A packed file, of which parts are unpacked one at a time, into memory only. */
export interface Zip {
  has(name: string): boolean;
  readonly names: readonly string[];
  /** Null where there is no such part. Throws Refusal. */
  read(name: string): Promise<Buffer | null>;
  close(): void;
}

const megabytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MB`;

/**
 * Opens a packed file and looks through all that it claims to hold before anything is unpacked.
 *
 * @throws Refusal for what is no whole archive, is locked, or is made to do harm: names that lead out of
 *   it, two parts of one name, too many of them, or too much in them
 */
export async function openZip(source: string | Buffer): Promise<Zip> {
  const options = { lazyEntries: true, autoClose: false, strictFileNames: false };
  let zip: ZipFile;
  try {
    zip = await (typeof source === 'string'
      ? openPromise(source, options)
      : fromBufferPromise(source, options));
  } catch (error) {
    throw refusalOf(error);
  }
  try {
    return new Archive(zip, await entriesOf(zip));
  } catch (error) {
    zip.close();
    throw refusalOf(error);
  }
}

async function entriesOf(zip: ZipFile): Promise<ReadonlyMap<string, Entry>> {
  if (zip.entryCount > limits.entries) {
    throw hostile(`holds more than ${limits.entries.toLocaleString('en')} files`);
  }
  const entries = new Map<string, Entry>();
  let claimed = 0;
  for await (const entry of zip.eachEntry()) {
    if (entries.has(entry.fileName)) throw hostile('holds two parts of one name');
    claimed += entry.uncompressedSize;
    if (claimed > limits.claimed)
      throw hostile(`unpacks to more than ${megabytes(limits.claimed)}`);
    entries.set(entry.fileName, entry);
  }
  return entries;
}

class Archive implements Zip {
  readonly #zip: ZipFile;
  readonly #entries: ReadonlyMap<string, Entry>;
  #unpacked = 0;

  constructor(zip: ZipFile, entries: ReadonlyMap<string, Entry>) {
    this.#zip = zip;
    this.#entries = entries;
  }

  get names(): readonly string[] {
    return [...this.#entries.keys()];
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  async read(name: string): Promise<Buffer | null> {
    const entry = this.#entries.get(name);
    if (!entry) return null;
    if (entry.isEncrypted()) throw locked();
    try {
      return await this.#collect(await this.#zip.openReadStreamPromise(entry));
    } catch (error) {
      throw refusalOf(error);
    }
  }

  /** Counts what really comes, whatever was claimed. */
  async #collect(stream: Readable): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      length += chunk.length;
      this.#unpacked += chunk.length;
      if (length > limits.entry || this.#unpacked > limits.unpacked) {
        stream.destroy();
        throw hostile(`unpacks to more than ${megabytes(limits.entry)} of text`);
      }
      chunks.push(chunk);
    }
    return Buffer.concat(chunks, length);
  }

  close(): void {
    this.#zip.close();
  }
}

/** What yauzl and zlib say, as what a writer can do about it. */
function refusalOf(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof Refusal) return error;
  // The file itself cannot be opened or read.
  if ('syscall' in error) return error;
  if (
    /^(?:absolute path|invalid relative path|invalid characters in fileName)/.test(error.message)
  ) {
    return hostile('holds names that lead out of it', error);
  }
  return damaged(error);
}
