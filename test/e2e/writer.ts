import { expect, type Locator, type Page } from '@playwright/test';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { App } from './fixtures.ts';

export type PanelName = 'Voices' | 'Dialogue' | 'History' | 'Snapshots' | 'Settings';

/** Someone at the keyboard: what the specs are written in. */
export class Writer {
  readonly #app: App;

  constructor(app: App) {
    this.#app = app;
  }

  get page(): Page {
    return this.#app.page;
  }

  /** Where the writer writes. */
  get text(): Locator {
    return this.page.getByRole('textbox', { name: /^Text of/ });
  }

  /** The suggestion in the text. */
  get ghost(): Locator {
    return this.page.locator('.cm-ghost-text');
  }

  /** Of it: "2/3". */
  get chip(): Locator {
    return this.page.getByRole('button', { name: /show the next suggestion/ });
  }

  /** A suggestion is here in full. */
  async hasSuggestion(): Promise<string> {
    await expect(this.page.locator('.cm-ghost:not(.cm-ghost-streaming) .cm-ghost-text')).toHaveText(
      /\S/,
      { timeout: 20_000 },
    );
    // It is read before a key takes it: Tab is not for a suggestion younger than 150 ms.
    await this.page.waitForTimeout(150);
    return (await this.ghost.textContent())!;
  }

  /** The same, when no other one takes its place any more. */
  async hasSettledSuggestion(): Promise<string> {
    let said = '';
    await expect
      .poll(
        async () => {
          const before = said;
          said = await this.hasSuggestion();
          return said === before;
        },
        { intervals: [500] },
      )
      .toBe(true);
    return said;
  }

  get messages(): Locator {
    return this.page.getByRole('log', { name: 'Messages' });
  }

  get library(): Locator {
    return this.page.getByRole('complementary', { name: 'Library' });
  }

  /** A row of the library, by its name. */
  entry(name: string): Locator {
    return this.library.getByRole('treeitem', { name: new RegExp(`^${name}, `) });
  }

  tab(name: string): Locator {
    return this.page.getByRole('tab', { name, exact: true });
  }

  /** What the page shows of the document, without a suggestion. */
  shown(): Promise<string> {
    return this.text.evaluate((content) =>
      [...content.querySelectorAll('.cm-line')]
        .map((line) => {
          const copy = line.cloneNode(true) as Element;
          for (const ghost of copy.querySelectorAll('.cm-ghost')) ghost.remove();
          return copy.textContent;
        })
        .join('\n'),
    );
  }

  onDisk(name: string): Promise<string> {
    return readFile(path.join(this.#app.library, name), 'utf8');
  }

  async opens(name: string): Promise<void> {
    await this.entry(name).click();
    await expect(this.text).toHaveAccessibleName(`Text of ${name}`);
    await this.text.focus();
  }

  /** With real keys, in the text. */
  async types(text: string): Promise<void> {
    await this.text.focus();
    await this.page.keyboard.type(text);
  }

  /** Slowly, with `work` in the midst of it: the host has what was typed before, and has not saved it yet. */
  async typesWhile(text: string, work: () => Promise<unknown>): Promise<void> {
    const half = Math.ceil(text.length / 2);
    await this.page.keyboard.type(text.slice(0, half), { delay: 80 });
    await work();
    await this.page.keyboard.type(text.slice(half), { delay: 80 });
  }

  async presses(...keys: readonly string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  /** Nothing is on the way to the disk any more. */
  async isSaved(): Promise<void> {
    await expect(this.page.getByText('Saved', { exact: true })).toBeVisible();
  }

  /** Chooses a command in the palette by its name. */
  async commands(title: string): Promise<void> {
    await this.presses('ControlOrMeta+Shift+P');
    const palette = this.page.getByRole('dialog', { name: 'All commands' });
    await palette.getByRole('combobox').fill(title);
    await expect(palette.getByRole('option').first()).toContainText(title);
    await this.presses('Enter');
  }

  panel(name: PanelName): Locator {
    return this.page.getByRole('region', { name, exact: true });
  }

  async opensPanel(name: PanelName): Promise<Locator> {
    const panel = this.panel(name);
    const button = this.page.getByRole('navigation', { name: 'Panels' }).getByLabel(name);
    // Before the room is there, one cannot see whether the panel was open when it was left.
    await expect(button).toBeVisible();
    if (!(await panel.isVisible())) await button.click();
    await expect(panel.getByRole('heading', { name, exact: true })).toBeVisible();
    return panel;
  }

  async closesPanel(name: PanelName): Promise<void> {
    await this.panel(name)
      .getByRole('button', { name: `Close ${name}` })
      .click();
  }

  /** Opens what stands behind the slider. */
  async opensAdvanced(): Promise<Locator> {
    const dialog = this.page.getByRole('dialog', { name: 'How suggestions are made' });
    if (!(await dialog.isVisible())) {
      await this.page.getByRole('button', { name: 'How suggestions are made' }).click();
    }
    await expect(dialog).toBeVisible();
    return dialog;
  }

  /** Makes suggestions so long that there is time for something while one streams. */
  async asksForMuch(): Promise<void> {
    await this.page.getByLabel('Length').selectOption({ label: '200 words' });
    const advanced = await this.opensAdvanced();
    await this.fills(advanced.getByLabel('Length'), '2000');
    await this.presses('Escape');
    await expect(advanced).toBeHidden();
  }

  get creativity(): Locator {
    return this.page.getByRole('slider', { name: 'Creativity', exact: true });
  }

  /** Takes a field, writes into it, and leaves it. */
  async fills(field: Locator, value: string): Promise<void> {
    await field.fill(value);
    await field.press('Tab');
  }
}
