import { app } from 'electron';
import type { Pages } from './ipc.ts';

/** Milliseconds that a closed page's last words may take. */
const LAST_WORDS = 2000;
/** Milliseconds that saving may take: a network folder that is gone may never answer. */
const LONGEST = 60_000;

const after = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds).unref());

/**
 * Quitting waits until what the page sent last has arrived and everything is saved, a minute at most. The
 * windows are closed by then. What could not be saved is in the journals, and found at the next start.
 */
export function quitWhenSaved({
  pages,
  save,
  log,
}: {
  readonly pages: Pick<Pages, 'gone'>;
  readonly save: () => Promise<void>;
  readonly log: (line: string) => void;
}): void {
  let state: 'running' | 'saving' | 'saved' = 'running';
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });
  app.on('will-quit', (event) => {
    if (state === 'saved') return;
    event.preventDefault();
    if (state === 'saving') return;
    state = 'saving';
    Promise.race([pages.gone(), after(LAST_WORDS)])
      .then(() =>
        Promise.race([
          save(),
          after(LONGEST).then(() => {
            throw new Error('what is not saved after a minute stays in the journals');
          }),
        ]),
      )
      .catch((error: unknown) => log(`Quitting: ${String(error)}`))
      .finally(() => {
        state = 'saved';
        app.quit();
      });
  });
}
