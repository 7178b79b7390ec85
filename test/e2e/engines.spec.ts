import { enginePid, worksUntil } from './processes.ts';
import { expect, test } from './fixtures.ts';

const beginning = 'It had rained in the night, and the first lorry over the plate';
test.use({ manuscripts: { 'Plate.md': beginning }, voices: ['Harbour'] });

test('a sampler killed in a suggestion is shown within 2 s, and the text is untouched', async ({
  app,
  writer,
}) => {
  await writer.opens('Plate');
  await writer.presses('ControlOrMeta+End');
  await writer.asksForMuch();
  await writer.text.focus();
  await writer.presses('ControlOrMeta+Enter');
  await expect(writer.ghost).toHaveText(/\S/);
  await writer.presses('Escape');
  // Looked up before: a suggestion may be written sooner than a process is found.
  const sampler = await enginePid(app.pid, 'sampler');
  process.kill(sampler, 'SIGSTOP');
  await writer.presses('ControlOrMeta+Enter');
  await worksUntil(sampler, () => expect(writer.ghost).toHaveText(/\S/, { timeout: 100 }));
  process.kill(sampler, 'SIGKILL');
  await expect(writer.messages).toContainText('writes suggestions has stopped', { timeout: 2000 });
  expect(await writer.shown()).toBe(beginning);

  await writer.types(' went');
  await writer.isSaved();
  expect(await writer.onDisk('Plate.md')).toBe(`${beginning} went`);
  await writer.presses('ControlOrMeta+Enter');
  await writer.hasSuggestion();
});

test('a trainer killed in a training is shown within 2 s, resumes, and lets the writer write', async ({
  app,
  writer,
}) => {
  test.setTimeout(240_000);
  await writer.opens('Plate');
  await writer.presses('ControlOrMeta+End');
  const voices = await writer.opensPanel('Voices');
  await voices.getByRole('button', { name: 'New voice' }).click();
  await voices.getByLabel('The sample manuscript').check();
  await voices.getByLabel('Name', { exact: true }).fill('Second');
  // By the pages, not by the clock: on a slow machine, too, something is learned soon, and it goes on for long.
  await voices.getByRole('textbox', { name: /^Times through the pages/ }).fill('200');
  await voices.getByText('Advanced').click();
  await voices.getByLabel('Layers').selectOption('1');
  await voices.getByLabel('Size of layer 1').fill('64');
  await voices.getByRole('button', { name: 'Start training' }).click();
  // Something was learned, and kept.
  await expect(voices.locator('blockquote').first()).toContainText(/\S/, { timeout: 90_000 });
  const first = await enginePid(app.pid, 'trainer');
  process.kill(first, 'SIGKILL');
  await expect(
    voices.getByText('The training stopped unexpectedly and went on from its last checkpoint.'),
  ).toBeVisible({ timeout: 2000 });
  await writer.types(' went by');
  await writer.isSaved();
  expect(await writer.onDisk('Plate.md')).toBe(`${beginning} went by`);
  await expect(voices.locator('.status')).toContainText('Studying', { timeout: 60_000 });
  expect(await enginePid(app.pid, 'trainer')).not.toBe(first);
  await writer.presses('ControlOrMeta+Enter');
  await writer.hasSuggestion();
  await voices.getByRole('button', { name: 'Stop and keep the best' }).click();
  await expect(voices.locator('.ending')).toContainText('The best of Second so far is kept.');
});

test('without its host the page says so, and goes on where it was', async ({ writer, app }) => {
  await writer.opens('Plate');
  await writer.presses('ControlOrMeta+End');
  await app.problems.whileAway(async () => {
    process.kill(app.pid, 'SIGSTOP');
    await writer.page.keyboard.type(' went');
    process.kill(app.pid, 'SIGCONT');
    await writer.isSaved();
  });
  expect(await writer.onDisk('Plate.md')).toBe(`${beginning} went`);
});
