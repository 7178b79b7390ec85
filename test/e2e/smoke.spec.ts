import { expect, test } from './fixtures.ts';

test.use({ settings: null });

test('the page opens, by name, with nothing in the console', async ({ page }) => {
  await expect(page).toHaveTitle(/Understudy/);
  await expect(page.locator('body')).not.toBeEmpty();
  await expect(page.getByRole('main')).toBeVisible();
});

test('a violation of the policy and an error are noticed by the tests themselves', async ({
  app,
}) => {
  await app.page.evaluate(
    `(() => {
      const image = document.createElement('img');
      image.src = 'https://elsewhere.invalid/x.png';
      document.body.append(image);
      setTimeout(() => { throw new Error('on purpose'); });
    })()`,
  );
  await expect
    .poll(() => app.problems.list.join('\n'))
    .toMatch(/(?=[^]*Policy: img-src)(?=[^]*on purpose)/);
  app.problems.list.length = 0;
});

test('after quitting and after a crash it opens again', async ({ app }) => {
  await expect(app.page.getByRole('main')).toBeVisible();
  const second = await app.restart();
  await expect(second.getByRole('main')).toBeVisible();
  const third = await app.crash();
  await expect(third.getByRole('main')).toBeVisible();
});
