import { expect, test } from './fixtures.ts';

test.use({ manuscripts: { 'One.md': 'The first page.' } });

test.beforeEach(async ({ writer }) => {
  await writer.opens('One');
  await writer.presses('ControlOrMeta+End');
});

test('the look changes at once and stays', async ({ app, writer }) => {
  const settings = await writer.opensPanel('Settings');
  const paper = (): Promise<string> =>
    writer.page
      .getByRole('main')
      .evaluate((main) => getComputedStyle(main.parentElement!).backgroundColor);
  const face = (): Promise<string> =>
    writer.text.evaluate((element) => getComputedStyle(element).fontFamily);
  const papers = new Set<string>();
  for (const theme of ['Light', 'Dark', 'Contrast']) {
    await settings.getByText(theme, { exact: true }).click();
    await expect(writer.page.locator('html')).toHaveAttribute('data-theme', theme.toLowerCase());
    papers.add(await paper());
  }
  expect(papers.size).toBe(3);
  await writer.fills(settings.getByLabel('Size of the type'), '24');
  await expect(writer.text).toHaveCSS('font-size', '24px');
  const before = await face();
  await settings.getByText('Source Serif', { exact: true }).click();
  await expect.poll(face).not.toBe(before);
  const chosen = await face();
  await writer.fills(settings.getByLabel('Line height'), '9');
  await expect(settings.getByText(/^Line height is between 1\.2 and 2\.4/)).toBeVisible();
  await app.restart();
  await expect(writer.page.locator('html')).toHaveAttribute('data-theme', 'contrast');
  const { fontSize } = await writer.text.evaluate((element) => getComputedStyle(element));
  expect(Number.parseFloat(fontSize)).toBeGreaterThan(20);
  expect(await face()).toBe(chosen);
});

test('quotes and dashes are smart until they are switched off', async ({ writer }) => {
  await writer.page.keyboard.type(' "Yes" -- no');
  expect(await writer.shown()).toMatch(/ “Yes” ?[–—] ?no$/);
  const settings = await writer.opensPanel('Settings');
  await settings.getByRole('switch', { name: 'Smart quotes and dashes' }).uncheck();
  await writer.closesPanel('Settings');
  await writer.page.keyboard.type(' "No" --');
  expect(await writer.shown()).toMatch(/ "No" --$/);
});

test('who checks the spelling is said, as long as someone does', async ({ host, writer }) => {
  test.skip(host !== 'web', 'on Electron it depends on the system');
  const settings = await writer.opensPanel('Settings');
  const said = settings.getByText('Your browser checks spelling', { exact: false });
  await expect(said).toBeVisible();
  await settings.getByRole('switch', { name: 'Check spelling' }).uncheck();
  await expect(said).toBeHidden();
  await expect(writer.text).toHaveAttribute('spellcheck', 'false');
});

test('a key is changed; one that is taken is told of, and the usual one comes back', async ({
  writer,
}) => {
  const settings = await writer.opensPanel('Settings');
  const bold = settings.getByRole('button', { name: /^Strong/ });
  await bold.click();
  await expect(bold).toHaveAccessibleName('Strong Press a key');
  await writer.presses('ControlOrMeta+I');
  await expect(bold).toHaveAccessibleName('Strong Ctrl+I');
  await expect(
    settings.getByText('"Emphasis" has this key too; choose another for one of them.'),
  ).toBeVisible();
  await bold.click();
  await writer.presses('ControlOrMeta+Shift+B');
  await expect(bold).toHaveAccessibleName('Strong Ctrl+Shift+B');
  await expect(settings.getByText('has this key too', { exact: false })).toHaveCount(0);
  await writer.closesPanel('Settings');
  await writer.presses('ControlOrMeta+Shift+ArrowLeft');
  await writer.presses('ControlOrMeta+Shift+B');
  await expect.poll(() => writer.shown()).toContain('**');

  const again = await writer.opensPanel('Settings');
  await again.getByRole('button', { name: 'The usual key for Strong' }).click();
  await expect(bold).toHaveAccessibleName('Strong Ctrl+B');
});

test('a command of the page gets another key, and hears the old one no more', async ({
  writer,
}) => {
  const settings = await writer.opensPanel('Settings');
  const button = settings.getByRole('button', { name: /^History of suggestions/ });
  await button.click();
  await writer.presses('Alt+Shift+H');
  await expect(button).toHaveAccessibleName('History of suggestions Alt+Shift+H');
  await writer.closesPanel('Settings');
  await writer.presses('ControlOrMeta+Alt+Y');
  await expect(writer.panel('History')).toHaveCount(0);
  await writer.presses('Alt+Shift+H');
  await expect(writer.panel('History')).toBeVisible();
});

test('a language that is none is told of', async ({ writer }) => {
  const settings = await writer.opensPanel('Settings');
  await writer.fills(settings.getByLabel('Language of the text'), 'english please');
  await expect(settings.getByRole('alert')).toBeVisible();
  await writer.fills(settings.getByLabel('Language of the text'), 'en-GB');
  await expect(settings.getByRole('alert')).toHaveCount(0);
  await expect(writer.text).toHaveAttribute('lang', 'en-GB');
});

test('what voices are trained on is chosen among what is here, and the rest says why not', async ({
  app,
  writer,
}) => {
  const settings = await writer.opensPanel('Settings');
  await expect(settings.getByText(/^Processor: CPU, .* threads?\.$/)).toBeVisible();
  await expect(settings.getByText(/^NVIDIA GPU by CUDA(: | is not here\. )/)).toBeVisible();
  await expect(settings.getByText(/^GPU by WebGPU(: | is not here\. )/)).toBeVisible();
  const device = settings.getByLabel('Train voices on');
  await expect(device).toHaveValue('0');
  const missing = device.getByRole('option', { name: /\(not here\)$/ });
  for (const option of await missing.all()) await expect(option).toBeDisabled();
  await device.selectOption('Processor');
  await app.restart();
  const again = await writer.opensPanel('Settings');
  await expect(again.getByLabel('Train voices on')).toHaveValue('1');
});

test('goals count what one writes oneself', async ({ app, writer }) => {
  const settings = await writer.opensPanel('Settings');
  await writer.fills(settings.getByLabel('Words a day'), '4');
  await writer.fills(settings.getByLabel('Words a session'), '8');
  await writer.fills(settings.getByLabel('Length of the library'), '0');
  await expect(settings.getByText(/^Length of the library is between 1 and/)).toBeVisible();
  await writer.fills(settings.getByLabel('Length of the library'), '14');
  await writer.closesPanel('Settings');
  await writer.page.keyboard.type(' And two more words.');
  const ring = (name: string) => app.page.getByRole('img', { name });
  await expect(ring('4 of 4 words today')).toBeVisible();
  await expect(ring('4 of 8 words this session')).toBeVisible();
  await expect(ring('7 of 14 words in the library')).toBeVisible();
  await app.restart();
  await expect(ring('7 of 14 words in the library')).toBeVisible();
  await expect(ring('0 of 8 words this session')).toBeVisible();
});
