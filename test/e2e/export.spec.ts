import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Locator } from '@playwright/test';
import { entryText } from '../helpers/books.ts';
import { expect, test, type App } from './fixtures.ts';
import type { Writer } from './writer.ts';

test.use({
  manuscripts: {
    'Novel/2 Middle.md': '# The Middle\n\nIt was *not* the end ![x](x.png).\n',
    'Novel/10 End.md': 'The end.\n',
    'Novel/Part/1 Begin.md': 'It began.\n',
  },
});

const panelOf = ({ page }: Writer): Locator =>
  page.getByRole('region', { name: 'Export', exact: true });

/** Where the web host puts what is exported, which it says in the panel. */
async function saved(app: App, panel: Locator): Promise<Buffer> {
  await expect(panel.getByRole('status')).toContainText('Saved as ', { timeout: 30_000 });
  const said = (await panel.getByRole('status').textContent())!;
  const name = path.basename(/Saved as (.*?\.\w+)\./.exec(said)![1]!);
  const place = [path.join(app.library, 'Exports', name)].find((file) => existsSync(file));
  return readFile(place!);
}

test('a folder becomes a book, with what was just typed', async ({ app, writer }) => {
  await writer.opens('10 End');
  await writer.types('Typed now. ');
  await writer.entry('Novel').click({ button: 'right' });
  await writer.page.getByRole('menuitem', { name: 'Export…' }).click();
  const panel = panelOf(writer);
  await expect(panel.getByLabel('What')).toHaveValue('0');
  await panel.getByText('EPUB', { exact: true }).click();
  await panel.getByLabel('Author').fill('Ada Quill');
  await panel.getByRole('button', { name: 'Export', exact: true }).click();
  const book = await saved(app, panel);
  await expect(panel.getByRole('status')).toContainText('Left out: 1 image.');
  const nav = await entryText(book, 'OEBPS/nav.xhtml');
  expect(
    [...nav.matchAll(/text\/chapter[^>]*>([^<]+)/g)].map(([, title]) => title).slice(0, 3),
  ).toEqual(['1 Begin', 'The Middle', '10 End']);
  expect(await entryText(book, 'OEBPS/book.opf')).toContain('>Ada Quill</dc:creator>');
  expect(await entryText(book, 'OEBPS/text/chapter-003.xhtml')).toContain('Typed now. ');
});

test('how the last book was made is remembered', async ({ app, writer }) => {
  await writer.opens('2 Middle');
  await writer.presses('ControlOrMeta+Shift+X');
  const panel = panelOf(writer);
  await panel.getByText('Text', { exact: true }).click();
  await panel.getByRole('switch', { name: 'Title page' }).uncheck();
  await panel.getByRole('button', { name: 'Export', exact: true }).click();
  expect((await saved(app, panel)).toString()).toBe('The Middle\n\nIt was not the end .\n');
  await writer.page.reload();
  await writer.opens('10 End');
  await writer.presses('ControlOrMeta+Shift+X');
  await expect(panel.getByRole('radio', { name: 'Text' })).toBeChecked();
  await expect(panel.getByRole('switch', { name: 'Title page' })).not.toBeChecked();
});

test('what is being typed stays while settings change', async ({ app, writer }) => {
  await writer.opens('10 End');
  await writer.presses('ControlOrMeta+Shift+X');
  const author = panelOf(writer).getByLabel('Author');
  await author.pressSequentially('Ada Quill');
  await writer.presses('ControlOrMeta+Shift+Y');
  await expect
    .poll(() => readFile(path.join(app.data, 'settings.json'), 'utf8'))
    .toMatch(/"typewriter":\s*true/);
  await expect(author).toBeFocused();
  await expect(author).toHaveValue('Ada Quill');
  await author.press('Tab');
  await expect
    .poll(() => readFile(path.join(app.data, 'settings.json'), 'utf8'))
    .toMatch(/"author":\s*"Ada Quill"/);
  await expect(author).toHaveValue('Ada Quill');
});

test('a book that is stopped is not there', async ({ app, writer }) => {
  await writer.opens('10 End');
  await writer.presses('ControlOrMeta+Shift+X');
  const panel = panelOf(writer);
  await panel.getByText('PDF', { exact: true }).click();
  await panel.getByRole('button', { name: 'Export', exact: true }).click();
  await panel.getByRole('button', { name: 'Stop' }).click();
  await expect(panel.getByRole('button', { name: 'Export', exact: true })).toBeVisible({
    timeout: 30_000,
  });
  expect(existsSync(path.join(app.library, 'Exports', '10 End.pdf'))).toBe(false);
});
