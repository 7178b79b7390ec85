import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import { join } from 'node:path';
import type { Source } from '../../../shared/api/index.ts';
import { UserError } from '../../../shared/errors.ts';
import { codeOf, diskError, syncFolder, writeDurably } from '../../files/atomic.ts';
import { formatOf } from '../../../shared/formats.ts';
import { notReadable, readManuscript } from '../../files/manuscripts.ts';
import { checkedName, type Places } from '../library/index.ts';

export interface SourcesOptions {
  /** Where dropped files are kept, each in a folder that has its id as its name. */
  readonly folder: string;
  /** Ids of the dropped files that trainings may go on with. Throws UserError. */
  readonly needed: () => Promise<ReadonlySet<string>>;
  readonly places: () => Places;
  readonly sample: string;
  readonly log: (line: string) => void;
}

/** Ids come from the page and from plans on the disk, and become a part of a path. */
const ID = /^[0-9a-f]{16}$/;

/** Where the texts to train on lie. */
export class Sources {
  readonly #options: SourcesOptions;

  private constructor(options: SourcesOptions) {
    this.#options = options;
  }

  static async open(options: SourcesOptions): Promise<Sources> {
    await fs.mkdir(options.folder, { recursive: true });
    const sources = new Sources(options);
    await sources.#tidy();
    return sources;
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
      await fs.mkdir(folder, { mode: 0o700 });
      // For good, like the plan that may name it.
      await writeDurably(path, [bytes]);
      await syncFolder(folder);
      await syncFolder(this.#options.folder);
      await readManuscript(path);
    } catch (error) {
      await fs.rm(folder, { recursive: true, force: true });
      const told = diskError(error, name);
      throw new UserError(told.code, told.message.replaceAll(path, name), { cause: error });
    }
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
          case 'dropped':
            return this.#find(source.id);
        }
      }),
    );
  }

  /** Keeps what trainings need that can be resumed after the next start. */
  async close(): Promise<void> {
    await this.#tidy();
  }

  /** Throws UserError `text.missing`, `text.unreadable`. */
  async #find(id: string): Promise<string> {
    const folder = join(this.#options.folder, id);
    const names = ID.test(id) ? await fs.readdir(folder).catch(absent) : [];
    const name = names.find((name) => formatOf(name) !== null);
    if (name !== undefined) return join(folder, name);
    throw new UserError(
      'text.missing',
      'A file that was dropped in is gone; drop it in again and train a new voice.',
    );
  }

  /** Removes the dropped files that no training needs. Where that is not known, all of them stay. */
  async #tidy(): Promise<void> {
    const { folder, needed, log } = this.#options;
    try {
      const ids = await needed();
      for (const name of await fs.readdir(folder)) {
        if (!ids.has(name)) await fs.rm(join(folder, name), { recursive: true, force: true });
      }
    } catch (error) {
      log(`Removing dropped files: ${String(error)}`);
    }
  }
}

/** No names in what is not there. Throws UserError `text.unreadable`. */
const absent = (error: unknown): string[] => {
  if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return [];
  throw new UserError(
    'text.unreadable',
    `A file that was dropped in cannot be read (${codeOf(error) ?? String(error)}); check the disk.`,
    { cause: error },
  );
};
