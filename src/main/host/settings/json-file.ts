import fs from 'node:fs/promises';
import * as v from 'valibot';
import { codeOf, diskError, writeAtomic } from '../../files/atomic.ts';

/** Milliseconds for which changes are gathered before they are written. */
const GATHER = 300;

export interface JsonFileOptions<T> {
  readonly path: string;
  readonly schema: v.GenericSchema<unknown, T>;
  readonly fallback: T;
  /** Hears a sentence when the file could not be read, or not be written. */
  readonly notice: (sentence: string) => void;
}

/** A value kept in a JSON file: read once, written a moment after it changed, whole at any moment. */
export class JsonFile<T> {
  readonly #path: string;
  readonly #notice: (sentence: string) => void;
  #value: T;
  #timer: NodeJS.Timeout | undefined;
  #waiting = false;
  /** The file is there and could not be read: it is set aside before another takes its place. */
  #unread: boolean;
  #work: Promise<void> = Promise.resolve();

  private constructor({ path, notice }: JsonFileOptions<T>, value: T, unread = false) {
    this.#path = path;
    this.#notice = notice;
    this.#value = value;
    this.#unread = unread;
  }

  /** Reads it. A damaged one is kept aside, and `fallback` takes its place. */
  static async open<T>(options: JsonFileOptions<T>): Promise<JsonFile<T>> {
    const { path, schema, fallback, notice } = options;
    let text: string;
    try {
      text = await fs.readFile(path, 'utf8');
    } catch (error) {
      const unread = codeOf(error) !== 'ENOENT';
      if (unread) notice(diskError(error, path).message);
      return new JsonFile(options, fallback, unread);
    }
    const value = parse(text, schema, fallback);
    if (value) return new JsonFile(options, value.found);
    const aside = `${path}.damaged`;
    await fs.rename(path, aside).catch((error: unknown) => notice(diskError(error, aside).message));
    notice(`${path} was damaged; it is kept as ${aside}, and Understudy starts with the defaults.`);
    return new JsonFile(options, fallback);
  }

  get value(): T {
    return this.#value;
  }

  set(value: T): void {
    this.#value = value;
    this.#waiting = true;
    this.#timer ??= setTimeout(() => void this.flush(), GATHER);
  }

  /** Writes what waits. A failure is told as a notice, and the next change tries again. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#work = this.#work.then(async () => {
      if (!this.#waiting) return;
      this.#waiting = false;
      const text = `${JSON.stringify(this.#value, null, 2)}\n`;
      try {
        if (this.#unread) await fs.rename(this.#path, `${this.#path}.unread`);
        this.#unread = false;
        await writeAtomic(this.#path, [Buffer.from(text)]);
      } catch (error) {
        this.#waiting = true;
        this.#notice(diskError(error, this.#path).message);
      }
    });
    await this.#work;
  }
}

/** The value, with fields of the fallback for those that an older version did not write. */
function parse<T>(text: string, schema: v.GenericSchema<unknown, T>, fallback: T) {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return null;
  }
  const isObject = typeof json === 'object' && json !== null && !Array.isArray(json);
  const parsed = v.safeParse(schema, isObject ? Object.assign({}, fallback, json) : json);
  return parsed.success ? { found: parsed.output } : null;
}
