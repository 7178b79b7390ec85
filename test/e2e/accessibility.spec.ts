import type { Page } from '@playwright/test';
import axe from 'axe-core';
import { chmod, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from './fixtures.ts';
import type { Writer } from './writer.ts';

/** A theme, and what the system says of colours. */
interface Look {
  readonly theme: 'light' | 'dark' | 'contrast' | 'system';
  readonly system?: Parameters<Page['emulateMedia']>[0];
}

const looks: readonly Look[] = [
  { theme: 'light' },
  { theme: 'dark' },
  { theme: 'contrast', system: { colorScheme: 'light' } },
  { theme: 'contrast', system: { colorScheme: 'dark' } },
];
const allRules: axe.RunOnly = {
  type: 'tag',
  values: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'],
};
/** Those of them that look at colours. */
const colourRules: axe.RunOnly = { type: 'rule', values: ['color-contrast', 'link-in-text-block'] };
/** Nobody waits for a colour on its way from one theme to the next. */
const asItIs = {
  colorScheme: null,
  contrast: null,
  forcedColors: null,
  reducedMotion: 'reduce',
} as const;

async function wears({ page }: Writer, { theme, system }: Look): Promise<void> {
  await page.emulateMedia({ ...asItIs, ...system });
  await page.locator('html').evaluate((html, to) => html.setAttribute('data-theme', to), theme);
  // Colours on their way from one theme to the next are no theme's.
  await page.evaluate(() =>
    Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => 0))),
  );
}

/** What is wrong in the page. The program goes in once, and only what is wrong comes out: most of the time went there. */
async function violations(page: Page, runOnly: axe.RunOnly): Promise<readonly unknown[]> {
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(`${axe.source}; null`);
  const found = await page.evaluate(async (only) => {
    const { run } = (window as unknown as { axe: typeof axe }).axe;
    return (await run({ runOnly: only, resultTypes: ['violations'] })).violations;
  }, runOnly);
  return found.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary }) => ({ id, help, target, failureSummary })),
  );
}

/**
 * What is in sight has no violation, in any theme. Themes differ in nothing but colours: all rules are
 * asked in the first one, in the others only those of colours.
 */
async function isAccessible(writer: Writer, view: string, inLooks = looks): Promise<void> {
  const { page } = writer;
  await test.step(view, async () => {
    // What steps back while one types comes back with the first move of the hand.
    await page.mouse.move(600, 500);
    await page.mouse.move(640, 540);
    const chosen = await page.locator('html').getAttribute('data-theme');
    for (const look of inLooks) {
      await wears(writer, look);
      const found = await violations(page, look === inLooks[0] ? allRules : colourRules);
      expect.soft(found, `${view}, ${JSON.stringify(look)}`).toEqual([]);
    }
    await wears(writer, { theme: (chosen ?? 'system') as Look['theme'] });
  });
}

test.use({
  manuscripts: {
    'Harbour.md':
      '# Harbour\n\nThe *lamps* went out along the **quay**.\n\n***\n\n> She wrote to him.\n\n- one\n- two\n',
    'Drafts/Winter.md': 'Snow lay on the boats.\n',
  },
  voices: ['Mine'],
});

test.describe('the first run', () => {
  test.use({ settings: null });

  test('the welcome is accessible', async ({ writer }) => {
    await expect(writer.page.getByRole('heading', { name: /^It learns your part/ })).toBeVisible();
    await isAccessible(writer, 'the welcome');
  });
});

test('the text, its suggestions and what stands around it are accessible', async ({
  app,
  writer,
}) => {
  test.setTimeout(180_000);
  const { page } = writer;
  await expect(page.getByRole('heading', { name: 'Where were we?' })).toBeVisible();
  await isAccessible(writer, 'no document');
  await writer.opens('Harbour');
  await writer.presses('ControlOrMeta+End');
  await isAccessible(writer, 'a document');
  await writer.presses('ControlOrMeta+Enter');
  await writer.hasSuggestion();
  await isAccessible(writer, 'a suggestion');
  await writer.presses('Escape');
  await writer.opensAdvanced();
  await writer.fills(page.getByLabel('Top-p'), '7');
  await isAccessible(writer, 'how suggestions are made');
  await writer.presses('Escape');
  await page.getByRole('button', { name: 'Goals' }).click();
  await isAccessible(writer, 'goals');
  await writer.presses('Escape');
  await writer.text.focus();
  await writer.presses('ControlOrMeta+H');
  await page.keyboard.type('quay');
  await isAccessible(writer, 'find and replace');
  await writer.presses('Escape');
  await writer.commands('Focus: off, sentence, paragraph');
  await writer.types('Then. Now.');
  await isAccessible(writer, 'focus on a sentence');
  await writer.commands('Theme: dark');
  await writer.presses('ControlOrMeta+Home');
  await writer.typesWhile('Mine. ', () =>
    writeFile(path.join(app.library, 'Harbour.md'), 'Theirs.\n'),
  );
  await expect(page.getByText('Another program changed this file')).toBeVisible();
  await isAccessible(writer, 'a conflict');
  await page.getByRole('button', { name: 'Compare…' }).click();
  await page.getByRole('button', { name: 'Next place' }).click();
  await isAccessible(writer, 'two versions');
});

test('suggested text and the report of it are accessible', async ({ writer }) => {
  const { page } = writer;
  await writer.opens('Harbour');
  await writer.commands('Show suggested text');
  await writer.presses('ControlOrMeta+End', 'ControlOrMeta+Enter');
  await writer.hasSuggestion();
  await writer.presses('Tab');
  await expect(page.locator('.cm-suggested').first()).toBeVisible();
  await isAccessible(writer, 'suggested text');
  await page.getByRole('button', { name: 'Suggested by Mine' }).click();
  await isAccessible(writer, 'how much is suggested');
  await page.getByRole('button', { name: 'Disclosure report…' }).click();
  await expect(page.getByText('A sentence to put under your text')).toBeVisible();
  await isAccessible(writer, 'a disclosure report');
});

test('the library, the palettes and the messages are accessible', async ({ writer }) => {
  const { page } = writer;
  await writer.opens('Harbour');
  await writer.entry('Winter').click({ button: 'right' });
  await expect(page.getByRole('menu')).toBeVisible();
  await isAccessible(writer, 'a menu');
  await page.getByRole('menuitem', { name: 'Rename' }).click();
  await isAccessible(writer, 'a new name');
  await writer.presses('Escape');
  await writer.presses('ControlOrMeta+Shift+F');
  await page.keyboard.type('o');
  await expect(writer.library.getByText(/places in 2 documents/)).toBeVisible();
  await isAccessible(writer, 'what was found');
  await writer.presses('Escape', 'Escape');
  await writer.presses('ControlOrMeta+K');
  await isAccessible(writer, 'all commands');
  await writer.presses('Escape');
  await writer.presses('ControlOrMeta+P');
  await isAccessible(writer, 'go to a document');
  await writer.presses('Escape');
  await writer.entry('Winter').focus();
  await writer.presses('Delete');
  await expect(writer.messages).toContainText('is in the trash');
  await isAccessible(writer, 'a message');
});

test('the panels are accessible', async ({ writer }) => {
  test.setTimeout(180_000);
  const { page } = writer;
  await writer.opens('Harbour');
  await writer.presses('ControlOrMeta+Enter');
  await writer.hasSuggestion();
  const history = await writer.opensPanel('History');
  await expect(history.getByRole('listitem').first()).toBeVisible();
  await isAccessible(writer, 'the history');

  await writer.commands('Take a snapshot');
  await writer.types('And then. ');
  const snapshots = await writer.opensPanel('Snapshots');
  await snapshots.getByRole('button', { name: 'Delete this snapshot' }).first().click();
  await isAccessible(writer, 'the snapshots');
  await snapshots.getByRole('button', { name: 'Keep' }).click();
  await snapshots.getByRole('button', { name: /Taken by you/ }).click();
  await expect(writer.page.getByText('1 of 1')).toBeVisible();
  await isAccessible(writer, 'a comparison');
  await writer.page.setViewportSize({ width: 1600, height: 800 });
  await isAccessible(writer, 'a comparison side by side');
  await writer.presses('Escape');

  const settings = await writer.opensPanel('Settings');
  await settings.getByRole('button', { name: /^Strong/ }).click();
  await writer.presses('ControlOrMeta+I');
  await writer.fills(settings.getByLabel('Size of the type'), '4');
  await settings.getByRole('button', { name: /^Heading/ }).click();
  await expect(settings.getByText('Press a key', { exact: true })).toBeVisible();
  await expect(settings.getByText('"Emphasis" has this key too', { exact: false })).toBeVisible();
  await isAccessible(writer, 'the settings');
  await writer.presses('Escape');

  await writer.presses('ControlOrMeta+Shift+X');
  await expect(page.getByRole('region', { name: 'Export', exact: true })).toBeVisible();
  await isAccessible(writer, 'an export');

  const dialogue = await writer.opensPanel('Dialogue');
  await dialogue.getByText('Names and scene').click();
  await dialogue.getByRole('textbox', { name: /^What / }).fill('Good evening.');
  await dialogue.getByRole('button', { name: 'Say it' }).click();
  await expect(dialogue.getByRole('button', { name: 'Another try' })).toBeVisible();
  await isAccessible(writer, 'a dialogue');

  const voices = await writer.opensPanel('Voices');
  await voices.getByRole('button', { name: 'What it learned from' }).click();
  await isAccessible(writer, 'the voices');
  await voices.getByRole('button', { name: 'New voice' }).click();
  await voices.getByLabel('The sample manuscript').check();
  await expect(voices.getByText(/^[\d,]+ words in 1 text$/)).toBeVisible();
  // By the pages, not by the clock: however slow the machine, there are looks to draw curves of.
  await voices.getByRole('textbox', { name: /^Times through the pages/ }).fill('2');
  await voices.getByText('Advanced').click();
  await voices.getByText('Learning rate', { exact: true }).click();
  await voices.getByLabel('Layers').selectOption('1');
  await voices.getByLabel('Size of layer 1').fill('0');
  await isAccessible(writer, 'a new voice');
  await voices.getByLabel('Size of layer 1').fill('64');
  await voices.getByLabel('Name', { exact: true }).fill('Second');
  await voices.getByRole('button', { name: 'Start training' }).click();
  await expect(voices.locator('blockquote').first()).toContainText(/\S/, { timeout: 40_000 });
  await expect(voices.locator('.ending')).toContainText('Second is ready', { timeout: 80_000 });
  await voices.getByText('Curves').click();
  await voices.getByText('As a table').click();
  await isAccessible(writer, 'a training');
});

test('a training under way, and a suggestion that streams beside it, are accessible', async ({
  writer,
}) => {
  test.setTimeout(180_000);
  const { page } = writer;
  await writer.opens('Harbour');
  const voices = await writer.opensPanel('Voices');
  await voices.getByRole('button', { name: 'New voice' }).click();
  await voices.getByLabel('The sample manuscript').check();
  await voices.getByText('For some minutes').click();
  await voices.getByRole('textbox', { name: 'Minutes' }).fill('3');
  await voices.getByText('Advanced').click();
  await voices.getByLabel('Layers').selectOption('1');
  await voices.getByLabel('Size of layer 1').fill('64');
  await voices.getByLabel('Name', { exact: true }).fill('Second');
  await voices.getByRole('button', { name: 'Start training' }).click();
  await expect(voices.getByRole('progressbar', { name: 'Training of Second' })).toBeVisible();
  await page.getByLabel('Length').selectOption({ label: '200 words' });
  await writer.text.focus();
  await writer.presses('ControlOrMeta+Enter');
  await expect(writer.ghost).toHaveText(/\S/);
  await isAccessible(writer, 'a training under way');
  await voices.getByRole('button', { name: 'Pause' }).click();
  await expect(voices.locator('.status')).toHaveText('Paused');
  await isAccessible(writer, 'a paused training');
});

test('a narrow window is accessible', async ({ writer }) => {
  await writer.opens('Harbour');
  await writer.page.setViewportSize({ width: 420, height: 740 });
  await isAccessible(writer, 'narrow');
  await writer.opensPanel('Voices');
  await isAccessible(writer, 'narrow, voices');
});

test('what is wrong with a document or its host is told accessibly', async ({
  app,
  host,
  writer,
}) => {
  test.setTimeout(180_000);
  const protect = (name: string): Promise<void> => chmod(path.join(app.library, name), 0o444);
  const { page } = writer;
  await writer.opens('Harbour');
  await writer.presses('ControlOrMeta+Home');
  await protect('Harbour.md');
  await page.keyboard.type('Mine. ');
  await expect(page.getByRole('button', { name: 'Save again' })).toBeVisible();
  await isAccessible(writer, 'a save that failed');

  await app.crash();
  await expect(app.page.getByText('This text was recovered')).toBeVisible();
  await isAccessible(writer, 'a recovered text');

  await protect('Drafts/Winter.md');
  await writer.opens('Winter');
  await expect(app.page.getByText('it can only be read here')).toBeVisible();
  await rm(path.join(app.library, 'Drafts/Winter.md'));
  await expect(app.page.getByText('gone from the disk')).toBeVisible();
  // In Electron the page ends with its host.
  if (host === 'web') {
    app.problems.stayAway();
    process.kill(app.pid, 'SIGKILL');
    await expect(app.page.getByText(/what you write stays here/)).toBeVisible();
  }
  await isAccessible(writer, 'a file that can only be read and is gone, and a host that is lost');
});

test.describe('without a voice', () => {
  test.use({ voices: [] });

  test('the panels that have nothing to show are accessible', async ({ writer }) => {
    await writer.opens('Harbour');
    const voices = await writer.opensPanel('Voices');
    await expect(voices.getByText('A voice learns from what you have written.')).toBeVisible();
    await isAccessible(writer, 'no voices');
    const dialogue = await writer.opensPanel('Dialogue');
    await expect(dialogue.getByRole('button', { name: 'Train a voice' })).toBeVisible();
    await isAccessible(writer, 'nobody to talk with');
    const history = await writer.opensPanel('History');
    await expect(history.getByText(/^Every suggestion is kept here/)).toBeVisible();
    await isAccessible(writer, 'an empty history');
  });
});

test.describe('with two voices', () => {
  test.use({ voices: ['Mine', 'Second'] });

  test('what is done with a voice, and a turn that comes, are accessible', async ({
    app,
    host,
    writer,
  }) => {
    const { page } = writer;
    await writer.opens('Harbour');
    const voices = await writer.opensPanel('Voices');
    const act = async (name: string, what: string): Promise<void> => {
      await voices.getByRole('button', { name: `More for ${name}`, exact: true }).click();
      await page.getByRole('button', { name: what, exact: true }).click();
    };
    await voices.getByRole('button', { name: 'More for Mine', exact: true }).click();
    await expect(page.getByRole('button', { name: 'Duplicate' })).toBeVisible();
    await isAccessible(writer, 'more for a voice');
    await writer.presses('Escape');
    await act('Second', 'Move to trash');
    await act('Mine', 'Rename');
    await page.keyboard.type('Second');
    await writer.presses('Enter');
    await expect(voices.getByText('There is a voice named Second already')).toBeVisible();
    await expect(voices.getByText('Move Second to the trash?')).toBeVisible();
    await isAccessible(writer, 'a name that is taken, and a voice on its way to the trash');

    // In Electron a page whose host stands still cannot be looked at.
    if (host !== 'web') return;
    const dialogue = await writer.opensPanel('Dialogue');
    await dialogue.getByRole('textbox', { name: /^What / }).fill('Good evening.');
    process.kill(app.pid, 'SIGSTOP');
    try {
      await writer.presses('Enter');
      await expect(dialogue.getByText('is thinking')).toBeAttached();
      await isAccessible(writer, 'a turn that comes');
    } finally {
      process.kill(app.pid, 'SIGCONT');
    }
  });
});

test('who asks the system for more contrast, or for its own colours, gets them', async ({
  writer,
}) => {
  const { page } = writer;
  await writer.opens('Harbour');
  await writer.opensPanel('Settings');
  await writer.text.focus();
  await writer.presses('ControlOrMeta+End', 'ControlOrMeta+Enter');
  await writer.hasSuggestion();
  const schemes = ['light', 'dark'] as const;
  await isAccessible(writer, 'a suggestion, and the settings', [
    ...schemes.map((colorScheme) => ({
      theme: 'system' as const,
      system: { colorScheme, contrast: 'more' as const },
    })),
    ...schemes.map((colorScheme) => ({
      theme: 'system' as const,
      system: { colorScheme, forcedColors: 'active' as const },
    })),
  ]);

  const has = (selector: string, property: string): Promise<string> =>
    page
      .locator(selector)
      .first()
      .evaluate((element, name) => getComputedStyle(element).getPropertyValue(name), property);
  const colour = (): Promise<string> => has('.cm-ghost-text', 'color');
  await expect(writer.ghost).toHaveCSS('border-top-style', 'none');
  const usual = await colour();
  await wears(writer, { theme: 'system', system: { contrast: 'more' } });
  expect(await colour()).not.toBe(usual);
  for (const colorScheme of schemes) {
    await wears(writer, { theme: 'system', system: { colorScheme, forcedColors: 'active' } });
    // Told apart without any colour, too.
    await expect(writer.ghost).toHaveCSS('border-top-style', 'solid');
    await expect(writer.ghost).toHaveCSS('border-top-width', '1px');
    const ink = await has('.cm-line', 'color');
    expect(await colour()).not.toBe(ink);
    expect(await has('.cm-caret', 'background-color')).toBe(ink);
  }
});
