import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { constants, deflate, inflate } from 'node:zlib';
import * as v from 'valibot';
import { codeOf, renameDurably, writeAtomic } from '../../files/atomic.ts';

/** Days after which a history that nobody came back to goes. */
const DAYS = 90;

const schema = v.object({ format: v.literal(1), text: v.string(), history: v.string() });
type Kept = v.InferOutput<typeof schema>;

const pack = promisify<string, { level: number }, Buffer>(deflate);
const unpack = promisify<Buffer, Buffer>(inflate);

/**
 * The undo histories of documents, each with the text it belongs to, one file each in a folder. Losing one
 * costs no text: what goes wrong is logged, and the document opens without.
 */
export class UndoStore {
  readonly #folder: string;
  readonly #log: (line: string) => void;
  readonly #queues = new Map<string, Promise<unknown>>();

  constructor(folder: string, log: (line: string) => void) {
    this.#folder = folder;
    this.#log = log;
  }

  /** `real` is the real path of a document. */
  keep(real: string, text: string, history: string): Promise<void> {
    return this.#inTurn(real, async () => {
      // Packed in another thread; it also brings a checksum.
      const json = JSON.stringify({ format: 1, text, history } satisfies Kept);
      await writeAtomic(this.#at(real), [await pack(json, { level: constants.Z_BEST_SPEED })]);
    });
  }

  /** Null where there is none that can be read. */
  async read(real: string): Promise<Kept | null> {
    let found: Kept | null = null;
    await this.#inTurn(real, async () => {
      const bytes = await fs.readFile(this.#at(real)).catch((error: unknown) => {
        if (codeOf(error) === 'ENOENT') return null;
        throw error;
      });
      if (bytes === null) return;
      found = v.parse(schema, JSON.parse((await unpack(bytes)).toString('utf8')));
    });
    return found;
  }

  move(from: string, to: string): Promise<void> {
    return this.#inTurn(from, async () => {
      await renameDurably(this.#at(from), this.#at(to)).catch((error: unknown) => {
        if (codeOf(error) !== 'ENOENT') throw error;
      });
    });
  }

  forget(real: string): Promise<void> {
    return this.#inTurn(real, () => fs.rm(this.#at(real), { force: true }));
  }

  /** Removes what nobody came back to. */
  async prune(now: Date): Promise<void> {
    for (const name of await fs.readdir(this.#folder)) {
      const path = join(this.#folder, name);
      const { mtimeMs } = await fs.stat(path);
      if (now.getTime() - mtimeMs > DAYS * 86_400_000) await fs.rm(path, { force: true });
    }
  }

  /** Resolves when all that was asked for is done. */
  async flush(): Promise<void> {
    await Promise.all(this.#queues.values());
  }

  #at(real: string): string {
    return join(
      this.#folder,
      `${createHash('sha256').update(real).digest('hex').slice(0, 32)}.undo`,
    );
  }

  async #inTurn(real: string, work: () => Promise<void>): Promise<void> {
    const before = this.#queues.get(real) ?? Promise.resolve();
    const mine = before
      .then(work)
      .catch((error: unknown) => this.#log(`The undo history of ${real}: ${String(error)}`));
    this.#queues.set(real, mine);
    await mine;
    if (this.#queues.get(real) === mine) this.#queues.delete(real);
  }
}
