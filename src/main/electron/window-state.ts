import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import { settingsSchema } from '../../shared/api/index.ts';

const whole = v.pipe(v.number(), v.safeInteger());

const schema = v.object({
  bounds: v.nullable(v.object({ x: whole, y: whole, width: whole, height: whole })),
  maximised: v.boolean(),
  fullScreen: v.boolean(),
  /** So that the window has the right colour before the page is there. */
  theme: settingsSchema.entries.theme,
});

/** How the window was when it was last seen. */
export type WindowState = Readonly<v.InferOutput<typeof schema>>;

const first: WindowState = { bounds: null, maximised: false, fullScreen: false, theme: 'system' };

/** The state of the window, remembered in a file that may be lost without harm. */
export class WindowMemory {
  readonly #file: string;
  readonly #log: (line: string) => void;
  #state: WindowState;
  #written: Promise<void> = Promise.resolve();

  private constructor(file: string, state: WindowState, log: (line: string) => void) {
    this.#file = file;
    this.#state = state;
    this.#log = log;
  }

  static async read(folder: string, log: (line: string) => void): Promise<WindowMemory> {
    const file = path.join(folder, 'window.json');
    try {
      const state = v.parse(schema, JSON.parse(await readFile(file, 'utf8')));
      return new WindowMemory(file, state, log);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') log(`${file}: ${String(error)}`);
      return new WindowMemory(file, first, log);
    }
  }

  get state(): WindowState {
    return this.#state;
  }

  remember(change: Partial<WindowState>): void {
    const state = { ...this.#state, ...change };
    if (JSON.stringify(state) === JSON.stringify(this.#state)) return;
    this.#state = state;
    this.#written = this.#written
      .then(() => this.#write(state))
      .catch((error: unknown) => this.#log(`${this.#file}: ${String(error)}`));
  }

  /** When all that was remembered is on the disk. */
  written(): Promise<void> {
    return this.#written;
  }

  async #write(state: WindowState): Promise<void> {
    await mkdir(path.dirname(this.#file), { recursive: true });
    const beside = `${this.#file}.tmp`;
    await writeFile(beside, JSON.stringify(state));
    await rename(beside, this.#file);
  }
}
