import fs from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import * as yauzl from 'yauzl';
import { ZipFile } from 'yazl';
import { UserError } from '../../shared/errors.ts';
import {
  codeOf,
  diskError,
  orRemove,
  renameDurably,
  syncFolder,
  temporaryName,
  writeAtomic,
  writeDurably,
} from './atomic.ts';
import { assertFree, CARD, cardText, loadVoice, WEIGHTS } from './voice-folder.ts';

/** What an archive holds, and the largest size that is unpacked, in bytes. */
const limits = new Map([
  [CARD, 2 ** 28],
  [WEIGHTS, 2 ** 33],
]);
const PIECE = 1 << 20;
const CUT_OFF = 'it is cut off';

/** The start of every .zip, empty ones included. */
const isZip = (bytes: Uint8Array): boolean => bytes[0] === 0x50 && bytes[1] === 0x4b;

/** A writer who mixes up the names shall not lose a manuscript. */
async function assertArchive(path: string): Promise<void> {
  let handle: fs.FileHandle;
  try {
    handle = await fs.open(path, 'r');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw diskError(error, path);
  }
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    if (bytesRead > 0 && !isZip(buffer)) {
      throw new UserError(
        'archive.invalid',
        `${path} exists and is no archive; choose another name for the export.`,
      );
    }
  } catch (error) {
    throw diskError(error, path);
  } finally {
    await handle.close();
  }
}

/**
 * Packs a voice, without its checkpoints, into one .zip. An archive of that name is replaced; any other
 * file is left alone. Fails once the signal is aborted, unless all is written; then nothing has changed.
 *
 * @throws UserError as `loadVoice`, `archive.invalid`, `disk.full`, `disk.failed`
 */
export async function exportVoice(
  folder: string,
  path: string,
  signal?: AbortSignal,
): Promise<void> {
  await assertArchive(path);
  const { card, bytes } = await loadVoice(folder);
  const zip = new ZipFile();
  zip.addBuffer(Buffer.from(cardText(card)), CARD);
  // The very bytes that were checked: a training may replace the file at any moment.
  zip.addReadStream(Readable.from(pieces(bytes)), WEIGHTS, { size: bytes.length, compress: false });
  zip.end();
  const packed = zip.outputStream as unknown as AsyncIterable<Uint8Array>;
  await writeAtomic(path, untilStopped(packed, signal));
}

/** Throws the signal's reason once that is aborted, also after the last chunk. */
async function* untilStopped(
  chunks: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncIterable<Uint8Array> {
  for await (const chunk of chunks) {
    signal?.throwIfAborted();
    yield chunk;
  }
  signal?.throwIfAborted();
}

function* pieces(bytes: Uint8Array): Iterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PIECE) yield bytes.subarray(at, at + PIECE);
}

const invalid = (path: string, why: string, cause?: unknown): UserError =>
  new UserError(
    'archive.invalid',
    `${path} is not a voice that "understudy export" made (${why}); export it again.`,
    { cause },
  );

/** Reads a file for yauzl. Unlike its own reader it never throws where nobody can catch it. */
class FileReader extends yauzl.RandomAccessReader {
  readonly #handle: fs.FileHandle;
  readonly #size: number;
  readonly #path: string;

  constructor(handle: fs.FileHandle, size: number, path: string) {
    super();
    this.#handle = handle;
    this.#size = size;
    this.#path = path;
  }

  async bytes(start: number, end: number): Promise<Uint8Array> {
    if (!(start >= 0 && start <= end && end <= this.#size)) throw new Error(CUT_OFF);
    const bytes = Buffer.alloc(end - start);
    let at = 0;
    while (at < bytes.length) {
      const { bytesRead } = await this.#handle
        .read(bytes, at, bytes.length - at, start + at)
        .catch((error: unknown) => {
          throw new UserError('disk.failed', `${this.#path} cannot be read; check the disk.`, {
            cause: error,
          });
        });
      if (bytesRead === 0) throw new Error(CUT_OFF);
      at += bytesRead;
    }
    return bytes;
  }

  async *#pieces(start: number, end: number): AsyncIterable<Uint8Array> {
    for (let at = start; at < end; at += PIECE) {
      yield await this.bytes(at, Math.min(end, at + PIECE));
    }
  }

  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(this.#pieces(start, end), { objectMode: false });
  }

  override createReadStream({ start, end }: { start: number; end: number }): Readable {
    return this._readStreamForRange(start, end);
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null, read?: number) => void,
  ): void {
    this.bytes(position, position + length).then(
      (bytes) => {
        buffer.set(bytes, offset);
        callback(null, length);
      },
      (error: unknown) => callback(error as Error),
    );
  }

  override close(callback: (error: Error | null) => void): void {
    callback(null);
  }
}

/** Unix mode in the upper half of the attributes: type bits of a symbolic link. */
const isLink = (entry: yauzl.Entry): boolean =>
  ((entry.externalFileAttributes >>> 16) & 0o170000) === 0o120000;

/** Why an entry is refused, or null. */
function complaint(entry: yauzl.Entry, seen: ReadonlySet<string>): string | null {
  const { fileName: name } = entry;
  const shown = JSON.stringify(name.slice(0, 80));
  const limit = limits.get(name);
  if (limit === undefined) return `it holds ${shown}`;
  if (isLink(entry)) return `${shown} is a link`;
  if (seen.has(name)) return `it holds ${shown} twice`;
  if (entry.uncompressedSize > limit) return `${shown} is too large`;
  if (!entry.canDecodeFileData()) return `${shown} is packed in a way this program does not read`;
  return null;
}

/** The bytes of an entry; throws once they are more than announced, or are not those that were packed. */
async function* contents(zip: yauzl.ZipFile, entry: yauzl.Entry): AsyncIterable<Uint8Array> {
  let sum = 0;
  let length = 0;
  const stream = await zip.openReadStreamPromise(entry);
  for await (const chunk of stream as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > entry.uncompressedSize) break;
    sum = crc32(chunk, sum);
    yield chunk;
  }
  if (length !== entry.uncompressedSize || sum !== entry.crc32) {
    throw new Error(`${entry.fileName} is damaged`);
  }
}

async function unpack(
  zip: yauzl.ZipFile,
  path: string,
  folder: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const entries = new Map<string, yauzl.Entry>();
  const seen = new Set<string>();
  for await (const entry of zip.eachEntry()) {
    const why = complaint(entry, seen);
    if (why !== null) throw invalid(path, why);
    seen.add(entry.fileName);
    entries.set(entry.fileName, entry);
  }
  const missing = [...limits.keys()].find((name) => !seen.has(name));
  if (missing !== undefined) throw invalid(path, `${missing} is missing`);
  // All names are known now, and only these two are ever written.
  let bytes = 0;
  for (const entry of entries.values()) bytes += entry.uncompressedSize;
  const { bavail, bsize } = await fs.statfs(folder);
  if (bavail * bsize < bytes) {
    throw new UserError(
      'disk.full',
      `${path} needs ${Math.ceil(bytes / 1e6)} MB and the disk has less; make room and try again.`,
    );
  }
  for (const [name, entry] of entries) {
    await writeDurably(join(folder, name), untilStopped(contents(zip, entry), signal));
  }
  await syncFolder(folder);
}

/** Opens an archive and hands it to `work`. */
async function withArchive(
  path: string,
  work: (zip: yauzl.ZipFile) => Promise<void>,
): Promise<void> {
  const handle = await fs.open(path, 'r').catch((error: unknown) => {
    const why =
      codeOf(error) === 'ENOENT'
        ? 'was not found; check the name'
        : 'cannot be read; check its permissions';
    throw new UserError('archive.invalid', `${path} ${why}.`, { cause: error });
  });
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) throw new Error('it is a folder');
    const { size } = stat;
    const reader = new FileReader(handle, size, path);
    if (size < 4 || !isZip(await reader.bytes(0, 4))) throw new Error('it is no .zip file');
    const zip = await yauzl.fromRandomAccessReaderPromise(reader, size, {
      autoClose: false,
      strictFileNames: true,
    });
    await work(zip);
  } catch (error) {
    if (error instanceof UserError) throw error;
    // Errors of the disk name the call that failed; all others are about what the archive holds.
    if (error instanceof Error && 'syscall' in error) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw invalid(path, why.startsWith('End of central directory') ? CUT_OFF : why, error);
  } finally {
    await handle.close();
  }
}

/**
 * Unpacks an exported voice into a new folder: beside it first, checked whole, then renamed. Only the two
 * files of a voice are ever written, whatever paths the archive names. Fails once the signal is aborted, unless
 * the voice is there; then nothing is left of it.
 *
 * @throws UserError `archive.invalid`, `voice.too-new`, `voice.exists`, `disk.full`, `disk.failed`
 */
export async function importVoice(
  path: string,
  folder: string,
  signal?: AbortSignal,
): Promise<void> {
  await assertFree(folder, false).catch((error: unknown) => {
    if (!(error instanceof UserError) || error.code !== 'voice.exists') throw error;
    throw new UserError(
      error.code,
      `${folder} exists already; choose another name for the imported voice.`,
    );
  });
  const target = resolve(folder);
  const temporary = temporaryName(target);
  await orRemove(
    temporary,
    () =>
      withArchive(path, async (zip) => {
        await fs.mkdir(dirname(target), { recursive: true });
        await fs.mkdir(temporary);
        await unpack(zip, path, temporary, signal);
        await loadVoice(temporary).catch((error: unknown) => {
          if (!(error instanceof UserError)) throw error;
          // The temporary name means nothing to the writer.
          const told = error.message.replaceAll(temporary, path);
          if (error.code === 'voice.too-new') throw new UserError(error.code, told);
          throw invalid(path, told.replaceAll(join(path, '/'), '').split(';')[0]!, error);
        });
        signal?.throwIfAborted();
        await makeRoom(target);
        await renameDurably(temporary, target);
      }),
    join(dirname(folder), basename(folder)),
  );
}

/** An empty folder may be in the way; anything in it makes this fail. */
async function makeRoom(target: string): Promise<void> {
  await fs.rmdir(target).catch((error: unknown) => {
    if (codeOf(error) === 'ENOTEMPTY' || codeOf(error) === 'EEXIST') {
      throw new UserError('voice.exists', `${target} is not empty; choose another name.`);
    }
    if (codeOf(error) !== 'ENOENT') throw error;
  });
}
