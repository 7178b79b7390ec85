import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { UndoHistory } from '../../../src/shared/api/index.ts';
import {
  marked,
  noBrowser,
  openHarness,
  openRoom,
  ripe,
  shown,
  suggest,
  type Harness,
  type Opened,
} from './room.ts';

if (noBrowser !== null) console.warn(`The editor's tests in a browser are left out. ${noBrowser}.`);

describe.skipIf(noBrowser !== null)('the editor in a browser', () => {
  let harness: Harness;
  let opened: Opened | null = null;

  beforeAll(async () => {
    harness = await openHarness();
  }, 120_000);
  afterAll(() => harness?.close());

  /** After every test: the page's policy was kept and nothing was thrown. */
  afterEach(async () => {
    if (opened === null) return;
    const { page, context, errors } = opened;
    opened = null;
    const violations = await page.evaluate(() => room.violations);
    await context.close();
    expect({ errors, violations }).toEqual({ errors: [], violations: [] });
  });

  const open = async (text: string): Promise<Opened> =>
    (opened = await openRoom(harness, text, { locale: 'en-GB' }));

  const calls = ({ page }: Opened, name: string): Promise<unknown[][]> =>
    page.evaluate(
      (name) => room.calls.filter((call) => call[0] === name).map(([, ...rest]) => rest),
      name,
    );

  it('asks for a suggestion with Ctrl+Enter, and again for another', async () => {
    const at = await open('The house|');
    await at.page.keyboard.press('Control+Enter');
    await suggest(at.page, [' was quiet']);
    await at.page.keyboard.press('Control+Enter');
    expect(await calls(at, 'suggest')).toEqual([[9], [9]]);
    expect(await marked(at.page)).toBe('The house|');
  });

  it('accepts all with Tab, one undo step, and brings it back', async () => {
    const { page } = await open('The house|');
    await suggest(page, [' was quiet.\n\nThen it was not.']);
    await ripe(page);
    await page.keyboard.press('Tab');
    expect(await marked(page)).toBe('The house was quiet.\n\nThen it was not.|');
    expect(await calls(opened!, 'accepted')).toEqual([['r1', ' was quiet.\n\nThen it was not.']]);
    await page.keyboard.press('Control+z');
    expect(await marked(page)).toBe('The house|');
    expect(await shown(page)).toBe(' was quiet.\n\nThen it was not.');
    await page.keyboard.press('Control+y');
    expect(await marked(page)).toBe('The house was quiet.\n\nThen it was not.|');
    expect(await shown(page)).toBeNull();
  });

  it('does not give Tab to a suggestion that has just appeared', async () => {
    const { page } = await open('The house|');
    await page.evaluate(() => {
      room.editor.ghost.begin('r1', 9);
      room.editor.ghost.append('r1', 0, ' was');
      const tab = { key: 'Tab', keyCode: 9, bubbles: true, cancelable: true };
      document.querySelector('.cm-content')!.dispatchEvent(new KeyboardEvent('keydown', tab));
    });
    expect(await marked(page)).toBe('The house\t|');
    expect(await calls(opened!, 'accepted')).toEqual([]);
  });

  it('leaves Tab, Ctrl+Right and Ctrl+Down what they are without a suggestion', async () => {
    const { page } = await open('|The house');
    await page.keyboard.press('Tab');
    expect(await marked(page)).toBe('\t|The house');
    await page.keyboard.press('Control+ArrowRight');
    expect(await marked(page)).toBe('\tThe| house');
    await page.keyboard.press('Control+ArrowDown');
    expect((await marked(page)).replace('|', '')).toBe('\tThe house');
  });

  it('accepts a word, a sentence, and keeps the rest', async () => {
    const { page } = await open('The house|');
    await suggest(page, [' was quiet. It was dark. Then came the rain.']);
    await page.keyboard.press('Control+ArrowRight');
    expect(await marked(page)).toBe('The house was|');
    await page.keyboard.press('Control+ArrowDown');
    expect(await marked(page)).toBe('The house was quiet.|');
    await page.keyboard.press('Control+ArrowDown');
    expect(await marked(page)).toBe('The house was quiet. It was dark.|');
    expect(await shown(page)).toBe(' Then came the rain.');
    const edits = (await calls(opened!, 'edited')) as [unknown, string, number][];
    expect(edits.map(([, origin, words]) => [origin, words])).toEqual(
      Array.from({ length: 3 }, () => ['accepted', 0]),
    );
  });

  it('stops with Esc and keeps what came, then takes Tab at once, or dismisses with Esc', async () => {
    const { page } = await open('The house|');
    await suggest(page, [' was quiet'], { end: false });
    await ripe(page);
    await page.keyboard.press('Escape');
    expect(await calls(opened!, 'stop')).toEqual([['r1']]);
    expect(await shown(page)).toBe(' was quiet');
    await page.keyboard.press('Tab');
    expect(await marked(page)).toBe('The house was quiet|');
    await suggest(page, [' and dark'], { request: 'r2', end: false });
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    expect(await shown(page)).toBeNull();
    expect(await calls(opened!, 'stop')).toEqual([['r1'], ['r2']]);
  });

  it('cycles with Alt+] and Alt+[ and by the chip, without losing the focus', async () => {
    const { page } = await open('The house|');
    await suggest(page, [' one', ' two', ' three']);
    const chip = page.locator('.cm-ghost-chip');
    expect(await chip.textContent()).toBe('1/3');
    await page.keyboard.press('Alt+]');
    expect([await shown(page), await chip.textContent()]).toEqual([' two', '2/3']);
    await page.keyboard.press('Alt+[');
    await page.keyboard.press('Alt+[');
    expect(await shown(page)).toBe(' three');
    await chip.click();
    expect(await shown(page)).toBe(' one');
    expect(await page.evaluate(() => document.activeElement?.className)).toContain('cm-content');
  });

  it('advances when it is typed, with smart quotes', async () => {
    const { page } = await open('She said,|');
    await suggest(page, [' “I don’t know.” He left.']);
    await page.keyboard.type(' "I don\'t know."');
    expect(await marked(page)).toBe('She said, “I don’t know.”|');
    expect(await shown(page)).toBe(' He left.');
  });

  it('is dismissed by other letters, a move of the caret and a blur', async () => {
    const { page } = await open('The house|');
    const gone = async (act: () => Promise<unknown>) => {
      await page.evaluate(() => room.editor.focus());
      await suggest(page, [' zzz'], { end: false });
      expect(await shown(page)).toBe(' zzz');
      await act();
      expect(await shown(page)).toBeNull();
    };
    await gone(() => page.keyboard.type('x'));
    await gone(() => page.keyboard.press('ArrowLeft'));
    await gone(() => page.keyboard.press('Backspace'));
    await gone(() => page.evaluate(() => (document.activeElement as HTMLElement).blur()));
    expect((await calls(opened!, 'stop')).length).toBe(4);
  });

  it('stops what was asked for a place the caret has left', async () => {
    const { page } = await open('The house|');
    await page.evaluate(() => {
      room.editor.ghost.begin('late', 3);
      room.editor.ghost.append('late', 0, ' zzz');
    });
    expect(await shown(page)).toBeNull();
    expect(await calls(opened!, 'stop')).toEqual([['late']]);
  });

  it('never shows while text is composed', async () => {
    const { page, cdp } = await open('The house|');
    await suggest(page, [' wa'], { end: false });
    const compose = (text: string) =>
      cdp.send('Input.imeSetComposition', {
        text,
        selectionStart: text.length,
        selectionEnd: text.length,
      });
    for (const text of ['か', 'かん', '漢']) await compose(text);
    expect(await shown(page)).toBeNull();
    await page.evaluate(() => room.editor.ghost.begin('r2', room.editor.caret()));
    await page.evaluate(() => room.editor.ghost.append('r2', 0, ' zzz'));
    expect(await shown(page)).toBeNull();
    await cdp.send('Input.insertText', { text: '漢字' });
    expect(await marked(page)).toBe('The house漢字|');
    expect(await calls(opened!, 'stop')).toEqual([['r1'], ['r2']]);
  });

  it('loses no character of 60 compositions', async () => {
    const { page, cdp } = await open('|');
    let expected = '';
    for (let round = 0; round < 60; round++) {
      for (const text of ['n', 'に', 'にほ', '日本']) {
        await cdp.send('Input.imeSetComposition', {
          text,
          selectionStart: text.length,
          selectionEnd: text.length,
        });
      }
      await cdp.send('Input.insertText', { text: '日本' });
      expected += '日本';
    }
    expect(await marked(page)).toBe(`${expected}|`);
  });

  it('leaves the suggestion out of clipboard, counts and text', async () => {
    const { page } = await open('The house|');
    await suggest(page, [' was quiet']);
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Control+c');
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('The house');
    await page.waitForTimeout(400);
    expect((await calls(opened!, 'counts')).at(-1)).toEqual([
      { words: 2, characters: 9, selectedWords: 2 },
    ]);
  });

  it('pastes plain text with plain line ends', async () => {
    const { page } = await open('|');
    await page.evaluate(async () => {
      const html = new Blob(['<b>one</b><br>two'], { type: 'text/html' });
      const plain = new Blob(['one\r\ntwo'], { type: 'text/plain' });
      await navigator.clipboard.write([
        new ClipboardItem({ 'text/html': html, 'text/plain': plain }),
      ]);
    });
    await page.keyboard.press('Control+v');
    expect(await marked(page)).toBe('one\ntwo|');
    expect((await calls(opened!, 'edited')).at(-1)?.[1]).toBe('other');
  });

  it('takes a smart quote back with Backspace, or with undo', async () => {
    const { page } = await open('|');
    await page.keyboard.type('"Go');
    expect(await marked(page)).toBe('“Go|');
    await page.keyboard.type('"');
    await page.keyboard.press('Backspace');
    expect(await marked(page)).toBe('“Go"|');
    await page.keyboard.press('Backspace');
    await page.keyboard.type('--');
    expect(await marked(page)).toBe('“Go—|');
    await page.keyboard.press('Control+z');
    expect(await marked(page)).toBe('“Go--|');
  });

  it('leaves code alone', async () => {
    const { page } = await open('Say `x|` and');
    await page.keyboard.type('"--"...');
    expect(await marked(page)).toBe('Say `x"--"...|` and');
  });

  it('announces a finished suggestion once', async () => {
    const { page } = await open('The house|');
    const region = page.locator('[role=status]');
    await suggest(page, [' was quiet'], { end: false });
    expect(await region.textContent()).toBe('');
    await page.evaluate(() => room.editor.ghost.end('r1'));
    expect(await region.textContent()).toBe('Suggestion: was quiet');
    expect(await region.getAttribute('aria-live')).toBe('polite');
    expect(await page.locator('.cm-content').getAttribute('aria-label')).toBe('Text of Harbour');
  });

  it('shows paragraphs of a suggestion in place, the caret before them', async () => {
    const { page } = await open('The house| stood.');
    const before = await page.locator('.cm-caret').boundingBox();
    await suggest(page, [' was quiet.\n\nThen it was not.']);
    const after = await page.locator('.cm-caret').boundingBox();
    expect(Math.abs(after!.x - before!.x)).toBeLessThan(2);
    expect(Math.abs(after!.y - before!.y)).toBeLessThan(2);
    const rects = await page.evaluate(() => {
      const text = document.querySelector('.cm-ghost-text')!;
      return [...text.getClientRects()].map(({ top, left }) => ({ top, left }));
    });
    expect(rects.at(-1)!.top - rects[0]!.top).toBeGreaterThan(50);
  });

  it('finds and replaces by keys alone', async () => {
    const { page } = await open('|The cat sat. The cat ran.');
    await page.keyboard.press('Control+h');
    await page.keyboard.type('cat');
    await page.keyboard.press('Enter');
    await page.waitForTimeout(250);
    expect(await page.locator('.cm-find-count').textContent()).toBe('1 of 2');
    await page.locator('.cm-find-field').nth(1).fill('dog');
    await page.getByRole('button', { name: 'Replace all' }).click();
    expect((await marked(page)).replace('|', '')).toBe('The dog sat. The dog ran.');
    await page.keyboard.press('Escape');
    expect(await page.locator('.cm-find').count()).toBe(0);
    expect(await page.evaluate(() => document.activeElement?.className)).toContain('cm-content');
  });

  it('changes its keys with the settings', async () => {
    const { page } = await open('The house|');
    await page.evaluate(() => room.configure({ keys: { acceptAll: 'Mod-j' } }));
    await suggest(page, [' was']);
    await ripe(page);
    await page.keyboard.press('Control+j');
    expect(await marked(page)).toBe('The house was|');
  });

  it('keeps text, history, caret and view of each document', async () => {
    const { page } = await open('First|');
    await page.keyboard.type(' one');
    const show = (path: string, text: string) =>
      page.evaluate(
        ({ path, text }) => {
          const marks = { passages: [], spans: [] };
          room.editor.show({ path, text, marks, readOnly: false, caret: 0, top: 0, undo: null });
          room.editor.focus();
        },
        { path, text },
      );
    await show('Other.md', 'Second');
    expect(await marked(page)).toBe('|Second');
    await show('Harbour.md', 'First one');
    expect(await marked(page)).toBe('First one|');
    await page.keyboard.press('Control+z');
    expect(await marked(page)).toBe('First|');
  });

  describe('a document that comes back with what could be undone', () => {
    const historyOf = ({ page }: Opened) =>
      page.evaluate(() => room.editor.undoHistory('Harbour.md'));
    const comeBack = ({ page }: Opened, text: string, undo: UndoHistory) =>
      page.evaluate(
        ({ text, undo }) => {
          room.editor.forget('Harbour.md');
          const caret = text.length;
          room.editor.show({
            marks: { passages: [], spans: [] },
            path: 'Harbour.md',
            text,
            readOnly: false,
            caret,
            top: 0,
            undo,
          });
          room.editor.focus();
        },
        { text, undo },
      );
    const typeTwice = async (at: Opened): Promise<string> => {
      await at.page.keyboard.type(' one');
      await at.page.keyboard.press('ArrowLeft');
      await at.page.keyboard.press('End');
      await at.page.keyboard.type(' two');
      return (await historyOf(at))!;
    };

    it('is undone step by step, and redone', async () => {
      const at = await open('First|');
      const history = await typeTwice(at);
      await comeBack(at, 'First one two', { history, text: null });
      await at.page.keyboard.press('Control+z');
      expect(await marked(at.page)).toBe('First one|');
      await at.page.keyboard.press('Control+z');
      expect(await marked(at.page)).toBe('First|');
      await at.page.keyboard.press('Control+y');
      await at.page.keyboard.press('Control+y');
      expect(await marked(at.page)).toBe('First one two|');
    });

    it('keeps it where the text was changed since, and the change is a step of its own', async () => {
      const at = await open('First|');
      const history = await typeTwice(at);
      await comeBack(at, 'First one two three', { history, text: 'First one two' });
      expect(await marked(at.page)).toBe('First one two three|');
      await at.page.keyboard.press('Control+z');
      expect(await marked(at.page)).toBe('First one two|');
      await at.page.keyboard.press('Control+z');
      expect(await marked(at.page)).toBe('First one|');
    });

    it.each([
      ['damaged', '{"done":[{"chan'],
      ['something else', '[1,2]'],
      ['of a longer text', '{"done":[{"changes":[999],"selectionsAfter":[]}],"undone":[]}'],
    ])('is shown without it where it is %s', async (_what, history) => {
      const at = await open('First|');
      await comeBack(at, 'First one', { history, text: null });
      await at.page.keyboard.press('Control+z');
      expect(await marked(at.page)).toBe('First one|');
    });

    it('has none where nothing was changed', async () => {
      expect(await historyOf(await open('First|'))).toBeNull();
    });
  });

  it('keeps the caret where it makes sense when the file was changed', async () => {
    const { page } = await open('One two| three');
    await page.evaluate(() => room.editor.replaceText('Harbour.md', 'Zero One two three!'));
    expect(await marked(page)).toBe('Zero One two| three!');
    expect(await calls(opened!, 'edited')).toEqual([]);
  });

  it('suggests as the writer pauses only where they chose that', async () => {
    const { page } = await open('The house|');
    await page.keyboard.type(' was');
    await page.waitForTimeout(500);
    expect(await calls(opened!, 'suggest')).toEqual([]);
    await page.evaluate(() => room.configure({ autoSuggest: true, autoSuggestDelay: 300 }));
    await page.keyboard.type(' quiet');
    await page.waitForTimeout(500);
    expect(await calls(opened!, 'suggest')).toEqual([[19]]);
  });

  it('keeps the written line in the middle in typewriter mode', async () => {
    const { page } = await open('A line.\n\n'.repeat(60) + '|');
    await page.evaluate(() => room.configure({ typewriter: true }));
    await page.keyboard.type('Here');
    await page.waitForTimeout(100);
    const box = await page.locator('.cm-caret').boundingBox();
    expect(Math.abs(box!.y + box!.height / 2 - 380)).toBeLessThan(40);
  });

  describe('in a document of 1 MB', () => {
    // 16 on an idle computer: set it there. What else runs on a shared one counts here, too.
    const bar = Number(process.env['UNDERSTUDY_PAINT_BAR'] ?? 100);
    const sentence = 'The harbour was quiet that winter, and *nobody* said “so” aloud. ';
    const paragraph = sentence.repeat(60).trimEnd();
    const chapters = Array.from({ length: 10 }, (_, chapter) =>
      [`## Chapter ${chapter + 1}`, ...Array.from({ length: 27 }, () => paragraph)].join('\n\n'),
    );

    /** Milliseconds from key to frame at the given place. */
    async function latencies(text: string, prepare: (page: Opened['page']) => Promise<unknown>) {
      const { page } = await open(text);
      await prepare(page);
      // The first count of the whole text goes on in the background.
      await page.waitForTimeout(2500);
      await page.keyboard.type('warm up, ');
      await page.waitForTimeout(200);
      await page.evaluate(() => (room.paints.length = 0));
      for (const character of 'She said "no" and went -- again... and it was so. '.repeat(3)) {
        await page.keyboard.type(character);
        await page.waitForTimeout(15);
      }
      await page.waitForTimeout(200);
      return spread(await page.evaluate(() => [...room.paints]));
    }

    const spread = (values: readonly number[]) => {
      const sorted = [...values].sort((a, b) => a - b);
      const at = (share: number) => sorted[Math.floor(sorted.length * share)]!;
      return { p50: at(0.5), p95: at(0.95), count: sorted.length };
    };

    const whole = chapters.join('\n\n');
    const middle = whole.indexOf(sentence, 500_000) + 12;
    const caretInTheMiddle = `${whole.slice(0, middle)}|${whole.slice(middle)}`;

    it.each([
      ['in the middle', caretInTheMiddle, {}],
      ['at the end', `${whole}|`, {}],
      ['in focus and typewriter mode', caretInTheMiddle, { focus: 'sentence', typewriter: true }],
      [
        'in a paragraph of 50,000 characters',
        `${sentence.repeat(400)}|${sentence.repeat(400)}\n\n${whole}`,
        {},
      ],
    ] as const)('a key %s is on the screen without a stutter', async (name, text, settings) => {
      expect(text.length).toBeGreaterThan(1_000_000);
      const { p50, p95, count } = await latencies(text, (page) =>
        page.evaluate((settings) => {
          room.configure(settings);
          room.editor.reveal(room.editor.caret(), room.editor.caret());
        }, settings),
      );
      console.log(
        `a key ${name}: p50 ${p50.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms to the screen`,
      );
      expect(count).toBe(150);
      expect(p95).toBeLessThanOrEqual(bar);
    });
  });
});
