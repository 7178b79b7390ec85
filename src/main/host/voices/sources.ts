import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import { join } from 'node:path';
import type { Source } from '../../../shared/api/index.ts';
import { UserError } from '../../../shared/errors.ts';
import { diskError } from '../../files/atomic.ts';
import { formatOf } from '../../../shared/formats.ts';
import { notReadable, readManuscript } from '../../files/manuscripts.ts';
import { checkedName, type Places } from '../library/index.ts';

export interface SourcesOptions {
  /** Where dropped files are kept; emptied at each start. */
  readonly folder: string;
  readonly places: () => Places;
  readonly sample: string;
}

/** Where the texts to train on lie. */
export class Sources {
  readonly #options: SourcesOptions;
  readonly #dropped = new Map<string, string>();

  private constructor(options: SourcesOptions) {
    this.#options = options;
  }

  static async open(options: SourcesOptions): Promise<Sources> {
    await fs.rm(options.folder, { recursive: true, force: true });
    await fs.mkdir(options.folder, { recursive: true });
    return new Sources(options);
  }

  /** Keeps a dropped file, which must be a manuscript. Throws UserError. */
  async add(fileName: string, bytes: Buffer): Promise<Source> {
    const name = checkedName(fileName.split(/[\\/]/).at(-1)!);
    const format = formatOf(name);
    if (format === null || format === 'scriv') throw notReadable(name);
    const id = randomBytes(8).toString('hex');
    // In a folder of its own, so that reports name it as the writer does.
    const folder = join(this.#options.folder, id);
    const path = join(folder, name);
    try {
      await fs.mkdir(folder);
      await fs.writeFile(path, bytes, { mode: 0o600 });
      await readManuscript(path);
    } catch (error) {
      await fs.rm(folder, { recursive: true, force: true });
      const told = diskError(error, name);
      throw new UserError(told.code, told.message.replaceAll(path, name), { cause: error });
    }
    this.#dropped.set(id, path);
    return { kind: 'dropped', id };
  }

  /** Real files and folders, in their order. Throws UserError. */
  resolve(sources: readonly Source[]): Promise<readonly string[]> {
    return Promise.all(
      sources.map(async (source) => {
        switch (source.kind) {
          case 'library':
            return this.#options.places().real(source.path);
          case 'sample':
            return this.#options.sample;
          case 'dropped': {
            const path = this.#dropped.get(source.id);
            if (path !== undefined) return path;
            throw new UserError('text.missing', 'A dropped file is gone; drop it in again.');
          }
        }
      }),
    );
  }

  async close(): Promise<void> {
    await fs.rm(this.#options.folder, { recursive: true, force: true });
  }
}
