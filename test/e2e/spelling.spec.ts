/** Chromium's own spell checker with the dictionaries that come along, as Electron has them. */
import { chromium, type Locator, type Page } from '@playwright/test';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromiumPath } from '../../scripts/chromium.mjs';
import { placeDictionaries } from '../../src/main/electron/dictionaries.ts';
import { expect, test } from './fixtures.ts';

const bundled = path.resolve(import.meta.dirname, '../../dist/dictionaries');

/** How many points of the picture are as red as the line under a misspelled word. */
async function redPoints(page: Page, element: Locator): Promise<number> {
  const picture = (await element.screenshot()).toString('base64');
  return page.evaluate(async (data) => {
    const blob = await (await fetch(`data:image/png;base64,${data}`)).blob();
    const image = await createImageBitmap(blob);
    const canvas = new OffscreenCanvas(image.width, image.height).getContext('2d')!;
    canvas.drawImage(image, 0, 0);
    const { data: points } = canvas.getImageData(0, 0, image.width, image.height);
    let red = 0;
    for (let i = 0; i < points.length; i += 4) {
      if (points[i]! > points[i + 1]! + 80 && points[i]! > points[i + 2]! + 80) red++;
    }
    return red;
  }, picture);
}

test('a dictionary that comes along is one that Chromium accepts', async () => {
  const profile = await mkdtemp(path.join(tmpdir(), 'understudy-profile-'));
  const used = path.join(profile, 'Dictionaries');
  expect(placeDictionaries({ bundled, used })).toEqual([]);
  const before = await readdir(used);
  await mkdir(path.join(profile, 'Default'));
  await writeFile(
    path.join(profile, 'Default', 'Preferences'),
    JSON.stringify({
      browser: { enable_spellchecking: true },
      spellcheck: { dictionaries: ['en-GB'] },
      intl: { selected_languages: 'en-GB' },
    }),
  );
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: chromiumPath(),
    args: ['--no-sandbox', '--disable-gpu', '--host-resolver-rules=MAP * ~NOTFOUND'],
  });
  try {
    const page = context.pages()[0]!;
    await page.setContent(
      '<p contenteditable lang="en-GB" style="font: 24px serif; outline: 0; caret-color: black"></p>',
    );
    const text = page.locator('p');
    const types = async (words: string): Promise<void> => {
      await text.fill('');
      await text.pressSequentially(words);
    };
    // Words that were typed before it had read the dictionary it does not look at again by itself.
    const isMarked = async (words: string): Promise<boolean> => {
      await types(words);
      await page.waitForTimeout(500);
      return (await redPoints(page, text)) > 20;
    };
    for (const words of ['Wee rowed passt the harber. ', 'The American color. ']) {
      await expect.poll(() => isMarked(words), { timeout: 45_000 }).toBe(true);
    }
    // Words of the list, and words that its rules make.
    await types('We unlocked the theatres; the harbour’s colours were 21st-rate. ');
    await page.waitForTimeout(1000);
    expect(await redPoints(page, text)).toBe(0);
    // A dictionary that it does not accept it deletes.
    expect(await readdir(used)).toEqual(before);
  } finally {
    await context.close();
    await rm(profile, { recursive: true, force: true });
  }
});
