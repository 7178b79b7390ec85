/** What is measured of the app: each gives milliseconds, or bytes, of the real page. */
import type { Page } from '@playwright/test';
import { gzipSync } from 'node:zlib';
import { dice } from '../../helpers/voices.ts';
import { readClock, resetClock, type KeyTime } from './clock.ts';
import { textOf } from './desk.ts';

/** Milliseconds between two keys: a fast typist, never in step with the screen. */
const KEY_EVERY = 90;
/** Of them a finger holds one down for so many, at least. */
const HELD = 40;
/** A pause as writers make before they ask: the sampler has read what they wrote. */
const PAUSE = 900;
/** Milliseconds that a suggestion streams before it is stopped. */
const STREAMS = 150;

const sentence = ' the grey sea had nothing to say to her that morning, and she did not ask it;';

export interface Keys {
  readonly keys: readonly KeyTime[];
  readonly slow: readonly number[];
}

/** Types `count` keys where the caret is. */
export async function typeKeys(page: Page, count: number): Promise<Keys> {
  const roll = dice(1);
  await textOf(page).focus();
  // The room steps back and the first edit is under way: not part of what is measured.
  await page.keyboard.type(' and', { delay: KEY_EVERY });
  await page.waitForTimeout(1500);
  await resetClock(page);
  for (let i = 0; i < count; i++) {
    await page.keyboard.press(sentence[i % sentence.length]!, { delay: HELD });
    await page.waitForTimeout(KEY_EVERY / 2 - HELD + roll(KEY_EVERY));
  }
  await page.waitForTimeout(500);
  const { keys, slow } = await readClock(page);
  if (keys.length !== count) throw new Error(`Of ${count} keys ${keys.length} were seen`);
  return { keys, slow };
}

export interface Suggestions {
  readonly first: readonly number[];
  readonly silence: readonly number[];
}

/** Writes a few words, pauses, asks, lets it stream, stops it, and puts it away: `rounds` times. */
export async function askAndStop(page: Page, rounds: number): Promise<Suggestions> {
  await textOf(page).focus();
  await resetClock(page);
  for (let i = 0; i < rounds; i++) {
    await page.keyboard.type(' the grey sea', { delay: 30 });
    await page.waitForTimeout(PAUSE);
    await page.keyboard.press('Control+Enter');
    await page.waitForFunction((n) => window.clock.ghosts.length === n, i + 1);
    await page.waitForTimeout(STREAMS);
    if ((await readClock(page)).streams !== 1) throw new Error('The suggestion ended by itself');
    await page.keyboard.press('Escape');
    await page.waitForFunction((n) => window.clock.silences.length === n, i + 1);
    await page.keyboard.press('Escape');
  }
  const { ghosts, silences } = await readClock(page);
  return { first: ghosts, silence: silences };
}

const readiness = async (page: Page): Promise<number> => {
  await page.waitForFunction(() => (window.clock.ready ?? NaN) >= 0);
  return (await readClock(page)).ready!;
};

/** Reloads the page `times` times. */
export async function reload(page: Page, times: number): Promise<readonly number[]> {
  const found: number[] = [];
  for (let i = 0; i < times; i++) {
    await page.waitForTimeout(1000);
    await page.reload();
    found.push(await readiness(page));
  }
  return found;
}

/** Leaves the page. Bytes, each file packed by gzip, of all that a browser fetches that was never here, until it is ready. */
export async function firstLoad(page: Page): Promise<{ bytes: number; files: number }> {
  const browser = page.context().browser();
  if (browser === null) throw new Error('The page has no browser of its own');
  const address = page.url();
  // One page at a time has the line to the host.
  await page.goto('about:blank');
  const context = await browser.newContext({
    storageState: await page.context().storageState(),
    viewport: page.viewportSize(),
  });
  try {
    const fresh = await context.newPage();
    const bodies: Promise<Buffer>[] = [];
    fresh.on('response', (response) => bodies.push(response.body()));
    await fresh.goto(address);
    await textOf(fresh).waitFor();
    await fresh.evaluate(() => document.fonts.ready.then(() => undefined));
    const packed = (await Promise.all(bodies)).map((body) => gzipSync(body, { level: 9 }).length);
    return { bytes: packed.reduce((sum, size) => sum + size, 0), files: packed.length };
  } finally {
    await context.close();
  }
}
