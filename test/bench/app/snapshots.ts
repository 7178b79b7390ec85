/** What snapshots of a long document cost the page in which someone types. */
import type { Page } from '@playwright/test';
import { framesWhile, type Frames } from './frames.ts';
import { openDesk, openDocument, textOf } from './desk.ts';

/** Keys between two snapshots, and milliseconds between two keys. */
const KEYS = 15;
const KEY_EVERY = 90;

/** Types; in the midst of it a snapshot is taken, or the same command is only looked at. */
async function stint(page: Page, takes: boolean): Promise<Frames> {
  return framesWhile(page, async () => {
    for (let key = 0; key < KEYS; key++) {
      await page.keyboard.press('abcdefghijklmnop'[key]!);
      await page.waitForTimeout(KEY_EVERY);
      if (key !== 4 || !takes) continue;
      // Not by a click: the text keeps the keyboard.
      await page
        .getByRole('button', { name: 'Take a snapshot' })
        .evaluate((button: HTMLButtonElement) => button.click());
    }
  });
}

export interface Cost {
  readonly without: readonly Frames[];
  readonly taking: readonly Frames[];
}

/** Stints with a snapshot and without, in alternation: what else the computer does counts alike for both. */
export async function typeThroughSnapshots(rounds: number): Promise<Cost> {
  const desk = await openDesk();
  try {
    const { page } = desk;
    await openDocument(page, 'Book');
    await page.getByRole('navigation', { name: 'Panels' }).getByLabel('Snapshots').click();
    await textOf(page).focus();
    await stint(page, true);
    await page.waitForTimeout(2000);
    const without: Frames[] = [];
    const taking: Frames[] = [];
    for (let round = 0; round < rounds; round++) {
      for (const takes of round % 2 === 0 ? [false, true] : [true, false]) {
        (takes ? taking : without).push(await stint(page, takes));
        await page.waitForTimeout(700);
      }
    }
    return { without, taking };
  } finally {
    await desk.close();
  }
}
