import { expect, test } from './fixtures.ts';

test.use({ settings: null });

const opening =
  'The ferry had stopped running in the autumn, and nobody in the town could say who had decided it. ' +
  'She stood at the rail and looked across the water to the lamps of the other bank.';

test('a writer writes, trains a voice, is continued, and finds everything again', async ({
  writer,
}) => {
  test.setTimeout(180_000);
  const { page } = writer;
  /** The text and what is suggested, as one. */
  const whole = async (): Promise<string> =>
    (await writer.shown()) + (await writer.ghost.textContent());

  await test.step('the first run says what this is', async () => {
    await expect(page.getByRole('heading', { name: /^It learns your part/ })).toBeVisible();
    await page.getByRole('button', { name: 'Start with my own pages' }).click();
    await expect(writer.text).toBeFocused();
  });

  await test.step('a paragraph is written and saved', async () => {
    await page.keyboard.type(opening);
    await writer.isSaved();
    expect(await writer.onDisk('Untitled.md')).toBe(opening);
  });

  await test.step('without a voice, Continue says how to get one', async () => {
    await writer.presses('ControlOrMeta+Enter');
    await expect(writer.messages).toContainText('Train one on your own pages');
    await writer.messages.getByRole('button', { name: 'Train a voice' }).click();
  });

  await test.step('a voice is trained on the sample', async () => {
    const voices = writer.panel('Voices');
    await voices.getByRole('button', { name: 'New voice' }).click();
    await voices.getByLabel('The sample manuscript').check();
    await expect(voices.getByText(/^[\d,]+ words in 1 text$/)).toBeVisible();
    await voices.getByLabel('Name').fill('The Quarter');
    await voices.getByText('For some minutes').click();
    await voices.getByRole('textbox', { name: 'Minutes' }).fill('0.12');
    await voices.getByText('Advanced').click();
    await voices.getByLabel('Layers').selectOption('1');
    await voices.getByLabel('Size of layer 1').fill('96');
    await voices.getByText('Learning rate', { exact: true }).click();
    await voices.getByRole('textbox', { name: 'Learning rate' }).fill('0.01');
    await voices.getByLabel('Warm-up').fill('20');
    await voices.getByRole('button', { name: 'Start training' }).click();
    await expect(voices.getByRole('heading', { name: 'The Quarter' })).toBeVisible();
    await expect(voices.locator('.ending')).toContainText('The Quarter is ready.', {
      timeout: 60_000,
    });
    await expect(voices.locator('blockquote').first()).toContainText(/\S/);
    await voices.getByRole('button', { name: 'Done' }).click();
    await expect(voices.getByText('in use here')).toBeVisible();
    await writer.closesPanel('Voices');
  });

  await test.step('a suggestion streams into the text, and is no part of it', async () => {
    await expect(writer.text).toBeFocused();
    await writer.presses('ControlOrMeta+Enter');
    await expect(writer.ghost).toHaveText(/\S/);
    const begun = (await writer.ghost.textContent())!;
    const said = await writer.hasSuggestion();
    expect(said.startsWith(begun.trimEnd())).toBe(true);
    await expect(writer.chip).toHaveText('1/3');
    expect(await writer.shown()).toBe(opening);
    expect(await writer.onDisk('Untitled.md')).toBe(opening);
  });

  await test.step('a word, a sentence and all of it are taken, and brought back', async () => {
    const together = await whole();
    await writer.presses('ControlOrMeta+ArrowRight');
    const first = await writer.shown();
    expect(first.slice(opening.length)).toMatch(/^\s*\S+$/);
    expect(await whole()).toBe(together);

    await writer.presses('ControlOrMeta+ArrowDown');
    const second = await writer.shown();
    expect(second.length).toBeGreaterThan(first.length);
    expect(together.startsWith(second)).toBe(true);

    await writer.presses('ControlOrMeta+z');
    expect(await writer.shown()).toBe(first);
    expect(await whole()).toBe(together);

    await writer.presses('Tab');
    expect(await writer.shown()).toBe(together.trimEnd());
    await expect(writer.ghost).toHaveCount(0);

    await writer.presses('ControlOrMeta+z', 'ControlOrMeta+z');
    expect(await writer.shown()).toBe(opening);
    expect(await whole()).toBe(together);
  });

  await test.step('the alternatives go round', async () => {
    const first = await writer.ghost.textContent();
    await writer.presses('Alt+]');
    await expect(writer.chip).toHaveText('2/3');
    expect(await writer.ghost.textContent()).not.toBe(first);
    await writer.presses('Alt+]', 'Alt+]');
    await expect(writer.chip).toHaveText('1/3');
    expect(await writer.ghost.textContent()).toBe(first);
    await writer.presses('Alt+[');
    await expect(writer.chip).toHaveText('3/3');
  });

  await test.step('Escape stops it and keeps what came; again, and it is gone', async () => {
    await writer.asksForMuch();
    await writer.text.focus();
    await writer.presses('ControlOrMeta+Enter');
    await expect(writer.ghost).toHaveText(/\S/);
    await writer.presses('Escape');
    const kept = await writer.hasSuggestion();
    await page.waitForTimeout(500);
    expect(await writer.ghost.textContent()).toBe(kept);
    expect(kept.split(/\s+/).length).toBeLessThan(2000);
    await writer.presses('Escape');
    await expect(writer.ghost).toHaveCount(0);
    expect(await writer.shown()).toBe(opening);
    await page.getByLabel('Length').selectOption({ label: 'Sentence' });
  });

  await test.step('the slider makes the same suggestion again, wilder or closer', async () => {
    await writer.text.focus();
    await writer.presses('ControlOrMeta+Enter');
    const middle = await writer.hasSuggestion();
    const { x, y, width, height } = (await page.locator('.slider .track').boundingBox())!;
    const drag = async (share: number): Promise<void> => {
      await page.mouse.move(x + width * share, y + height / 2, { steps: 4 });
      const level = new RegExp(`^${share * 100} of 100`);
      await expect(writer.creativity).toHaveAttribute('aria-valuetext', level);
    };
    await page.mouse.move(x + width / 2, y + height / 2);
    await page.mouse.down();
    await drag(0.9);
    await expect.poll(() => writer.ghost.textContent()).not.toBe(middle);
    // On the way there it made others.
    const wild = await writer.hasSettledSuggestion();
    await drag(0.2);
    await expect.poll(() => writer.ghost.textContent()).not.toBe(wild);
    // The seed is pinned: what was said there is said there again.
    await drag(0.9);
    await expect(writer.ghost).toHaveText(wild);
    await drag(0.2);
    await page.mouse.up();
    await writer.hasSuggestion();
    await writer.presses('ControlOrMeta+ArrowRight', 'Escape');
  });

  await test.step('after a reload everything is there', async () => {
    const text = await writer.shown();
    await writer.presses('ControlOrMeta+,');
    await writer.panel('Settings').getByText('Dark', { exact: true }).click();
    await writer.closesPanel('Settings');
    await writer.isSaved();
    expect(await writer.onDisk('Untitled.md')).toBe(text);

    await page.reload();
    await expect(writer.tab('Untitled')).toBeVisible();
    await expect(writer.text).toBeFocused();
    expect(await writer.shown()).toBe(text);
    await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
    await expect(writer.creativity).toHaveAttribute('aria-valuetext', /^20 of 100/);
    await expect(page.getByLabel('Length')).toHaveValue(/./);
    await expect(page.getByLabel('Length').locator('option:checked')).toHaveText('Sentence');
    await expect(page.getByLabel('Voice', { exact: true }).locator('option:checked')).toHaveText(
      'The Quarter',
    );
    const history = await writer.opensPanel('History');
    await expect(history.getByText('Taken').first()).toBeVisible();
    await writer.closesPanel('History');

    // The caret is where it was, so that one can go on at once.
    await page.keyboard.type(' Then');
    await writer.isSaved();
    expect(await writer.onDisk('Untitled.md')).toBe(`${text} Then`);
  });
});

test('the first try puts the sample in the library and trains a voice, which continues it', async ({
  writer,
}) => {
  test.setTimeout(240_000);
  const { page } = writer;
  const heading = page.getByRole('heading', { name: /^It learns your part/ });
  await expect(heading).toBeVisible();
  await page.getByRole('button', { name: 'Try it with the sample' }).click();

  await expect(writer.entry('The Quarter, continued')).toBeVisible();
  await expect(writer.text).toHaveAccessibleName('Text of The Quarter, continued');
  await expect(heading).toBeHidden({ timeout: 60_000 });
  const voices = writer.panel('Voices');
  await expect(voices.getByRole('progressbar', { name: 'Training of The Quarter' })).toBeVisible();
  await voices.getByRole('button', { name: 'Watch it learn' }).click();
  // Something was learned, and kept: there is a best.
  await expect(voices.locator('blockquote').first()).toContainText(/\S/, { timeout: 120_000 });
  await voices.getByRole('button', { name: 'Stop and keep the best' }).click();
  await expect(voices.locator('.ending')).toContainText('The best of The Quarter so far is kept.');
  await voices.getByRole('button', { name: 'Done' }).click();
  await expect(voices.getByText('in use here')).toBeVisible();

  const file = 'The Quarter, continued.md';
  const sample = await writer.onDisk(file);
  expect(sample).toMatch(/^# The Quarter\n/);
  await writer.text.focus();
  await writer.presses('ControlOrMeta+End', 'ControlOrMeta+Enter');
  const said = await writer.hasSuggestion();
  await writer.presses('Tab');
  await expect.poll(() => writer.onDisk(file)).toBe(sample + said.trimEnd());
});
