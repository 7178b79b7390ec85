import { isUserError } from '../../shared/errors.ts';
import { unwrap } from '../../shared/result.ts';
import type { Line } from '../client.ts';
import { App } from './app.svelte.ts';

/** A key of the browser's storage for this page. */
const DIALOGUE = 'understudy.dialogue';

/** From the first connection to the app, and over every loss of it. */
export class Boot {
  app = $state.raw<App | null>(null);
  /** Why there is no app yet, as a sentence. */
  problem = $state.raw<string | null>(null);
  readonly #line: Line;
  #starting = false;

  constructor(line: Line) {
    this.#line = line;
    line.follow((connected, why) => {
      if (!this.app) {
        if (connected) void this.start();
        return;
      }
      const back = connected && !this.app.connected;
      this.app.connected = connected;
      this.app.lost = why;
      if (back) void this.app.resync();
    });
  }

  async start(): Promise<void> {
    if (this.#starting) return;
    this.#starting = true;
    this.problem = null;
    try {
      const { client } = this.#line;
      const start = unwrap(await client.call.start({}));
      const app = new App({
        client,
        start,
        keep: {
          read: () => localStorage.getItem(DIALOGUE),
          write: (text) => localStorage.setItem(DIALOGUE, text),
        },
        sample: async () => (await import('../../../resources/sample-manuscript.md?raw')).default,
      });
      // The room is drawn while the documents are read.
      this.app = app;
      await app.documents.restore();
    } catch (error) {
      this.problem = isUserError(error)
        ? error.message
        : 'Understudy could not start. Your text is safe; please try again.';
      if (!isUserError(error)) throw error;
    } finally {
      this.#starting = false;
    }
  }
}
