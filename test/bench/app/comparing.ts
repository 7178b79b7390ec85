/** What a comparison of two long texts costs the page. */
import type { Page } from '@playwright/test';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { openDesk, textOf } from './desk.ts';

export interface Compared {
  /** Milliseconds from the press until the differences are shown. */
  readonly shown: number;
  /** Milliseconds of the longest task of the page meanwhile; 0 where none was longer than 50. */
  readonly longest: number;
}

/** A novel of so many lines, in each of which a word can be another one. */
const novel = (lines: number, who: string): string =>
  Array.from(
    { length: lines },
    (_, n) => `In line ${n} the ${who} said what line ${n} says to all.\n`,
  ).join('\n');

/** Opens the first snapshot, of which a word of each line is another one now. */
async function compareOnce(page: Page, lines: number): Promise<Compared> {
  await page.evaluate(() => {
    window.tasks = [];
    const observer = new PerformanceObserver((list) => {
      window.tasks.push(...list.getEntries().map(({ duration }) => duration));
    });
    observer.observe({ type: 'longtask' });
  });
  const comparison = page.getByRole('group', { name: 'Comparison' });
  const began = performance.now();
  await page.getByRole('button', { name: /Before another program/ }).click();
  await comparison.getByText(`of ${lines}`).waitFor();
  const shown = performance.now() - began;
  await page.waitForTimeout(1000);
  const longest = await page.evaluate(() => Math.max(0, ...window.tasks));
  await page.keyboard.press('Escape');
  await comparison.waitFor({ state: 'detached' });
  return { shown, longest };
}

declare global {
  interface Window {
    tasks: number[];
  }
}

/** Two texts of `lines` lines that all differ by a word, compared `rounds` times. */
export async function compareNovels(lines: number, rounds: number): Promise<readonly Compared[]> {
  const desk = await openDesk({ 'Novel.md': novel(lines, 'captain') });
  try {
    const { page, library } = desk;
    await page.getByRole('treeitem', { name: /^Novel, / }).click();
    await page.getByRole('textbox', { name: 'Text of Novel' }).focus();
    await page.getByText('Saved', { exact: true }).waitFor();
    await writeFile(path.join(library, 'Novel.md'), novel(lines, 'skipper'));
    await textOf(page).getByText('skipper').first().waitFor();
    await page.getByRole('navigation', { name: 'Panels' }).getByLabel('Snapshots').click();
    const found: Compared[] = [];
    for (let round = 0; round < rounds; round++) found.push(await compareOnce(page, lines));
    return found;
  } finally {
    await desk.close();
  }
}
