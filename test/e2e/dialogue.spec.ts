import { expect, test } from './fixtures.ts';
import { enginePid } from './processes.ts';

test.use({ manuscripts: { 'Plate.md': 'They talked.' }, voices: ['Mine'] });

test('one talks with a voice, by name, and takes what was said into the document', async ({
  writer,
}) => {
  await writer.opens('Plate');
  await writer.presses('ControlOrMeta+End');
  const panel = await writer.opensPanel('Dialogue');
  await panel.getByText('Names and scene').click();
  await panel.getByLabel('Your name').fill('Anna');
  await panel.getByLabel('The voice’s name').fill('Piet');
  await panel.getByLabel('Scene').fill('On the quay, before the boat leaves.');
  await panel.getByLabel('What Anna says').fill('Will you write to me?');
  await writer.presses('Enter');
  const answer = panel.getByRole('listitem').filter({ hasText: 'Piet' });
  await expect(answer.getByRole('button', { name: 'Another try' })).toBeVisible({
    timeout: 20_000,
  });
  await expect(panel.getByLabel('What Anna says')).toBeFocused();
  const said = (await answer.locator('.text').textContent())!.trim();
  expect(said).not.toBe('');
  expect(said).not.toContain('Anna:');

  await answer.getByRole('button', { name: 'Another try' }).click();
  await expect(answer.getByText('2/2')).toBeVisible({ timeout: 20_000 });
  await answer.getByRole('button', { name: 'Try before' }).click();
  await expect(answer.locator('.text')).toHaveText(said);

  await answer.getByRole('button', { name: 'Insert into the document' }).click();
  await expect.poll(() => writer.shown()).toBe(`They talked. ${said}`);
  await writer.presses('ControlOrMeta+z');
  await panel.getByRole('button', { name: 'Insert all' }).click();
  await expect.poll(() => writer.shown()).toContain(`Anna: Will you write to me?\n\nPiet: ${said}`);

  await writer.page.reload();
  await expect(writer.panel('Dialogue').getByText('Will you write to me?')).toBeVisible();
  await writer.panel('Dialogue').getByRole('button', { name: 'Clear' }).click();
  await expect(writer.panel('Dialogue').getByText('Will you write to me?')).toHaveCount(0);
});

test('Escape stops a voice that speaks, and keeps what it said', async ({ app, writer }) => {
  await writer.opens('Plate');
  const panel = await writer.opensPanel('Dialogue');
  await expect(writer.page.getByText(/^CPU, /)).toBeVisible();
  // However quick the voice is: now it takes its time.
  const sampler = await enginePid(app.pid, 'sampler');
  process.kill(sampler, 'SIGSTOP');
  try {
    await panel.getByLabel('What You says').fill('Go on.');
    await writer.presses('Enter', 'Escape');
    await expect(panel.getByRole('button', { name: 'Say it' })).toBeVisible();
  } finally {
    process.kill(sampler, 'SIGCONT');
  }
  await expect(panel).toBeVisible();
  await expect(panel.getByText('Go on.')).toBeVisible();
});
