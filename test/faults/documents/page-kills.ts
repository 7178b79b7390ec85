import type { Page } from '@playwright/test';
import { existsSync } from 'node:fs';
import fs from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { chromiumPath } from '../../../scripts/chromium.mjs';
import { isLeftover } from '../../../src/main/files/atomic.ts';
import { defaultSettings } from '../../../src/shared/api/index.ts';
import type { Room } from '../../e2e/fixtures.ts';
import { Problems } from '../../e2e/problems.ts';
import { webRoom } from '../../e2e/web-host.ts';
import { dice } from '../../helpers/dice.ts';
import { atMost, every, none, skipped, times, type Figure, type Section } from '../section.ts';
import { filesIn, folders, type Folders } from './desk.ts';

const base = 'The sea was grey that day, and nobody spoke of it.\n\n';
/** Milliseconds for which someone goes on typing after the kill. */
const AFTER = 400;
/** Words before the first pause of someone who types; then the page shows them as saved. */
const FIRST = 4;

interface Tally {
  kills: number;
  /** Kills before which the page had shown new words as saved. */
  shownAsSaved: number;
  readonly reverted: string[];
  readonly corrupt: string[];
  readonly droppedByPage: string[];
  readonly others: string[];
  readonly problems: string[];
  /** Seconds of typing that the next start did not have. */
  readonly lost: number[];
}

export const pageKills: Section = {
  name: 'page-kills',
  about: 'the host is killed with -9 while someone types into its page, in a browser',
  short: 0.05,
  alone: true,
  async measure(run) {
    const program = chromiumPath();
    if (!existsSync(program)) {
      return [skipped('kills while someone types in a browser', `no ${program}`, 'all')];
    }
    const count = times(run, 20);
    const tally: Tally = {
      ...{ kills: 0, shownAsSaved: 0, reverted: [], corrupt: [], droppedByPage: [] },
      ...{ others: [], problems: [], lost: [] },
    };
    using at = folders();
    await fs.writeFile(
      join(at.data, 'settings.json'),
      JSON.stringify({ ...defaultSettings, welcomed: true, autosaveDelay: 400 }),
    );
    const desk = new PageDesk(at, dice(run.seed), tally);
    try {
      for (let n = 0; n < count; n++) {
        run.told(await desk.killOnce(n));
        tally.kills++;
      }
    } finally {
      await desk.end();
    }
    return figuresOf(tally, count);
  },
};

function figuresOf(tally: Tally, count: number): readonly Figure[] {
  return [
    every('kills while someone typed with real keys', tally.kills, count),
    none('words lost that the page had shown as saved', tally.reverted, count),
    {
      what: 'kills before which the page had shown new words as saved',
      measured: `${tally.shownAsSaved} of ${count}`,
      bar: '> 50 %',
      met: tally.shownAsSaved > 0.5 * count,
    },
    atMost('words lost that were typed before the kill', Math.max(0, ...tally.lost), 2, 's'),
    none('words that the page lost with its host, or did not warn of', tally.droppedByPage, count),
    none('texts that are none that was typed', tally.corrupt, count),
    none('leftovers, and files that are not what the next page shows', tally.others, count),
    none('errors in the page', tally.problems, count),
  ];
}

/** One page after the other, each over the library that the one before it left. */
class PageDesk {
  readonly #at: Folders;
  readonly #roll: (n: number) => number;
  readonly #tally: Tally;
  readonly #problems = new Problems();
  #room: Room | null = null;

  constructor(at: Folders, roll: (n: number) => number, tally: Tally) {
    this.#at = at;
    this.#roll = roll;
    this.#tally = tally;
  }

  async end(): Promise<void> {
    await this.#problems.whileAway(async () => this.#room?.kill());
    this.#tally.problems.push(...this.#problems.list);
  }

  /** Gives what was done, for the reader of the log. */
  async killOnce(n: number): Promise<string> {
    const title = `Page ${n}`;
    const file = `${title}.md`;
    await fs.writeFile(join(this.#at.library, file), base);
    const room = (this.#room ??= await webRoom(this.#at, this.#problems));
    const { page } = room;
    await open(page, title);
    await page.evaluate(watchSaved);

    const typist = new Typist(page, 8 + this.#roll(60));
    await typist.type(FIRST);
    await page.getByText('Saved', { exact: true }).waitFor();
    const typing = typist.begin();
    await wait(300 + this.#roll(3500));
    // A third of them are hit after a pause, at any moment of a save.
    const paused = n % 3 === 2;
    if (paused) {
      await typist.end(typing);
      await wait(this.#roll(900));
    }
    let when = 0;
    await this.#problems.whileAway(async () => {
      process.kill(room.pid, 'SIGKILL');
      when = performance.now();
      if (!paused) {
        await wait(AFTER);
        await typist.end(typing);
      }
      await page.getByText(/what you write stays here/).waitFor();
    });
    const name = `${title}, ${typist.words.length} words, killed ${paused ? 'in a pause' : 'in the midst of a word'}`;
    const typed = base + typist.text;
    if ((await shownIn(page)) !== typed) this.#tally.droppedByPage.push(name);
    const saved = await page.evaluate(() => window.shownAsSaved);
    if (saved.startsWith(base) && saved.length > base.length) this.#tally.shownAsSaved++;
    await this.#problems.whileAway(() => room.kill());

    const onDisk = await fs.readFile(join(this.#at.library, file), 'utf8');
    this.#room = await webRoom(this.#at, this.#problems);
    const next = this.#room.page;
    await open(next, title);
    const back = await shownIn(next);
    for (const [where, text] of [
      ['the file', onDisk],
      ['the next page', back],
    ] as const) {
      if (!typed.startsWith(text)) this.#tally.corrupt.push(`${name}: ${where}`);
      if (!text.startsWith(saved)) this.#tally.reverted.push(`${name}: ${where}`);
    }
    const lost = typist.words.find(({ end }) => base.length + end > back.length);
    this.#tally.lost.push(lost ? Math.max(0, when - lost.at) / 1000 : 0);
    await this.#looksAround(next, file, back, name);
    return `${name}, ${typed.length - back.length} letters typed after it or lost`;
  }

  /** What came back is saved, and nothing else lies about. */
  async #looksAround(page: Page, file: string, text: string, name: string): Promise<void> {
    const keep = page.getByRole('button', { name: 'Keep the recovered text' });
    const saved = page.getByText('Saved', { exact: true });
    await keep.or(saved).first().waitFor();
    if (await keep.isVisible()) await keep.click();
    await saved.waitFor();
    const files = await filesIn(this.#at.library);
    if (files.get(file)?.toString('utf8') !== text) this.#tally.others.push(`${name}: ${file}`);
    for (const path of [...files.keys()].filter(isLeftover)) {
      this.#tally.others.push(`${name}: ${path}`);
    }
  }
}

/** Someone at the keyboard of a page, who types words until told to end. */
class Typist {
  readonly words: { readonly at: number; readonly end: number }[] = [];
  text = '';
  readonly #page: Page;
  readonly #every: number;
  #ended = false;

  constructor(page: Page, every: number) {
    this.#page = page;
    this.#every = every;
  }

  async begin(): Promise<void> {
    while (!this.#ended) await this.type(1);
  }

  async type(words: number): Promise<void> {
    for (let i = 0; i < words; i++) {
      const word = `word${this.words.length} `;
      await this.#page.keyboard.type(word, { delay: this.#every });
      this.text += word;
      this.words.push({ at: performance.now(), end: this.text.length });
    }
  }

  async end(typing: Promise<void>): Promise<void> {
    this.#ended = true;
    await typing;
  }
}

async function open(page: Page, title: string): Promise<void> {
  await page.getByRole('treeitem', { name: new RegExp(`^${title}, `) }).click();
  await page.getByRole('textbox', { name: `Text of ${title}` }).focus();
  await page.keyboard.press('Control+End');
}

/** The text is short, so all of it is on the screen. */
const shownIn = (page: Page): Promise<string> =>
  page.evaluate(() =>
    [...document.querySelectorAll('.cm-content .cm-line')]
      .map((line) => line.textContent)
      .join('\n'),
  );

declare global {
  interface Window {
    /** The text that stood on the screen when "Saved" last stood beside it. */
    shownAsSaved: string;
  }
}

/** Runs in the page, alone. Looks at each frame, since that is what a writer sees. */
function watchSaved(): void {
  window.shownAsSaved = '';
  const look = (): void => {
    const spans = [...document.querySelectorAll('span')];
    if (spans.some(({ textContent }) => textContent === 'Saved')) {
      window.shownAsSaved = [...document.querySelectorAll('.cm-content .cm-line')]
        .map((line) => line.textContent)
        .join('\n');
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}
