import { app } from 'electron';
import type { Pages } from './ipc.ts';

/** Milliseconds that a closed page's last words may take. */
const LAST_WORDS = 2000;

/**
 * Quitting waits until what the page sent last has arrived and everything is saved. The windows are
 * closed by then. What could not be saved is in the journals, and found at the next start.
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
    const late = new Promise<void>((resolve) => setTimeout(resolve, LAST_WORDS).unref());
    Promise.race([pages.gone(), late])
      .then(save)
      .catch((error: unknown) => log(`Quitting: ${String(error)}`))
      .finally(() => {
        state = 'saved';
        app.quit();
      });
  });
}
