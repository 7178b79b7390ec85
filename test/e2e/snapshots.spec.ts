import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from './fixtures.ts';
import type { Writer } from './writer.ts';

test.use({
  manuscripts: {
    'Fog.md':
      '# Harbour\n\nThe fog came up the river before breakfast.\n\nShe wrote to him.\n\nHe did not answer.\n',
    'Other.md': 'Another page.\n',
  },
});

const comparison = ({ page }: Writer) => page.getByRole('group', { name: 'Comparison' });
const restores = ({ page }: Writer) => page.getByRole('button', { name: 'Restore all of it' });

/** Takes a snapshot with this name, and rewrites the page. */
async function rewrites(writer: Writer, name: string): Promise<void> {
  const panel = await writer.opensPanel('Snapshots');
  await panel.getByLabel('Name of the snapshot').fill(name);
  await panel.getByRole('button', { name: 'Take a snapshot' }).click();
  await expect(panel.getByRole('button', { name: new RegExp(name) })).toBeVisible();
  await writer.text.focus();
  await writer.presses('ControlOrMeta+H');
  const find = writer.page.getByRole('search', { name: 'Find and replace in the text' });
  for (const [old, now] of [
    ['fog', 'mist'],
    ['She', 'Anna'],
    ['answer', 'reply'],
  ] as const) {
    await find.getByLabel('Find', { exact: true }).fill(old);
    await find.getByLabel('Replace with').fill(now);
    await find.getByRole('button', { name: 'Replace all' }).click();
  }
  await writer.presses('Escape');
  await writer.isSaved();
}

test('a page is kept as it was, with a name, and before all is replaced', async ({ writer }) => {
  await writer.opens('Fog');
  await rewrites(writer, 'First draft');
  const panel = writer.panel('Snapshots');
  await expect(panel.getByRole('listitem')).toHaveCount(3);
  await expect(panel.getByRole('listitem').first()).toContainText('Before replacing all');
  await expect(panel.getByRole('listitem').first()).toContainText('+1 −1 words');
  await expect(panel.getByRole('listitem').last()).toContainText('First draft');
});

test('all of a snapshot comes back, and undo takes it away again', async ({ writer }) => {
  await writer.page.setViewportSize({ width: 1600, height: 900 });
  await writer.opens('Fog');
  await rewrites(writer, 'First draft');
  const panel = writer.panel('Snapshots');
  await panel.getByRole('button', { name: /First draft/ }).click();
  await expect(comparison(writer)).toContainText('1 of 3');
  await expect(writer.page.getByRole('textbox', { name: /^First draft/ })).toContainText('The fog');
  await expect(writer.page.getByRole('textbox', { name: 'Now' })).toContainText('The mist');
  await restores(writer).click();
  await expect(comparison(writer)).toContainText('No difference');
  await writer.presses('Escape');
  await expect(writer.text).toBeFocused();
  await writer.isSaved();
  expect(await writer.onDisk('Fog.md')).toContain('The fog came up');
  await expect(panel.getByRole('listitem').first()).toContainText('Before restoring');
  await writer.presses('ControlOrMeta+Z');
  await writer.isSaved();
  expect(await writer.onDisk('Fog.md')).toContain('The mist came up');
});

test('parts of a snapshot come back by keyboard alone', async ({ writer }) => {
  await writer.opens('Fog');
  await rewrites(writer, 'First draft');
  await writer
    .panel('Snapshots')
    .getByRole('button', { name: /First draft/ })
    .focus();
  await writer.presses('Enter');
  await expect(comparison(writer)).toContainText('1 of 3');
  await writer.presses('F7');
  await expect(comparison(writer)).toContainText('2 of 3');
  await writer.presses('ControlOrMeta+Enter');
  await expect(comparison(writer)).toContainText('2 of 2');
  await writer.presses('ControlOrMeta+Enter', 'ControlOrMeta+Z');
  await expect(comparison(writer)).toContainText(/of 2|2 differences/);
  await writer.presses('Escape');
  await writer.isSaved();
  expect(await writer.onDisk('Fog.md')).toBe(
    '# Harbour\n\nThe mist came up the river before breakfast.\n\nShe wrote to him.\n\nHe did not reply.\n',
  );
});

test('a snapshot gets a name, loses it, and is deleted', async ({ writer }) => {
  await writer.opens('Fog');
  await writer.commands('Take a snapshot');
  await expect(writer.messages).toContainText('The text is kept as it is now.');
  const panel = await writer.opensPanel('Snapshots');
  await panel.getByRole('button', { name: 'Give it a name' }).click();
  await panel.getByLabel('New name of the snapshot').fill('For Ned');
  await writer.presses('Enter');
  await expect(panel.getByRole('button', { name: /For Ned/ })).toBeVisible();
  await panel.getByRole('button', { name: 'Delete this snapshot' }).click();
  await panel.getByRole('button', { name: 'Keep' }).click();
  await panel.getByRole('button', { name: 'Delete this snapshot' }).click();
  await panel.getByRole('button', { name: 'Delete', exact: true }).click();
  await expect(panel.getByRole('listitem')).toHaveCount(0);
});

test('in a narrow window one text holds both', async ({ writer }) => {
  await writer.opens('Fog');
  await rewrites(writer, 'First draft');
  await writer.page.setViewportSize({ width: 480, height: 760 });
  const panel = await writer.opensPanel('Snapshots');
  await panel.getByRole('button', { name: /First draft/ }).click();
  await expect(comparison(writer)).toContainText('1 of 3');
  await expect(comparison(writer).locator('del').first()).toHaveText('fog');
  await comparison(writer).getByRole('button', { name: 'Restore this one' }).click();
  await expect(comparison(writer)).toContainText('1 of 2');
});

test('another document ends the comparison', async ({ writer }) => {
  await writer.opens('Fog');
  await rewrites(writer, 'First draft');
  await writer
    .panel('Snapshots')
    .getByRole('button', { name: /First draft/ })
    .click();
  await expect(comparison(writer)).toBeVisible();
  await writer.opens('Other');
  await expect(comparison(writer)).toHaveCount(0);
  await expect(writer.panel('Snapshots').getByRole('listitem')).toHaveCount(0);
});

test('what all snapshots take is shown in the settings', async ({ writer }) => {
  await writer.opens('Fog');
  await rewrites(writer, 'First draft');
  const settings = await writer.opensPanel('Settings');
  await expect(settings.getByText(/^3 snapshots take less than 0.1 MB now/)).toBeVisible();
});

test.describe('a million characters', () => {
  const paragraph = (n: number): string =>
    `In the year ${n} the captain came home, and said to number ${n * 7} that the fog was over.\n\n`;
  const book = Array.from({ length: 13_000 }, (_, n) => paragraph(n)).join('');
  test.use({ manuscripts: { 'Book.md': book } });

  test('are compared, with a word replaced in every line, and come back', async ({ writer }) => {
    test.setTimeout(120_000);
    await writer.opens('Book');
    await writer.commands('Take a snapshot');
    await writer.presses('ControlOrMeta+H');
    const find = writer.page.getByRole('search', { name: 'Find and replace in the text' });
    await find.getByLabel('Find', { exact: true }).fill('captain');
    await find.getByLabel('Replace with').fill('skipper');
    await find.getByRole('button', { name: 'Replace all' }).click();
    await writer.presses('Escape');
    const panel = await writer.opensPanel('Snapshots');
    await panel.getByRole('button', { name: /Taken by you/ }).click();
    await expect(comparison(writer)).toContainText('1 of 13000', { timeout: 20_000 });
    await restores(writer).click();
    await expect(comparison(writer)).toContainText('No difference', { timeout: 20_000 });
    await writer.presses('Escape');
    await writer.isSaved();
    expect((await writer.onDisk('Book.md')) === book).toBe(true);
  });
});

/** Changes here and in the file. */
async function conflict(writer: Writer, library: string, theirs: string): Promise<void> {
  await writer.opens('Fog');
  await writer.presses('ControlOrMeta+End');
  await writer.typesWhile('Mine. ', () => writeFile(path.join(library, 'Fog.md'), theirs));
  await expect(writer.page.getByText('Another program changed this file')).toBeVisible();
  await writer.page.getByRole('button', { name: 'Compare…' }).click();
}

const base =
  '# Harbour\n\nThe fog came up the river before breakfast.\n\nShe wrote to him.\n\nHe did not answer.\n';

test('two versions that changed other places are brought together', async ({ app, writer }) => {
  await conflict(writer, app.library, base.replace('The fog', 'A fog'));
  await expect(writer.page.getByText('so they are brought together')).toBeVisible();
  await writer.page.getByRole('button', { name: 'Use this text' }).click();
  await expect(comparison(writer)).toHaveCount(0);
  await writer.isSaved();
  expect(await writer.onDisk('Fog.md')).toBe(`${base.replace('The fog', 'A fog')}Mine. `);
  // Both are kept, and nothing lies beside the file.
  expect((await readdir(app.library)).sort()).toEqual(['Fog.md', 'Other.md']);
  const panel = await writer.opensPanel('Snapshots');
  await expect(panel.getByText('What stood here')).toBeVisible();
  await expect(panel.getByText('What the file held')).toBeVisible();
});

test('where both changed one sentence the writer chooses, and may write something else', async ({
  app,
  writer,
}) => {
  const { page } = writer;
  await conflict(writer, app.library, `${base}Theirs.`);
  await expect(page.getByText('1 place to choose')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Use this text' })).toBeDisabled();
  await page.getByRole('button', { name: 'Next place' }).click();
  await page.getByRole('button', { name: 'The file’s' }).click();
  await expect(page.getByText('All is chosen')).toBeVisible();
  await page.getByRole('button', { name: 'Both', exact: true }).click();
  const own = page.getByRole('textbox', { name: 'The text you will have' });
  await expect(own).toContainText('Mine. Theirs.');
  await own.press('ControlOrMeta+End');
  await page.keyboard.type(' And more.');
  await page.getByRole('button', { name: 'Use this text' }).click();
  await expect(comparison(writer)).toHaveCount(0);
  await writer.isSaved();
  expect(await writer.onDisk('Fog.md')).toBe(`${base}Mine. Theirs. And more.`);
});

test('a file that changes once more begins the comparison anew', async ({ app, writer }) => {
  const { page } = writer;
  await conflict(writer, app.library, base.replace('The fog', 'A fog'));
  await expect(page.getByRole('button', { name: 'Use this text' })).toBeEnabled();
  await writeFile(path.join(app.library, 'Fog.md'), base.replace('The fog', 'No fog'));
  await expect(writer.messages).toContainText('begins anew');
  const own = page.getByRole('textbox', { name: 'The text you will have' });
  await expect(own).toContainText('No fog came up');
  await writer.presses('Escape');
  await expect(page.getByText('Another program changed this file')).toBeVisible();
});

test.describe('after a crash before a save', () => {
  // The longest pause there is: only the journal has the words by then.
  test.use({ settings: { autosaveDelay: 1000 } });

  test('what it left is shown beside what the file holds', async ({ app, writer }) => {
    const { page } = writer;
    await writer.opens('Fog');
    await writer.presses('ControlOrMeta+End');
    await page.keyboard.insertText('The last words.');
    await page.waitForTimeout(250);
    await app.crash();
    expect(await writer.onDisk('Fog.md')).toBe(base);
    await writer.page.getByRole('button', { name: 'Compare…' }).click();
    await expect(writer.page.getByText('What was recovered and what the file holds')).toBeVisible();
    const own = writer.page.getByRole('textbox', { name: 'The text you will have' });
    await expect(own).toContainText('The last words.');
    const held = writer.page.getByRole('textbox', { name: 'What the file holds' });
    await expect(held).not.toContainText('last');
    await writer.page.getByRole('button', { name: 'Use this text' }).click();
    await expect.poll(() => writer.onDisk('Fog.md')).toBe(`${base}The last words.`);
  });
});
