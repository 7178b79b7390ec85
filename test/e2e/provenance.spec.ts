import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { countWords } from '../../src/shared/words.ts';
import { expect, test } from './fixtures.ts';
import type { Writer } from './writer.ts';

const page1 = 'It had rained in the night, and the plate was wet.';

test.use({ manuscripts: { 'Plate.md': page1, 'Notes.md': 'Notes.\n' }, voices: ['Mine'] });

/** What is shown as suggested, joined. */
const suggested = async ({ page }: Writer): Promise<string> =>
  (await page.locator('.cm-suggested').allTextContents()).join('');

const oneLine = (text: string): string => text.replaceAll('\n', '');

/** Takes a suggestion at the end of the text; gives it. */
async function takes(writer: Writer): Promise<string> {
  await writer.presses('ControlOrMeta+End', 'ControlOrMeta+Enter');
  const said = await writer.hasSuggestion();
  await writer.presses('Tab');
  return said;
}

test.beforeEach(async ({ writer }) => {
  await writer.opens('Plate');
  // All of it is in view.
  await writer.page.getByLabel('Length').selectOption({ label: 'Phrase' });
  await writer.text.focus();
});

test('suggested text stays marked through edits, moves and a restart', async ({ app, writer }) => {
  const whole = await takes(writer);
  const said = oneLine(whole);
  await expect(writer.page.locator('.cm-suggested')).toHaveCount(0);
  await writer.commands('Show suggested text');
  await expect.poll(() => suggested(writer)).toBe(said);
  await writer.types(' So it was.');
  expect(await suggested(writer)).toBe(said);

  // Into the middle of it.
  await writer.presses('ControlOrMeta+End');
  for (let i = 0; i < ' So it was.'.length + 3; i++) await writer.presses('ArrowLeft');
  await writer.page.keyboard.type('XYZ');
  expect(await suggested(writer)).toBe(said);
  await writer.presses('ControlOrMeta+z');
  expect(await writer.shown()).toBe(`${page1}${whole} So it was.`);

  // All of it into another document, and back.
  await writer.presses('ControlOrMeta+a', 'ControlOrMeta+x');
  await expect(writer.page.locator('.cm-suggested')).toHaveCount(0);
  await writer.opens('Notes');
  await writer.presses('ControlOrMeta+End', 'ControlOrMeta+v');
  expect(await suggested(writer)).toBe(said);
  await writer.presses('ControlOrMeta+z');
  await writer.opens('Plate');
  await writer.presses('ControlOrMeta+v');
  expect(await suggested(writer)).toBe(said);
  await writer.isSaved();

  await app.restart();
  await writer.opens('Plate');
  await expect.poll(() => suggested(writer)).toBe(said);
  expect(await writer.onDisk('Plate.md')).toBe(`${page1}${whole} So it was.`);
  const sidecar = JSON.parse(await writer.onDisk('.Plate.md.understudy.json')) as {
    readonly quotes: readonly { readonly text: string }[];
  };
  expect(sidecar.quotes.map(({ text }) => text)).toEqual([whole]);
  await writer.page.reload();
  await expect.poll(() => suggested(writer)).toBe(said);
});

test('what a snapshot brings back is marked as it was', async ({ writer }) => {
  const said = oneLine(await takes(writer));
  await writer.commands('Show suggested text');
  await expect.poll(() => suggested(writer)).toBe(said);
  const panel = await writer.opensPanel('Snapshots');
  await panel.getByLabel('Name of the snapshot').fill('Whole');
  await panel.getByRole('button', { name: 'Take a snapshot' }).click();
  await expect(panel.getByRole('button', { name: /Whole/ })).toBeVisible();
  await writer.text.focus();
  await writer.presses('ControlOrMeta+a');
  // What the writer typed themselves stays theirs, where the snapshot has it too: here that is nothing.
  await writer.page.keyboard.type('Gone');
  await expect(writer.page.locator('.cm-suggested')).toHaveCount(0);
  await panel.getByRole('button', { name: /Whole/ }).click();
  await writer.page.getByRole('button', { name: 'Restore all of it' }).click();
  await writer.presses('Escape');
  await expect.poll(() => suggested(writer)).toBe(said);
});

test('undo takes the mark away with the text, and redo brings both back', async ({ writer }) => {
  await writer.commands('Show suggested text');
  const said = oneLine(await takes(writer));
  await writer.presses('ControlOrMeta+z');
  await expect(writer.page.locator('.cm-suggested')).toHaveCount(0);
  await writer.presses('ControlOrMeta+y');
  expect(await suggested(writer)).toBe(said);
});

test('the status line tells how much is suggested and, at the caret, by whom', async ({
  writer,
}) => {
  const { page } = writer;
  await expect(page.getByRole('button', { name: /suggested$/ })).toHaveCount(0);
  const said = await takes(writer);
  const words = countWords(await writer.shown());
  const share = Math.round((100 * countWords(said)) / words);
  await page.mouse.move(600, 300);
  await page.mouse.move(640, 340);
  await page.getByRole('button', { name: `${share} % suggested` }).click();
  const popover = page.getByRole('dialog', { name: 'Suggested text' });
  await expect(popover).toContainText(`${countWords(said)} of ${words} words stand`);
  await popover.getByRole('switch', { name: 'Show suggested text' }).check();
  await writer.presses('Escape');
  await writer.text.focus();
  await writer.presses('ControlOrMeta+End');
  await expect(page.getByRole('button', { name: 'Suggested by Mine' })).toBeVisible();
  await expect(page.locator('.cm-unseen[aria-live]')).toContainText(/^Suggested by Mine, /);
  await writer.presses('ControlOrMeta+Home');
  await expect(page.getByRole('button', { name: `${share} % suggested` })).toBeVisible();
  await page.locator('.cm-suggested').first().hover();
  await expect(page.locator('.cm-whose')).toHaveText(/^Suggested by Mine, /);
});

test('the disclosure report has the numbers of the text, as a document and as a page', async ({
  app,
  writer,
}) => {
  const { page } = writer;
  const said = await takes(writer);
  // A word of it is the writer's now.
  await writer.presses('ControlOrMeta+End', 'ControlOrMeta+Shift+ArrowLeft');
  await page.keyboard.type('mine');
  const words = countWords(await writer.shown());
  const taken = countWords(said);
  await writer.commands('Disclosure report…');
  const dialog = page.getByRole('dialog', { name: 'Disclosure report' });
  const row = (name: string) => dialog.locator('dl > div', { hasText: name }).locator('dd');
  await expect(row('Words in all')).toHaveText(String(words));
  await expect(row('Suggested and kept')).toHaveText(String(taken - 1));
  await expect(row('Suggested, then edited by you')).toHaveText('1');
  await expect(dialog.getByRole('textbox')).toHaveValue(
    new RegExp(`^“Plate” has ${words} words\\. ${taken - 1} of them`),
  );
  await dialog.getByText('HTML, to read or print').click();
  await dialog.getByRole('switch', { name: 'List every suggested passage' }).check();
  await dialog.getByRole('button', { name: 'Save…' }).click();
  await expect(writer.messages).toContainText('Disclosure of Plate.html');
  const html = await readFile(
    path.join(app.library, 'Exports', 'Disclosure of Plate.html'),
    'utf8',
  );
  expect(html).toContain(`<th scope="row">Suggested and kept</th><td>${taken - 1}</td>`);

  await writer.text.focus();
  await writer.commands('Disclosure report…');
  await dialog.getByText('The library').click();
  await expect(row('Words in all')).toHaveText(String(words + 1));
  await dialog.getByRole('button', { name: 'Open as a document' }).click();
  await expect(writer.text).toHaveAccessibleName('Text of Disclosure of library');
  expect(await writer.shown()).toContain(`| Suggested and kept | ${taken - 1} |`);
});
