/** Frames that the page did not draw in time. */
import type { Page } from '@playwright/test';

export interface Frames {
  readonly drawn: number;
  /** Frames for which there was time and that did not come. */
  readonly dropped: number;
  /** Milliseconds between two frames, the longest. */
  readonly longest: number;
}

declare global {
  interface Window {
    drawn: number[];
    drawing: number;
  }
}

/** Counts them while `work` goes on. */
export async function framesWhile(page: Page, work: () => Promise<void>): Promise<Frames> {
  await page.evaluate(() => {
    window.drawn = [];
    const frame = (at: number): void => {
      window.drawn.push(at);
      window.drawing = requestAnimationFrame(frame);
    };
    window.drawing = requestAnimationFrame(frame);
  });
  await work();
  const at = await page.evaluate(() => {
    cancelAnimationFrame(window.drawing);
    return window.drawn;
  });
  const gaps = at.slice(1).map((time, i) => time - at[i]!);
  // What the screen does when nothing is late: half of all gaps are no longer.
  const every = gaps.toSorted((a, b) => a - b)[gaps.length >> 1] ?? NaN;
  const missed = gaps.reduce((sum, gap) => sum + Math.max(0, Math.round(gap / every) - 1), 0);
  return { drawn: at.length, dropped: missed, longest: Math.max(...gaps) };
}
