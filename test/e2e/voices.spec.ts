import type { Locator } from '@playwright/test';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from './fixtures.ts';
import type { Writer } from './writer.ts';

const story = Array.from(
  { length: 60 },
  (_, i) =>
    `On day ${i} the boat\r\ncame back with less than it had carried out, and no one said so.`,
).join('\r\n\r\n');

test.use({ manuscripts: { 'Boats.md': story, 'Scrap.md': 'Four words are here.\n' } });

/** What one chooses for a voice that has to be there soon. By the pages it has as many looks on any machine. */
async function choosesLittle(voices: Locator, epochs: string): Promise<void> {
  await voices.getByText('For some minutes').click();
  await expect(voices.getByRole('textbox', { name: 'Minutes' })).toHaveValue('15');
  await voices.getByText('Until it is done').click();
  await voices.getByRole('textbox', { name: /^Times through the pages/ }).fill(epochs);
  await voices.getByText('Advanced').click();
  await voices.getByLabel('Layers').selectOption('1');
  await voices.getByLabel('Size of layer 1').fill('64');
}

async function startsTraining(writer: Writer, epochs: string): Promise<Locator> {
  const voices = await writer.opensPanel('Voices');
  await voices.getByRole('button', { name: 'New voice' }).click();
  await voices.getByLabel('The sample manuscript').check();
  await voices.getByLabel('Name', { exact: true }).fill('Mine');
  await choosesLittle(voices, epochs);
  await voices.getByRole('button', { name: 'Start training' }).click();
  await expect(voices.getByRole('heading', { name: 'Mine' })).toBeVisible();
  return voices;
}

test('before a training one is told what was found, cleaned, and how long it takes', async ({
  writer,
}) => {
  const voices = await writer.opensPanel('Voices');
  await voices.getByRole('button', { name: 'New voice' }).click();
  await voices.getByRole('checkbox', { name: /^Scrap/ }).check();
  await expect(voices.getByText('4 words in 1 text')).toBeVisible();
  await expect(voices.locator('.verdict.warning')).toBeVisible();

  await voices.getByRole('checkbox', { name: /^Boats/ }).check();
  await expect(voices.getByText(/in 2 texts$/)).toBeVisible();
  await expect(voices.getByText(/line ends made like the others/)).toBeVisible();
  await voices.getByText('Text by text').click();
  await expect(voices.getByRole('listitem').filter({ hasText: 'Boats.md' })).toBeVisible();
  await voices.getByLabel('The sample manuscript').check();
  await expect(voices.getByText(/^About .* on this computer/)).toBeVisible({ timeout: 20_000 });

  await voices.getByLabel('Files to learn from').setInputFiles({
    name: 'Tide.txt',
    mimeType: 'text/plain',
    buffer: Buffer.from('The tide was out. '.repeat(50)),
  });
  await expect(voices.getByText(/in 4 texts$/)).toBeVisible();
  await voices.getByRole('button', { name: 'Leave out Tide.txt' }).click();
  await expect(voices.getByText(/in 3 texts$/)).toBeVisible();
});

test('a number that is out of range is explained, and nothing starts', async ({ writer }) => {
  const voices = await writer.opensPanel('Voices');
  await voices.getByRole('button', { name: 'New voice' }).click();
  await voices.getByLabel('The sample manuscript').check();
  await voices.getByText('Advanced').click();
  await voices.getByLabel('Held back').fill('0.9');
  await expect(voices.getByText(/^Held back is 0\.9; it must be /)).toBeVisible();
  await voices.getByRole('button', { name: 'Start training' }).click();
  await expect(voices.getByText('Give the voice a name.')).toBeVisible();
  await expect(voices.getByRole('button', { name: 'Start training' })).toBeVisible();
  await voices.getByRole('button', { name: 'Back to the preset' }).click();
  await expect(voices.getByText(/^Held back is/)).toHaveCount(0);
});

test('a training shows what it writes, pauses over a restart, resumes, and keeps the best', async ({
  app,
  writer,
}) => {
  test.setTimeout(240_000);
  let voices = await startsTraining(writer, '200');
  await expect(voices.locator('blockquote').first()).toContainText(/\S/, { timeout: 90_000 });
  await expect(voices.getByRole('progressbar', { name: 'Training of Mine' })).toBeVisible();
  await expect(voices.getByText(/characters a second/)).toBeVisible();
  await voices.getByRole('button', { name: 'Pause' }).click();
  await expect(voices.getByRole('button', { name: 'Resume' })).toBeVisible();
  await expect(voices.locator('.status')).toHaveText('Paused');

  await app.restart();
  voices = await writer.opensPanel('Voices');
  await voices.getByRole('button', { name: 'Continue training' }).click();
  await expect(voices.locator('.status')).toContainText('Studying', { timeout: 60_000 });
  await expect(voices.locator('blockquote').first()).toContainText(/\S/);
  await voices.getByRole('button', { name: 'Stop and keep the best' }).click();
  await expect(voices.locator('.ending')).toContainText('The best of Mine so far is kept.');
  await voices.getByRole('button', { name: 'Done' }).click();
  await expect(voices.getByRole('heading', { name: 'Mine' })).toBeVisible();
});

test('the curves are read by keyboard, and as a table', async ({ writer }) => {
  const voices = await startsTraining(writer, '2');
  await expect(voices.locator('.ending')).toContainText('Mine is ready.', { timeout: 80_000 });
  await voices.getByText('Curves').click();
  const chart = voices.getByRole('slider', { name: /^Bits per character/ });
  await expect(chart.locator('canvas')).toBeVisible();
  const last = await chart.getAttribute('aria-valuetext');
  await chart.focus();
  await writer.presses('Home');
  await expect(chart).toHaveAttribute('aria-valuenow', '1');
  await expect(voices.locator('.readout')).toHaveText(/^Step .* bits per character/);
  await writer.presses('End');
  await expect(chart).toHaveAttribute('aria-valuetext', last!);
  await voices.getByText('As a table').click();
  const table = voices.getByRole('table', { name: 'Bits per character at each look' });
  await expect(table.getByRole('row').nth(2)).toBeVisible();
  await expect(table.getByText('best', { exact: true }).first()).toBeVisible();
});

test.describe('a voice that is there', () => {
  test.use({ voices: ['Harbour'] });

  test('has a card that says what it learned from', async ({ writer }) => {
    const voices = await writer.opensPanel('Voices');
    await voices.getByRole('button', { name: 'What it learned from' }).click();
    await expect(voices.getByText('sample-manuscript.md')).toBeVisible();
    await expect(voices.getByText('LSTM, 1 layer of 96', { exact: false })).toBeVisible();
    await expect(voices.getByText(/hesitates between about .* letters/)).toBeVisible();
  });

  test('is renamed, duplicated, and thrown away', async ({ app, writer }) => {
    const voices = await writer.opensPanel('Voices');
    const act = async (name: string, what: string): Promise<void> => {
      await voices.getByRole('button', { name: `More for ${name}`, exact: true }).click();
      await writer.page.getByRole('button', { name: what, exact: true }).click();
    };
    await act('Harbour', 'Rename');
    await writer.page.keyboard.type('Sea');
    await writer.presses('Enter');
    await expect(voices.getByRole('heading', { name: 'Sea', exact: true })).toBeVisible();
    await expect(voices.getByRole('button', { name: 'More for Sea', exact: true })).toBeFocused();
    await act('Sea', 'Duplicate');
    await expect(voices.getByText('A copy of Sea.')).toBeVisible();
    const names = voices.getByRole('listitem').getByRole('heading');
    await expect(names).toHaveCount(2);
    await act('Sea', 'Move to trash');
    await expect(voices.getByText('Move Sea to the trash?')).toBeVisible();
    await voices.getByRole('button', { name: 'Move to trash' }).click();
    await expect(voices.getByText('Sea is in the trash.')).toBeVisible();
    await expect(names).toHaveCount(1);
    expect(await readdir(path.join(app.library, '.trash'))).toEqual(['Sea.voice']);
  });

  test('is exported as one file and imported again', async ({ app, writer }) => {
    const voices = await writer.opensPanel('Voices');
    await voices.getByRole('button', { name: 'More for Harbour' }).click();
    await writer.page.getByRole('button', { name: 'Export' }).click();
    const remark = voices.getByText(/^Saved as .*\.zip\.$/);
    await expect(remark).toBeVisible();
    const told = /^Saved as (.*)\.$/.exec((await remark.textContent())!)![1]!;
    const file = told.replace(/^~/, path.dirname(app.data));
    const imports = async (name: string, buffer: Buffer): Promise<void> => {
      const choosing = writer.page.waitForEvent('filechooser');
      await voices.getByRole('button', { name: 'Import', exact: true }).click();
      await (await choosing).setFiles({ name, mimeType: 'application/zip', buffer });
    };
    await imports('Harbour again.zip', await readFile(file));
    await expect(voices.getByText(/was imported\.$/)).toBeVisible();
    await expect(voices.getByRole('listitem').getByRole('heading')).toHaveCount(2);
    await imports('No voice.zip', Buffer.from('not a zip'));
    await expect(voices.locator('.problem')).toContainText('.');
    await expect(voices.getByRole('listitem').getByRole('heading')).toHaveCount(2);
  });
});
