import { catalogueTitles } from './catalogue.ts';
import { expect, test } from './fixtures.ts';

test.use({
  manuscripts: { 'One.md': 'The first page.', 'Two.md': '# Two\n\nThe second page.' },
  voices: ['Mine'],
});

test('the palette finds a command by a part of its name, and names its key', async ({ writer }) => {
  await writer.opens('One');
  await writer.presses('ControlOrMeta+K');
  const palette = writer.page.getByRole('dialog', { name: 'All commands' });
  await palette.getByRole('combobox').fill('typew');
  await expect(palette.getByRole('option')).toHaveCount(1);
  await expect(palette.getByRole('option')).toContainText('Ctrl+Shift+Y');
  await palette.getByRole('combobox').fill('qqq');
  await expect(palette.getByText('There is no such command.')).toBeVisible();
  await writer.presses('Escape');
  await expect(palette).toHaveCount(0);
  await expect(writer.text).toBeFocused();
});

test('the palette has every command that can be done, and each can be run', async ({ writer }) => {
  test.setTimeout(180_000);
  await writer.opens('Two');
  await writer.opens('One');
  await writer.presses('ControlOrMeta+P', 'Escape');
  const palette = writer.page.getByRole('dialog', { name: 'All commands' });
  const options = palette.locator('[role=option] .title');
  await writer.presses('ControlOrMeta+Shift+P');
  const titles = await options.allTextContents();
  await writer.presses('Escape');
  expect(titles).toEqual(catalogueTitles);
  // What takes the document away comes last.
  const last = ['Move this document to the trash', 'Close this document', 'Welcome'];
  for (const title of [...titles.filter((title) => !last.includes(title)), ...last]) {
    await writer.presses('ControlOrMeta+Shift+P');
    await palette.getByRole('combobox').fill(title);
    await options.getByText(title, { exact: true }).click();
    if (/^(New folder|Rename .*)$/.test(title))
      await expect(writer.library.getByLabel('New name')).toBeFocused();
    if (/^(Go to a document|New folder|Rename .*|Disclosure report…|Export as .*)$/.test(title))
      await writer.presses('Escape');
    await expect(palette).toHaveCount(0);
  }
  await expect(writer.page.getByRole('heading', { name: /^It learns your part/ })).toBeVisible();
});

test('commands do what they say', async ({ writer }) => {
  await writer.opens('One');
  await writer.commands('Theme: dark');
  await expect(writer.page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await writer.commands('Library and outline');
  await expect(writer.library).toHaveCount(0);
  await writer.commands('Talk with a voice');
  await expect(writer.panel('Dialogue')).toBeVisible();
  await writer.commands('Back to the text');
  await writer.presses('ControlOrMeta+A');
  await writer.commands('Heading');
  await expect.poll(() => writer.shown()).toMatch(/^# /);
  await writer.commands('Undo');
  await expect.poll(() => writer.shown()).toBe('The first page.');
  await writer.commands('Continue this paragraph');
  await writer.hasSuggestion();
  await writer.commands('Accept the suggestion');
  await expect(writer.ghost).toHaveCount(0);
  await writer.commands('Train a new voice');
  await expect(writer.panel('Voices').getByRole('heading', { name: 'A new voice' })).toBeFocused();
  await writer.commands('Rename this document');
  await writer.page.keyboard.type('First');
  await writer.presses('Enter');
  await expect(writer.text).toHaveAccessibleName('Text of First');
  // The palette offers what can be done when it opens, and a file is moved once the library lists it.
  await expect(writer.entry('First')).toBeVisible();
  await writer.commands('Move this document to the trash');
  await expect(writer.messages).toContainText('"First" is in the trash');
  await expect(writer.tab('First')).toHaveCount(0);
});

test('Escape closes a menu, and leaves the panel that it is in', async ({ writer }) => {
  await writer.opens('One');
  const voices = await writer.opensPanel('Voices');
  await voices.getByRole('button', { name: 'More for Mine' }).click();
  await expect(voices.getByRole('dialog', { name: 'More for Mine' })).toBeVisible();
  await writer.presses('Escape');
  await expect(voices.getByRole('dialog')).toHaveCount(0);
  await expect(voices).toBeVisible();
  await writer.presses('Escape');
  await expect(voices).toHaveCount(0);
  await writer.entry('Two').click({ button: 'right' });
  await expect(writer.page.getByRole('menu')).toBeVisible();
  await writer.presses('Escape');
  await expect(writer.page.getByRole('menu')).toHaveCount(0);
  await expect(writer.entry('Two')).toBeFocused();
});

test('a reload key does not throw the page away', async ({ writer }) => {
  await writer.opens('One');
  await writer.page.evaluate('window.mark = true');
  await writer.presses('ControlOrMeta+r', 'F5');
  expect(await writer.page.evaluate('window.mark')).toBe(true);
});

test('a text from right to left is written from right to left', async ({ writer }) => {
  await writer.opens('One');
  await writer.presses('ControlOrMeta+A');
  await writer.page.keyboard.insertText('שלום עולם');
  await expect
    .poll(() =>
      writer.text
        .locator('.cm-line')
        .first()
        .evaluate((line) => getComputedStyle(line).direction),
    )
    .toBe('rtl');
});

test.describe('in a narrow window', () => {
  test.beforeEach(async ({ page }) => page.setViewportSize({ width: 420, height: 740 }));

  test('the text has the room, and everything else comes over it', async ({ writer }) => {
    const { page } = writer;
    const nothingIsCut = async (): Promise<void> =>
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(420);
    await page.getByRole('button', { name: 'Library' }).click();
    await writer.entry('One').click();
    await expect(writer.library).toHaveCount(0);
    await writer.text.click();
    await writer.presses('ControlOrMeta+End');
    await writer.presses('ControlOrMeta+Enter');
    await writer.hasSuggestion();
    await writer.presses('Tab');
    await nothingIsCut();
    for (const name of ['Voices', 'Dialogue', 'History', 'Settings'] as const) {
      await writer.opensPanel(name);
      await nothingIsCut();
      await writer.closesPanel(name);
      await expect(writer.text).toBeFocused();
    }
    await expect(writer.creativity).toBeInViewport();
    await expect(page.getByRole('button', { name: 'Continue', exact: true })).toBeInViewport();
    await page.getByRole('button', { name: 'One' }).click();
    await expect(page.getByRole('dialog', { name: 'Go to a document' })).toBeVisible();
  });
});

test('the palette keeps the keyboard, whatever opens behind it', async ({ writer }) => {
  await writer.opens('One');
  const palette = writer.page.getByRole('dialog', { name: 'All commands' });
  for (let round = 0; round < 5; round++) {
    // The new document and its name come while the palette opens.
    await writer.presses('ControlOrMeta+N', 'ControlOrMeta+Shift+P');
    await expect(palette.getByRole('combobox')).toBeFocused();
    await writer.page.waitForTimeout(300);
    await expect(palette.getByRole('combobox')).toBeFocused();
    await writer.presses('Escape');
    await expect(palette).toHaveCount(0);
  }
});

test('a shortcut is heard while a name is typed in the library', async ({ writer }) => {
  await writer.opens('One');
  await writer.commands('New folder');
  await expect(writer.library.getByLabel('New name')).toBeFocused();
  await writer.presses('ControlOrMeta+Shift+P');
  await expect(writer.page.getByRole('dialog', { name: 'All commands' })).toBeVisible();
});

test('coming back to the text finds the caret where it was, however busy the page is', async ({
  page,
  writer,
}) => {
  await writer.opens('One');
  await writer.presses('ControlOrMeta+End');
  await writer.asksForMuch();
  // The browser tells of the caret that it puts at the start only when this is done.
  await page.evaluate(() => {
    document.addEventListener('focusin', () => {
      const until = performance.now() + 400;
      while (performance.now() < until);
    });
  });
  await writer.text.focus();
  await page.waitForTimeout(100);
  await page.keyboard.type('Here.');
  await expect.poll(() => writer.shown()).toMatch(/Here\.$/);
});
