import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from './fixtures.ts';

test.use({
  manuscripts: {
    'Harbour.md': '# Harbour\n\nThe lamps went out along the quay.\n',
    'Letters.md': 'She wrote to him about the lamps, and about the price of fish.\n',
    'Drafts/Winter.md': 'Snow lay on the boats.\n',
  },
});

test('the library shows folders, documents and their words', async ({ writer }) => {
  await expect(writer.entry('Drafts')).toHaveAttribute('aria-expanded', 'true');
  await expect(writer.entry('Harbour')).toHaveAccessibleName('Harbour, 8 words');
  await expect(writer.entry('Letters')).toHaveAccessibleName('Letters, 13 words');
  await expect(writer.entry('Winter')).toHaveAttribute('aria-level', '2');
});

test('a new document is there to write in at once', async ({ writer }) => {
  await writer.opens('Winter');
  await writer.library.getByRole('button', { name: 'New document' }).click();
  await expect(writer.text).toBeFocused();
  await writer.types('It began with fog.');
  await writer.isSaved();
  expect(await writer.onDisk('Drafts/Untitled.md')).toBe('It began with fog.');
  await expect(writer.entry('Untitled')).toHaveAccessibleName('Untitled, 4 words');
});

test('a new folder is named as it is made', async ({ app, writer }) => {
  await writer.library.getByRole('button', { name: 'New folder' }).click();
  await expect(writer.library.getByLabel('New name')).toBeFocused();
  await writer.page.keyboard.type('Poems');
  await writer.presses('Enter');
  await expect(writer.entry('Poems')).toBeFocused();
  expect(await readdir(app.library)).toContain('Poems');
});

test('an open document is renamed by the keyboard, and writing goes on', async ({ writer }) => {
  await writer.opens('Harbour');
  await writer.types('Tonight. ');
  await writer.entry('Harbour').focus();
  await writer.presses('F2');
  await writer.page.keyboard.type('Quay');
  await writer.presses('Enter');
  await expect(writer.entry('Quay')).toBeFocused();
  await expect(writer.tab('Quay')).toBeVisible();
  await writer.types('Still. ');
  await writer.isSaved();
  expect(await writer.onDisk('Quay.md')).toContain('Still. ');
  expect(await writer.onDisk('Quay.md')).toContain('Tonight. ');
  await expect(writer.onDisk('Harbour.md')).rejects.toThrow('ENOENT');
});

test('a name that is taken is refused in a sentence', async ({ writer }) => {
  await writer.entry('Harbour').focus();
  await writer.presses('F2');
  await writer.page.keyboard.type('Letters');
  await writer.presses('Enter');
  await expect(writer.messages).toContainText('Letters');
  expect(await writer.onDisk('Harbour.md')).toContain('along the quay');
});

test('a document is dragged into a folder, and moved out of it by its menu', async ({ writer }) => {
  await writer.opens('Harbour');
  await writer.entry('Harbour').dragTo(writer.entry('Drafts'));
  await expect(writer.entry('Harbour')).toHaveAttribute('aria-level', '2');
  expect(await writer.onDisk('Drafts/Harbour.md')).toContain('along the quay');
  await writer.types('x');
  await writer.isSaved();
  expect(await writer.onDisk('Drafts/Harbour.md')).toContain('x');

  await writer.entry('Harbour').click({ button: 'right' });
  await writer.page.getByRole('menuitem', { name: 'Move out of this folder' }).click();
  await expect(writer.entry('Harbour')).toHaveAttribute('aria-level', '1');
  expect(await writer.onDisk('Harbour.md')).toContain('x');
});

test('a document goes to the trash, and can be found there', async ({ app, writer }) => {
  await writer.opens('Letters');
  await writer.entry('Letters').focus();
  await writer.presses('Delete');
  await expect(writer.messages).toContainText('"Letters" is in the trash');
  await expect(writer.entry('Letters')).toHaveCount(0);
  await expect(writer.tab('Letters')).toHaveCount(0);
  expect(await readdir(path.join(app.library, '.trash'))).toEqual(['Letters.md']);
});

test('a search finds its words in every document and leads to them', async ({ writer }) => {
  await expect(writer.library.getByLabel('Find in all documents')).toBeVisible();
  await writer.presses('ControlOrMeta+Shift+F');
  await expect(writer.library.getByLabel('Find in all documents')).toBeFocused();
  await writer.page.keyboard.type('lamps');
  await expect(writer.library.getByText('2 places in 2 documents')).toBeVisible();
  await writer.library.getByRole('button', { name: /price of fish/ }).click();
  await expect(writer.text).toHaveAccessibleName('Text of Letters');
  await expect(writer.page.getByText('1 of 13 words')).toBeVisible();
  await writer.library.getByRole('button', { name: 'Match case' }).click();
  await writer.library.getByLabel('Find in all documents').fill('Lamps');
  await expect(writer.library.getByText('Nothing found.')).toBeVisible();
  await writer.library.getByLabel('Find in all documents').press('Escape');
  await expect(writer.entry('Letters')).toBeVisible();
});

test('files that are dropped on the library are copied into it', async ({ writer }) => {
  const dropped = await writer.page.evaluateHandle(() => {
    const data = new DataTransfer();
    data.items.add(new File(['One evening.\n'], 'Evening.md', { type: 'text/markdown' }));
    data.items.add(new File(['One morning.\n'], 'Morning.txt', { type: 'text/plain' }));
    return data;
  });
  await writer.entry('Drafts').dispatchEvent('drop', { dataTransfer: dropped });
  await expect(writer.text).toHaveAccessibleName('Text of Evening');
  await expect(writer.messages).toContainText('2 files are in the library');
  expect(await writer.onDisk('Drafts/Evening.md')).toBe('One evening.\n');
  expect(await writer.onDisk('Drafts/Morning.txt')).toBe('One morning.\n');
});

test('a Word file that is chosen becomes a document, and what it had besides is told', async ({
  writer,
}) => {
  const choosing = writer.page.waitForEvent('filechooser');
  await writer.library.getByRole('button', { name: 'Import files' }).click();
  const chooser = await choosing;
  expect(chooser.isMultiple()).toBe(true);
  await chooser.setFiles(path.join(import.meta.dirname, '../fixtures/formats/rich.docx'));
  await expect(writer.text).toHaveAccessibleName('Text of rich');
  await expect(writer.text).toContainText('It was *late*, and **very** cold—“quite” cold');
  await expect(writer.messages).toContainText('Left out: 1 image.');
  expect(await writer.onDisk('rich.md')).toContain('title: "The Harbour"');
});

test('an import that takes long shows how far it is, and makes nothing once it is stopped', async ({
  app,
  writer,
}) => {
  // Each has a thread of its own: all of them would take a minute.
  const dropped = await writer.page.evaluateHandle(() => {
    const data = new DataTransfer();
    for (let n = 0; n < 2000; n++) data.items.add(new File(['<p>Fog.</p>'], `Note ${n}.html`));
    return data;
  });
  await writer.entry('Drafts').dispatchEvent('drop', { dataTransfer: dropped });
  const underWay = writer.page.getByRole('region', { name: 'Under way' });
  await expect(underWay).toContainText(/Reading Note \d+\.html, \d+ of 2000/);
  await underWay.getByRole('button', { name: 'Stop' }).click();
  await expect(underWay).toBeHidden();
  await expect(writer.messages).toBeEmpty();
  expect(await readdir(path.join(app.library, 'Drafts'))).toEqual(['Winter.md']);
});

test('a file that cannot be read says so and makes nothing', async ({ writer }) => {
  const dropped = await writer.page.evaluateHandle(() => {
    const data = new DataTransfer();
    data.items.add(new File(['%PDF-1.7'], 'Evening.docx'));
    return data;
  });
  await writer.entry('Drafts').dispatchEvent('drop', { dataTransfer: dropped });
  await expect(writer.messages).toContainText('Evening.docx is a PDF');
  await expect(writer.entry('Evening')).toHaveCount(0);
});

test('the outline leads to a heading', async ({ writer }) => {
  await writer.opens('Harbour');
  await writer.presses('ControlOrMeta+End');
  await writer.page.keyboard.type('\n## The boats\n\nThey lay still.');
  const outline = writer.library.getByRole('navigation', { name: 'Outline' });
  await expect(outline.getByRole('button')).toHaveText(['Harbour', 'The boats']);
  await expect(outline.getByRole('button', { name: 'The boats' })).toHaveAttribute(
    'aria-current',
    'location',
  );
  await outline.getByRole('button', { name: 'Harbour' }).click();
  await expect(writer.text).toBeFocused();
  await expect(outline.getByRole('button', { name: 'Harbour' })).toHaveAttribute(
    'aria-current',
    'location',
  );
});
