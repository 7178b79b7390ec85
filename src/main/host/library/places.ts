import fs from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, sep } from 'node:path';
import { UserError } from '../../../shared/errors.ts';
import { codeOf } from '../../files/atomic.ts';
import { isDocument } from './names.ts';

/** A path with the home folder shortened to ~. */
export function forPeople(path: string): string {
  const home = homedir();
  return path === home || path.startsWith(home + sep) ? `~${path.slice(home.length)}` : path;
}

/** What a name cannot have. On Windows a colon leads to a disk, or to a stream beside a file. */
const foreign = process.platform === 'win32' ? /[\\\0:]/ : /[\\\0]/;

/** Most documents that are looked for in a folder that may be the library. */
const TRIED = 500;

/** Where the paths of the library lie on the disk. Nothing outside its folder is reached, also by links. */
export class Places {
  /** Real path of the library's folder. */
  readonly root: string;
  /** Which folder that is: another one may get its name, or show where it was mounted. */
  #identity: string;

  private constructor(root: string, identity: string) {
    this.root = root;
    this.#identity = identity;
  }

  /** Throws UserError `library.missing`. */
  static async open(folder: string): Promise<Places> {
    try {
      await fs.readdir(folder);
      const root = await fs.realpath(folder);
      return new Places(root, await identityOf(root));
    } catch (error) {
      throw missing(folder, error);
    }
  }

  /** The same for a folder that is made if need be. */
  static async make(folder: string): Promise<Places> {
    await fs.mkdir(folder, { recursive: true }).catch((error: unknown) => {
      throw missing(folder, error);
    });
    return Places.open(folder);
  }

  /** Null where the folder is the one that was opened; else the error that says what became of it. */
  async away(): Promise<UserError | null> {
    try {
      return (await identityOf(this.root)) === this.#identity ? null : away(this.root);
    } catch (error) {
      return away(this.root, error);
    }
  }

  /** Of the folder; it stays when a stick is another device the next time. */
  get inode(): string {
    return this.#identity.split(':')[1]!;
  }

  /** Whether anything is in the folder that is not hidden. */
  async hasEntries(): Promise<boolean> {
    return (await fs.readdir(this.root)).some((name) => !name.startsWith('.'));
  }

  /**
   * Whether the folder that has its name now is the library come back, by a document of these that it
   * holds: a stick is another device each time. Where there were none, it has to hold something. From then
   * on it is the one.
   */
  async recognise(documents: readonly string[]): Promise<boolean> {
    let tries = 0;
    if (documents.length === 0) {
      const identity = await identityOf(this.root).catch(() => null);
      if (identity === null || !(await this.hasEntries().catch(() => false))) return false;
      this.#identity = identity;
      return true;
    }
    for (const path of documents) {
      if (++tries > TRIED) break;
      try {
        const identity = await identityOf(this.root);
        if (!(await fs.stat(this.at(path))).isFile()) continue;
        this.#identity = identity;
        return true;
      } catch (error) {
        if (codeOf(error) === undefined && !(error instanceof UserError)) throw error;
      }
    }
    return false;
  }

  /** Where an entry would be, whether it is there or not. Throws UserError for hidden ones. */
  at(path: string): string {
    const segments = path === '' ? [] : path.split('/');
    if (segments.some((segment) => segment.startsWith('.') || foreign.test(segment))) {
      throw notThere(path);
    }
    return join(this.root, ...segments);
  }

  /** The real path of an entry that is there. Throws UserError `document.missing`, `library.missing`. */
  async real(path: string): Promise<string> {
    const away = await this.away();
    if (away) throw away;
    let real: string;
    try {
      real = await fs.realpath(this.at(path));
    } catch (error) {
      if (error instanceof UserError) throw error;
      if (codeOf(error) === 'ENAMETOOLONG') throw tooLong(path, error);
      throw notThere(path, error);
    }
    if (real !== this.root && !real.startsWith(this.root + sep)) {
      throw new UserError(
        'document.missing',
        `${path} is a link out of the library; move the file itself into it.`,
      );
    }
    return real;
  }

  /** The real path of a document that is there. Throws UserError. */
  async document(path: string): Promise<string> {
    const real = await this.real(path);
    if (isDocument(path.split('/').at(-1)!)) return real;
    throw new UserError(
      'text.unsupported',
      `${path} is not a .md or .txt file; import it, and a document is made of it.`,
    );
  }

  /** The real path of a folder that is there. Throws UserError. */
  async folder(path: string): Promise<string> {
    const real = await this.real(path);
    if ((await fs.stat(real)).isDirectory()) return real;
    throw new UserError('document.missing', `${path} is not a folder; choose a folder.`);
  }

  /** The path in the library of a file on the disk; null outside. */
  pathOf(file: string): string | null {
    if (!file.startsWith(this.root + sep)) return null;
    return file.slice(this.root.length + 1).replaceAll(sep, '/');
  }
}

async function identityOf(folder: string): Promise<string> {
  const { dev, ino } = await fs.stat(folder, { bigint: true });
  return `${dev}:${ino}`;
}

function away(folder: string, cause?: unknown): UserError {
  const code = codeOf(cause);
  const isGone = cause === undefined || code === 'ENOENT' || code === 'ENOTDIR';
  const why = isGone ? 'is not there' : `cannot be reached (${code ?? 'for a reason unknown'})`;
  return new UserError(
    'library.missing',
    `The folder ${forPeople(folder)} ${why}; put it back, and what you wrote meanwhile is saved by itself.`,
    { cause },
  );
}

function missing(folder: string, cause: unknown): UserError {
  const code = codeOf(cause);
  const why =
    code === 'ENOENT' ? 'is not there any more' : `cannot be opened (${code ?? String(cause)})`;
  return new UserError(
    'library.missing',
    `The folder ${forPeople(folder)} ${why}; put it back, or choose another one for the library.`,
    { cause },
  );
}

const tooLong = (path: string, cause: unknown): UserError =>
  new UserError(
    'document.name',
    `${path.split('/').at(-1)!} lies too deep: its path is longer than the system takes; give its folders shorter names.`,
    { cause },
  );

const notThere = (path: string, cause?: unknown): UserError =>
  new UserError('document.missing', `${path} is not in the library; look for it there.`, { cause });
