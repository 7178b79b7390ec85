import { expect, test } from './fixtures.ts';
import { enginePid, worksUntil } from './processes.ts';

const page1 = 'It had rained in the night, and the first lorry over the plate';
test.use({ manuscripts: { 'Plate.md': page1 }, voices: ['Mine'] });

test.beforeEach(async ({ writer }) => {
  await writer.opens('Plate');
  await writer.presses('ControlOrMeta+End');
});

test('typing what the voice says goes along with it', async ({ writer }) => {
  await writer.presses('ControlOrMeta+Enter');
  const said = await writer.hasSuggestion();
  await writer.page.keyboard.type(said.slice(0, 3));
  await expect(writer.ghost).toHaveText(said.slice(3));
  expect(await writer.shown()).toBe(page1 + said.slice(0, 3));
  await writer.presses('Tab');
  expect(await writer.shown()).toBe((page1 + said).trimEnd());
});

test('typing something else sends it away, and into the history', async ({ writer }) => {
  await writer.presses('ControlOrMeta+Enter');
  const said = await writer.hasSuggestion();
  await writer.page.keyboard.type('#');
  await expect(writer.ghost).toHaveCount(0);
  expect(await writer.shown()).toBe(`${page1}#`);
  const history = await writer.opensPanel('History');
  await expect(history.locator('.alternative', { hasText: said.trim() })).toBeVisible();
});

test('a suggestion for a text that has changed since never appears', async ({ writer }) => {
  await writer.presses('ControlOrMeta+Enter');
  await writer.page.keyboard.type(' ~');
  await writer.page.waitForTimeout(1000);
  await expect(writer.ghost).toHaveCount(0);
  expect(await writer.shown()).toBe(`${page1} ~`);
});

test('a move of the caret sends it away; without it the keys do what they always do', async ({
  writer,
}) => {
  await writer.presses('ControlOrMeta+Enter');
  await writer.hasSuggestion();
  await writer.presses('Home');
  await expect(writer.ghost).toHaveCount(0);
  await writer.presses('ControlOrMeta+ArrowRight');
  await writer.page.keyboard.type('|');
  expect(await writer.shown()).toBe(page1.replace('It', 'It|'));
});

test('a suggestion in the middle keeps the spaces right on both sides', async ({ writer }) => {
  await writer.presses('Home');
  for (let step = 0; step < 'It had'.length; step++) await writer.presses('ArrowRight');
  await writer.page.getByLabel('Length').selectOption({ label: 'Phrase' });
  await writer.text.focus();
  await writer.presses('ControlOrMeta+Enter');
  await writer.hasSuggestion();
  await writer.presses('Tab');
  const text = await writer.shown();
  expect(text).toMatch(/^It had\S* ?\S[^]*\S rained in the night/);
  expect(text).not.toMatch(/ {2}/);
});

test('again gives another one; the chip turns the alternatives', async ({ writer }) => {
  await writer.presses('ControlOrMeta+Enter');
  const first = await writer.hasSuggestion();
  await writer.presses('ControlOrMeta+Enter');
  await expect.poll(() => writer.ghost.textContent()).not.toBe(first);
  await writer.hasSuggestion();
  await expect(writer.chip).toHaveText('1/3');
  await writer.chip.click();
  await expect(writer.chip).toHaveText('2/3');
  await writer.presses('Tab');
  await expect(writer.ghost).toHaveCount(0);
});

test('the history is searched, and what was not taken is put into the text', async ({ writer }) => {
  await writer.presses('ControlOrMeta+Enter');
  const full = await writer.hasSuggestion();
  const said = full.trim();
  await writer.presses('Escape');
  const history = await writer.opensPanel('History');
  const entry = history.getByRole('listitem').first();
  await expect(entry).toContainText('Plate');
  await expect(entry).toContainText('Mine');
  await expect(entry).toContainText(/creativity 50, temperature \d\.\d\d, seed \d+/);
  await history.getByLabel('Find a suggestion').fill('zebra crossing');
  await expect(history.getByText('No suggestion has these words.')).toBeVisible();
  await history.getByLabel('Find a suggestion').fill(said.slice(0, 12));
  await expect(history.getByRole('listitem')).toHaveCount(1);
  await entry
    .locator('.alternative', { hasText: said.slice(0, 40) })
    .getByRole('button', { name: 'Insert at the caret' })
    .click();
  await expect(writer.text).toBeFocused();
  expect(await writer.shown()).toBe((page1 + full).trimEnd());
  await writer.presses('ControlOrMeta+z');
  expect(await writer.shown()).toBe(page1);
});

test('numbers are checked, and a wrong one is explained', async ({ writer }) => {
  const advanced = await writer.opensAdvanced();
  await writer.fills(advanced.getByLabel('Top-p'), '7');
  await expect(advanced.getByText('Top-p is between 0.001 and 1; you wrote 7.')).toBeVisible();
  await writer.fills(advanced.getByLabel('Top-p'), '0,9');
  await expect(advanced.getByLabel('Top-p')).toHaveValue('0.9');
  await expect(advanced.getByRole('alert')).toHaveCount(0);
  await writer.fills(advanced.getByLabel('Top-k'), '2.5');
  await expect(advanced.getByText(/^Top-k is a whole number/)).toBeVisible();
  await writer.fills(advanced.getByLabel('Top-k'), '');
  await writer.fills(advanced.getByLabel('Temperature'), 'warm');
  await expect(advanced.getByText(/^"warm" is not a number/)).toBeVisible();
  await writer.fills(advanced.getByLabel('Temperature'), '0.8');
  await expect(writer.creativity).toHaveAttribute('aria-valuetext', /temperature 0\.80$/);
  await advanced.getByRole('button', { name: 'Back to the usual' }).click();
  await expect(advanced.getByLabel('Top-p')).toHaveValue('');
});

test('with a seed of its own the same place is continued the same way', async ({ writer }) => {
  const advanced = await writer.opensAdvanced();
  await writer.fills(advanced.getByLabel('Seed'), '11');
  await writer.fills(advanced.getByLabel('Alternatives'), '1');
  await writer.presses('Escape');
  await writer.text.focus();
  await writer.presses('ControlOrMeta+Enter');
  const first = await writer.hasSuggestion();
  await expect(writer.chip).toHaveCount(0);
  await writer.presses('Escape');
  await writer.presses('ControlOrMeta+Enter');
  expect(await writer.hasSuggestion()).toBe(first);
});

test('the Stop button ends the stream and keeps what came', async ({ app, writer }) => {
  await writer.asksForMuch();
  const sampler = await enginePid(app.pid, 'sampler');
  await writer.text.focus();
  process.kill(sampler, 'SIGSTOP');
  try {
    await writer.presses('ControlOrMeta+Enter');
    await worksUntil(sampler, () => expect(writer.ghost).toHaveText(/\S/, { timeout: 100 }));
    await writer.page.getByRole('button', { name: 'Stop', exact: true }).click();
    await writer.hasSuggestion();
  } finally {
    process.kill(sampler, 'SIGCONT');
  }
  const kept = (await writer.ghost.textContent())!;
  expect(kept.split(/\s+/).length).toBeLessThan(2000);
  await writer.page.waitForTimeout(300);
  expect(await writer.ghost.textContent()).toBe(kept);
  await writer.presses('Tab');
  await expect(writer.ghost).toHaveCount(0);
  // Lines that are out of sight are not drawn, and a suggestion that begins a paragraph does not show its breaks.
  const bare = (text: string): string => text.replace(/\s+/g, '');
  await expect.poll(async () => bare(await writer.onDisk('Plate.md'))).toBe(bare(page1 + kept));
});

test('commands that take a suggestion are done from the palette', async ({ writer }) => {
  await writer.presses('ControlOrMeta+Enter');
  await writer.hasSuggestion();
  const before = await writer.shown();
  await writer.commands('Accept the next word');
  await expect.poll(() => writer.shown()).not.toBe(before);
  await expect(writer.ghost).toHaveText(/\S/);
  await writer.commands('Stop the suggestion, or put it away');
  await expect(writer.ghost).toHaveCount(0);
});

test('the keys of the slider make the suggestion again', async ({ writer }) => {
  await writer.presses('ControlOrMeta+Enter');
  const first = await writer.hasSuggestion();
  const slider = writer.page.getByRole('group', { name: 'Continue' }).getByRole('slider');
  await slider.focus();
  for (let i = 0; i < 5; i++) await writer.page.keyboard.press('PageUp');
  await expect.poll(() => writer.ghost.textContent()).not.toBe(first);
  await writer.hasSettledSuggestion();
});

test('suggestions by themselves come only when they are asked for, and can rest', async ({
  writer,
}) => {
  await writer.page.keyboard.type(' that');
  await writer.page.waitForTimeout(2000);
  await expect(writer.ghost).toHaveCount(0);
  const settings = await writer.opensPanel('Settings');
  await settings.getByRole('switch', { name: 'Suggest when I pause' }).check();
  await writer.fills(settings.getByLabel('After a pause of', { exact: true }), '300');
  await writer.closesPanel('Settings');
  await writer.page.keyboard.type(' morning');
  await writer.hasSuggestion();
  await writer.presses('Escape');
  await writer.commands('No suggestions by themselves for 10 minutes');
  await writer.types(' and');
  await writer.page.waitForTimeout(1500);
  await expect(writer.ghost).toHaveCount(0);
  await writer.page.getByRole('button', { name: 'Have them again' }).click();
  await writer.text.focus();
  await writer.page.keyboard.type(' then');
  await writer.hasSuggestion();
});

test('the suggestion is told to a screen reader once, and is no part of a copy', async ({
  writer,
}) => {
  await writer.presses('ControlOrMeta+Enter');
  const said = await writer.hasSuggestion();
  await expect(
    writer.page.getByText(said.trim(), { exact: false }).and(writer.page.locator('[aria-live]')),
  ).toHaveCount(1);
  await writer.presses('ControlOrMeta+A', 'ControlOrMeta+C', 'ArrowRight', 'Enter');
  await writer.presses('ControlOrMeta+V');
  expect(await writer.shown()).toBe(`${page1}\n${page1}`);
});
