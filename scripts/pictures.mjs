// Makes resources/pictures/*.png, the pictures of README.md: the real app, continued by a voice that has
// read the sample manuscript for two minutes. Run by hand: npm run pictures -- --keep FOLDER
// What a voice writes depends on how far it came in its two minutes: --list N shows the suggestions of N
// seeds and takes no more pictures, --seed N takes them with that one.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { defaultSettings } from '../src/shared/api/index.ts';
import { sampleRecipe } from '../src/shared/sample-recipe.ts';
import { Problems } from '../test/e2e/problems.ts';
import { webRoom } from '../test/e2e/web-host.ts';

/** @typedef {import('@playwright/test').Page} Page */

const root = path.resolve(import.meta.dirname, '..');
const pictures = path.join(root, 'resources', 'pictures');
const voice = 'The Quarter';
const draft = 'A Second Campaign';
const draftText = `# ${draft}

The frost came early that year, and it came up out of the ground. I had the stove lit by five, and the plate brushed, and I balanced her, and wrote it in the book with the time.

“You’re late,” said the box.

“I’m not late, Cyril. It is the dark that’s early.”

“That’s freezing over here.”

He always told me so, as if I might have had some other weather of my own. I hung the handle on its hook and looked out through the hatch. The first lorry was standing on the drove with its lights on, and I could hear the driver, and`;

/** As the first run learns it, but for two minutes. */
const { network, training } = sampleRecipe;
const numbers = {
  'Size of layer 1': network?.layers?.[0],
  'Size of layer 2': network?.layers?.[1],
  'Dropout, input': training?.dropoutIn,
  'Dropout, between layers': training?.dropoutBetween,
  'Dropout, output': training?.dropoutOut,
  'Learning rate': training?.rate,
  Batch: training?.batch,
  Window: training?.window,
};

const { values } = parseArgs({
  options: {
    keep: { type: 'string' },
    list: { type: 'string' },
    seed: { type: 'string', default: '29' },
    creativity: { type: 'string', default: '30' },
  },
});

/** A library of two works: the sample by chapters, and the draft. @param {string} library */
async function fill(library) {
  const sample = await readFile(path.join(root, 'resources/sample-manuscript.md'), 'utf8');
  const chapters = sample.split(/^(?=## )/m).slice(1);
  await mkdir(path.join(library, voice), { recursive: true });
  for (const [i, chapter] of chapters.entries()) {
    const title = /^## (.+)$/m.exec(chapter)?.[1] ?? 'Untitled';
    await writeFile(path.join(library, voice, `${i + 1} ${title}.md`), chapter.slice(1));
  }
  await writeFile(path.join(library, `${draft}.md`), draftText);
}

/** Takes a picture, with few colours. @param {Page} page @param {string} name */
async function take(page, name) {
  const file = path.join(pictures, `${name}.png`);
  await page.screenshot({ path: file, animations: 'disabled' });
  const args = ['--force', '--skip-if-larger', '--strip', '--speed', '1', '--output', file];
  const { error } = spawnSync('pngquant', [...args, '256', file], { stdio: 'inherit' });
  if (error) console.warn(`pngquant is not there: ${name}.png stays large.`);
  console.log(`resources/pictures/${name}.png: ${Math.ceil((await stat(file)).size / 1000)} KB`);
}

/** Trains the voice in the app, and takes a picture on the way. @param {Page} page */
async function train(page) {
  await page.getByRole('navigation', { name: 'Panels' }).getByLabel('Voices').click();
  const panel = page.getByRole('region', { name: 'Voices', exact: true });
  await panel.getByRole('button', { name: 'New voice' }).click();
  await panel.getByLabel('The sample manuscript').check();
  await panel.getByText(/^[\d,]+ words in 1 text$/).waitFor();
  await panel.getByLabel('Name').fill(voice);
  await panel.getByText('For some minutes').click();
  await panel.getByRole('textbox', { name: 'Minutes' }).fill('2');
  await panel.getByText('Advanced').click();
  await panel.getByLabel('Layers').selectOption('2');
  for (const fold of ['Forgetting', 'Learning rate', 'Pace']) {
    await panel.getByText(fold, { exact: true }).first().click();
  }
  for (const [label, value] of Object.entries(numbers)) {
    await panel.getByRole('textbox', { name: label, exact: true }).fill(String(value));
  }
  await panel.getByRole('button', { name: 'Start training' }).click();
  await panel.getByText(/^(7|8)\d %$/).waitFor({ timeout: 240_000 });
  await panel.getByRole('heading', { name: voice }).scrollIntoViewIfNeeded();
  await take(page, 'training');
  await panel.locator('.ending').waitFor({ timeout: 120_000 });
  await panel.getByRole('button', { name: 'Done' }).click();
  await panel.getByRole('button', { name: 'Close Voices' }).click();
  await page.getByRole('button', { name: 'Close this message' }).click();
}

/** Opens the draft and gives the suggestion of a seed. @param {Page} page @param {string} seed */
async function suggest(page, seed) {
  const dialog = page.getByRole('dialog', { name: 'How suggestions are made' });
  await page.getByRole('button', { name: 'How suggestions are made' }).click();
  const chosen = { Creativity: values.creativity, Seed: seed };
  for (const [label, value] of Object.entries(chosen)) {
    const field = dialog.getByLabel(label, { exact: true });
    await field.fill(value);
    await field.press('Tab');
  }
  await page.keyboard.press('Escape');
  await page.getByRole('textbox', { name: `Text of ${draft}` }).focus();
  await page.keyboard.press('Escape');
  await page.keyboard.press('ControlOrMeta+End');
  await page.keyboard.press('ControlOrMeta+Enter');
  const ghost = page.locator('.cm-ghost:not(.cm-ghost-streaming) .cm-ghost-text');
  await ghost.waitFor({ timeout: 20_000 });
  return (await ghost.textContent()) ?? '';
}

const folder = values.keep ?? (await mkdtemp(path.join(tmpdir(), 'understudy-pictures-')));
// The app shows where the library is, with the home shortened to ~.
process.env['HOME'] = folder;
const library = path.join(folder, 'Documents', 'Understudy');
const data = path.join(folder, 'data');
await mkdir(data, { recursive: true });
await mkdir(pictures, { recursive: true });
await fill(library);
await writeFile(
  path.join(data, 'settings.json'),
  JSON.stringify({ ...defaultSettings, welcomed: true, spellcheck: false }),
);

const problems = new Problems();
const room = await webRoom({ library, data }, problems);
try {
  const browser = room.page.context().browser();
  if (browser === null) throw new Error('The browser is gone.');
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    deviceScaleFactor: 1.5,
    colorScheme: 'light',
    storageState: await room.page.context().storageState(),
  });
  const page = await context.newPage();
  const address = new URL('/', room.page.url()).href;
  // One page at a time has the line to the host.
  await room.page.goto('about:blank');
  await page.goto(address);
  await page.getByRole('treeitem', { name: new RegExp(`^${draft}, `) }).click();
  await page.getByRole('textbox', { name: `Text of ${draft}` }).focus();
  await page.keyboard.press('ControlOrMeta+End');
  if (!existsSync(path.join(data, 'voices', `${voice}.voice`))) await train(page);
  await page.getByLabel('Length').selectOption({ label: 'Sentence' });

  if (values.list !== undefined) {
    for (let seed = 1; seed <= Number(values.list); seed++) {
      console.log(`${seed}: ${await suggest(page, String(seed))}`);
    }
  } else {
    await suggest(page, values.seed);
    await take(page, 'light');
    await page.emulateMedia({ colorScheme: 'dark' });
    await take(page, 'dark');
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize({ width: 420, height: 800 });
    // Asked for again, so that the page is where the caret is.
    await suggest(page, values.seed);
    await take(page, 'narrow');
  }
} finally {
  await room.quit();
  if (values.keep === undefined) await rm(folder, { recursive: true, force: true });
}
