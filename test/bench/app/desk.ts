/** The real app for a measurement: folders of its own, the web host, Chromium, and someone at the keyboard. */
import type { Page } from '@playwright/test';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build, type Rolldown } from 'vite';
import { saveVoice } from '../../../src/main/files/voice-folder.ts';
import { defaultSettings } from '../../../src/shared/api/index.ts';
import { Problems } from '../../e2e/problems.ts';
import { webRoom } from '../../e2e/web-host.ts';
import { randomVoice } from '../../helpers/random-voice.ts';
import { putClock } from './clock.ts';

const root = path.resolve(import.meta.dirname, '../../..');

/** Words that stand before the caret where a suggestion is asked for. */
const WORDS = 3000;
const MEGABYTE = 1 << 20;
/** A line in the middle of the long document. */
const MIDDLE = 'Here the middle of the book is reached.';

export interface Desk {
  readonly page: Page;
  /** The library's folder. */
  readonly library: string;
  close(): Promise<void>;
}

const wordsOf = (text: string, count: number): string => {
  const words = [...text.matchAll(/\S+\s*/g)];
  if (words.length < count) throw new RangeError(`The sample has only ${words.length} words`);
  return words
    .slice(0, count)
    .map(([word]) => word)
    .join('')
    .trimEnd();
};

/** The sample again and again, up to a megabyte, with a line to be found in its middle. */
function longText(sample: string): string {
  const half = sample.repeat(Math.ceil(MEGABYTE / 2 / sample.length)).slice(0, MEGABYTE / 2);
  const whole = `${half}\n\n${MIDDLE}\n\n${half}`;
  if (Buffer.byteLength(whole) < MEGABYTE) throw new RangeError('The long document is too short');
  return whole;
}

/**
 * Opens it. A chapter of 3,000 words, a book of a megabyte, and a voice of the small preset's size are there,
 * and what `files` has, by name.
 */
export async function openDesk(files: Readonly<Record<string, string>> = {}): Promise<Desk> {
  const folder = await mkdtemp(path.join(tmpdir(), 'understudy-app-'));
  const [library, data] = [path.join(folder, 'library'), path.join(folder, 'data')];
  await mkdir(library);
  await mkdir(path.join(data, 'voices'), { recursive: true });
  const sample = await readFile(path.join(root, 'resources/sample-manuscript.md'), 'utf8');
  await writeFile(path.join(library, 'Chapter.md'), wordsOf(sample, WORDS));
  await writeFile(path.join(library, 'Book.md'), longText(sample));
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(library, name), text);
  await writeFile(
    path.join(data, 'settings.json'),
    JSON.stringify({ ...defaultSettings, welcomed: true }),
  );
  // What it has learnt makes no difference to the time.
  const voice = randomVoice(sample, 'char', { layers: [256, 256], embedding: 64 });
  await saveVoice(path.join(data, 'voices/Small.voice'), voice.card, voice.weights);

  const problems = new Problems();
  const room = await webRoom({ library, data }, problems);
  const { page } = room;
  await putClock(page);
  await page.reload();
  return {
    page,
    library,
    async close() {
      await problems.whileAway(() => room.quit());
      await rm(folder, { recursive: true, force: true });
      if (problems.list.length > 0) throw new Error(problems.list.join('\n'));
    },
  };
}

/** The book in CodeMirror with Markdown as it comes, in a browser window of its own. */
export async function openPeer({ page, library }: Desk): Promise<Page> {
  const bundle = (await build({
    ...{ configFile: false, logLevel: 'warn' },
    build: {
      write: false,
      lib: { entry: path.join(import.meta.dirname, 'peer.ts'), formats: ['iife'], name: 'peer' },
    },
  })) as Rolldown.RolldownOutput[];
  const context = await page.context().browser()!.newContext({ viewport: page.viewportSize() });
  const peer = await context.newPage();
  await putClock(peer);
  await peer.route('http://peer.invalid/', (route) =>
    route.fulfill({ contentType: 'text/html', body: '<!doctype html><body style="margin: 0">' }),
  );
  await peer.goto('http://peer.invalid/');
  await peer.addScriptTag({ content: bundle[0]!.output[0].code });
  const text = await readFile(path.join(library, 'Book.md'), 'utf8');
  await peer.evaluate(([text, at]) => window.openPeer(text, at), [
    text,
    text.indexOf(MIDDLE) + MIDDLE.length,
  ] as const);
  await peer.waitForTimeout(3000);
  return peer;
}

export const textOf = (page: Page) => page.getByRole('textbox', { name: /^Text of/ });

/** Opens a document; the caret is at its end, or behind the line in the middle of the book. */
export async function openDocument(page: Page, name: 'Chapter' | 'Book'): Promise<void> {
  await page.getByRole('treeitem', { name: new RegExp(`^${name}, `) }).click();
  await page.getByRole('textbox', { name: `Text of ${name}` }).focus();
  if (name === 'Chapter') return page.keyboard.press('Control+End');
  await page.keyboard.press('Control+f');
  await page.keyboard.type(MIDDLE);
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await page.keyboard.press('ArrowRight');
  // The words of it are counted, and the words of the search are forgotten.
  await page.waitForTimeout(3000);
}

/** Suggestions of the small voice, whichever is newest, that do not end before someone stops them. */
export async function setSuggestions(page: Page, words: number): Promise<void> {
  await page.getByLabel('Voice', { exact: true }).selectOption({ label: 'Small' });
  await page.getByLabel('Length').selectOption({ label: '200 words' });
  await page.getByRole('button', { name: 'How suggestions are made' }).click();
  const field = page.getByRole('dialog', { name: 'How suggestions are made' }).getByLabel('Length');
  await field.fill(String(words));
  await field.press('Tab');
  await page.keyboard.press('Escape');
}

/** Trains a voice of the medium preset on the sample, and waits until it takes steps. */
export async function startTraining(page: Page): Promise<void> {
  await page.getByRole('navigation', { name: 'Panels' }).getByLabel('Voices').click();
  const voices = page.getByRole('region', { name: 'Voices', exact: true });
  await voices.getByRole('button', { name: 'New voice' }).click();
  await voices.getByLabel('The sample manuscript').check();
  await voices.getByLabel('Name').fill('Medium');
  await voices.getByText('Medium', { exact: true }).click();
  await voices.getByText('Auto (', { exact: false }).waitFor();
  await voices.getByText('Until it is done').click();
  await voices.getByLabel('Times through the pages').fill('1000');
  await voices.getByRole('button', { name: 'Start training' }).click();
  await voices.getByRole('heading', { name: 'Medium' }).waitFor();
  await voices.getByRole('button', { name: 'Close Voices' }).click();
  await page.getByText(/^Studying, /).waitFor();
  await page.waitForTimeout(5000);
}

/** Throws where the training has ended meanwhile. */
export async function stillTraining(page: Page): Promise<void> {
  if (!(await page.getByText(/^Studying, /).isVisible())) {
    throw new Error('The training ended before the measurement did');
  }
}
