import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import { join } from 'node:path';
import { MOST_BYTES } from '../../../shared/api/index.ts';
import { UserError } from '../../../shared/errors.ts';
import { diskError } from '../../files/atomic.ts';

/** Imports that may be on their way at once; the oldest one was given up. */
const AT_ONCE = 3;

interface Batch {
  readonly folder: string;
  bytes: number;
}

export interface ArrivalsOptions {
  /** Emptied at each start. */
  readonly folder: string;
  readonly log: (line: string) => void;
}

/** Files on their way into the library. They come in pieces and wait on the disk: none is whole in memory. */
export class Arrivals {
  readonly #options: ArrivalsOptions;
  readonly #batches = new Map<string, Batch>();

  private constructor(options: ArrivalsOptions) {
    this.#options = options;
  }

  static async open(options: ArrivalsOptions): Promise<Arrivals> {
    await fs.rm(options.folder, { recursive: true, force: true });
    return new Arrivals(options);
  }

  /** Begins a batch of files. Gives its name. Throws UserError. */
  async begin(): Promise<string> {
    const [oldest] = this.#batches.keys();
    if (oldest !== undefined && this.#batches.size >= AT_ONCE) await this.#remove(oldest);
    const name = randomBytes(8).toString('hex');
    const folder = join(this.#options.folder, name);
    await fs.mkdir(folder, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
      throw diskError(error, folder);
    });
    this.#batches.set(name, { folder, bytes: 0 });
    return name;
  }

  /** Puts pieces, in base64, at the ends of files, the first of which is 0. Throws UserError. */
  async add(
    name: string,
    pieces: readonly { readonly file: number; readonly bytes: string }[],
  ): Promise<void> {
    for (const { file, bytes } of pieces) {
      await this.#append(name, file, Buffer.from(bytes, 'base64'));
    }
  }

  async #append(name: string, file: number, piece: Buffer): Promise<void> {
    const batch = this.#find(name);
    batch.bytes += piece.length;
    if (batch.bytes > MOST_BYTES) {
      await this.#remove(name);
      throw new UserError(
        'text.too-large',
        `Those are more than ${MOST_BYTES >> 20} MB; take fewer at once, or a copy without pictures.`,
      );
    }
    const path = placeOf(batch, file);
    await fs.appendFile(path, piece, { mode: 0o600 }).catch((error: unknown) => {
      throw diskError(error, path);
    });
  }

  /** Lets `use` work with the folder of a batch and the places of its files, and removes it. Throws UserError. */
  async *take<Item, End>(
    name: string,
    use: (folder: string, place: (file: number) => string) => AsyncGenerator<Item, End, void>,
  ): AsyncGenerator<Item, End, void> {
    const batch = this.#find(name);
    try {
      return yield* use(batch.folder, (file) => placeOf(batch, file));
    } finally {
      await this.#remove(name);
    }
  }

  /** Removes a batch, if it is there. */
  drop(name: string): Promise<void> {
    return this.#remove(name);
  }

  async close(): Promise<void> {
    for (const name of [...this.#batches.keys()]) await this.#remove(name);
  }

  #find(name: string): Batch {
    const batch = this.#batches.get(name);
    if (batch) return batch;
    throw new UserError('text.missing', 'What was dropped in is gone; drop it in again.');
  }

  async #remove(name: string): Promise<void> {
    const batch = this.#batches.get(name);
    if (!batch) return;
    this.#batches.delete(name);
    await fs
      .rm(batch.folder, { recursive: true, force: true })
      .catch((error: unknown) => this.#options.log(`${batch.folder}: ${String(error)}`));
  }
}

const placeOf = ({ folder }: Batch, file: number): string => join(folder, String(file));
