import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from './fixtures.ts';

test.use({
  manuscripts: {
    'One.md': 'The first page.\n',
    'Two.md': 'The second page.\n',
    'Novel/Three.md': 'The third page.\n',
  },
});

test('two documents are open in tabs, each with its caret and its history', async ({ writer }) => {
  await writer.opens('One');
  await writer.presses('ControlOrMeta+End');
  await writer.page.keyboard.type('More of one.');
  await writer.opens('Two');
  await writer.page.keyboard.type('Before. ');
  await writer.tab('One').click();
  await expect(writer.text).toHaveAccessibleName('Text of One');
  await writer.text.focus();
  await writer.page.keyboard.type(' And more.');
  expect(await writer.shown()).toBe('The first page.\nMore of one. And more.');
  await writer.presses('Alt+PageDown');
  await expect(writer.text).toHaveAccessibleName('Text of Two');
  await writer.presses('ControlOrMeta+Alt+W');
  await expect(writer.tab('Two')).toHaveCount(0);
  await expect(writer.text).toHaveAccessibleName('Text of One');
  expect(await writer.onDisk('Two.md')).toBe('Before. The second page.\n');
});

for (const how of ['restart', 'crash'] as const) {
  test(`what was typed can be undone after a ${how}`, async ({ app, writer }) => {
    await writer.opens('One');
    await writer.presses('ControlOrMeta+End');
    await writer.page.keyboard.type('More.');
    await writer.presses('ArrowLeft', 'ControlOrMeta+End');
    await writer.page.keyboard.type(' And more.');
    await writer.isSaved();
    // The history is kept at rest, and at a good end.
    if (how === 'crash') await writer.page.waitForTimeout(2500);
    await app[how]();
    await expect(writer.text).toContainText('And more.');
    await writer.text.focus();
    await writer.presses('ControlOrMeta+z');
    expect(await writer.shown()).toBe('The first page.\nMore.');
    await writer.presses('ControlOrMeta+z');
    expect(await writer.shown()).toBe('The first page.\n');
    await writer.isSaved();
    expect(await writer.onDisk('One.md')).toBe('The first page.\n');
  });
}

test('a few letters switch to another document', async ({ writer }) => {
  await writer.opens('One');
  await writer.presses('ControlOrMeta+P');
  const palette = writer.page.getByRole('dialog', { name: 'Go to a document' });
  await expect(palette.getByRole('option').first()).toContainText('One');
  await writer.page.keyboard.type('thr');
  await expect(palette.getByRole('option')).toHaveCount(1);
  await writer.presses('Enter');
  await expect(writer.text).toHaveAccessibleName('Text of Three');
  await expect(writer.text).toBeFocused();
});

test('what another program wrote is shown, where nothing is unsaved', async ({ app, writer }) => {
  await writer.opens('One');
  await writeFile(path.join(app.library, 'One.md'), 'Written elsewhere.\n');
  await expect(writer.text).toContainText('Written elsewhere.');
  await writer.presses('ControlOrMeta+End');
  await writer.page.keyboard.type('Here.');
  await writer.isSaved();
  expect(await writer.onDisk('One.md')).toBe('Written elsewhere.\nHere.');
});

for (const { side, button, text, copy } of [
  {
    side: 'what is here',
    button: 'Keep what is here',
    text: 'Mine. The first page.\n',
    copy: 'Theirs.\n',
  },
  {
    side: "the file's",
    button: "Take the file's",
    text: 'Theirs.\n',
    copy: 'Mine. The first page.\n',
  },
]) {
  test(`of two changes at once, one may keep ${side}; the other stays beside it`, async ({
    app,
    writer,
  }) => {
    await writer.opens('One');
    await writer.presses('ControlOrMeta+Home');
    await writer.typesWhile('Mine. ', () =>
      writeFile(path.join(app.library, 'One.md'), 'Theirs.\n'),
    );
    await expect(writer.page.getByText('Another program changed this file')).toBeVisible();
    await writer.page.getByRole('button', { name: button }).click();
    await expect(writer.page.getByText('Another program changed this file')).toBeHidden();
    await expect.poll(() => writer.onDisk('One.md')).toBe(text);
    expect(await writer.shown()).toBe(text.trimEnd() + '\n');
    const others = (await readdir(app.library)).filter(
      (name) => name.startsWith('One') && name !== 'One.md',
    );
    expect(others).toHaveLength(1);
    expect(await writer.onDisk(others[0]!)).toBe(copy);
  });
}

test('a file that goes away is told of, and can be saved again', async ({ app, writer }) => {
  await writer.opens('Two');
  await rm(path.join(app.library, 'Two.md'));
  await expect(writer.page.getByText('gone from the disk')).toBeVisible();
  await writer.page.getByRole('button', { name: 'Save it again' }).click();
  await expect(writer.page.getByText('gone from the disk')).toBeHidden();
  expect(await writer.onDisk('Two.md')).toBe('The second page.\n');
});

test('after kill -9 not a word is lost', async ({ app, writer }) => {
  await writer.opens('One');
  await writer.presses('ControlOrMeta+End');
  await writer.page.keyboard.type('The last words before the dark.');
  // As long as a journal needs, and less than a save.
  await writer.page.waitForTimeout(250);
  await app.crash();
  await expect(writer.text).toHaveAccessibleName('Text of One');
  expect(await writer.shown()).toBe('The first page.\nThe last words before the dark.');
  const keep = writer.page.getByRole('button', { name: 'Keep the recovered text' });
  // Until the writer has chosen, nothing calls it saved.
  if (await keep.isVisible()) {
    await expect(writer.page.getByText('Not saved', { exact: true })).toBeVisible();
    await keep.click();
  }
  await writer.isSaved();
  await expect
    .poll(() => writer.onDisk('One.md'))
    .toBe('The first page.\nThe last words before the dark.');
});

test('the last letter before the page is closed is there', async ({ app, writer }) => {
  await writer.opens('One');
  await writer.presses('ControlOrMeta+End');
  await writer.page.keyboard.type('The last letter.');
  await app.restart();
  await expect(writer.text).toHaveAccessibleName('Text of One');
  expect(await writer.shown()).toBe('The first page.\nThe last letter.');
  await expect.poll(() => writer.onDisk('One.md')).toBe('The first page.\nThe last letter.');
});

test('words are found and replaced in a document', async ({ writer }) => {
  await writer.opens('One');
  await writer.presses('ControlOrMeta+H');
  const panel = writer.page.getByRole('search', { name: 'Find and replace in the text' });
  await panel.getByLabel('Find', { exact: true }).fill('page');
  await panel.getByLabel('Replace with').fill('leaf');
  await panel.getByRole('button', { name: 'Replace all' }).click();
  await writer.isSaved();
  expect(await writer.onDisk('One.md')).toBe('The first leaf.\n');
  await writer.presses('Escape');
  await expect(writer.text).toBeFocused();
});

test('a file in another form stays in it', async ({ app, writer }) => {
  await writeFile(path.join(app.library, 'Old.txt'), Buffer.from('caf\xe9\r\nnoir\r\n', 'latin1'));
  await writer.opens('Old');
  expect(await writer.shown()).toBe('café\nnoir\n');
  await writer.presses('ControlOrMeta+End');
  await writer.page.keyboard.type('fin');
  await writer.isSaved();
  expect(await readFile(path.join(app.library, 'Old.txt'), 'latin1')).toBe(
    'caf\xe9\r\nnoir\r\nfin',
  );
});

test('what is typed while the other half is gone stays on the page, and a banner says so', async ({
  app,
  host,
  writer,
}) => {
  test.skip(host !== 'web', 'In Electron the page ends with its host.');
  await writer.opens('One');
  app.problems.stayAway();
  process.kill(app.pid, 'SIGKILL');
  await expect(writer.page.getByText(/what you write stays here/)).toBeVisible();
  await writer.text.focus();
  await writer.presses('ControlOrMeta+Home');
  await writer.page.keyboard.type('Alone. ');
  expect(await writer.shown()).toContain('Alone. The first page.');
  expect(await writer.onDisk('One.md')).toBe('The first page.\n');
});
