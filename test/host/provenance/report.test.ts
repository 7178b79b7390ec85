import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { accountOf, reportOf } from '../../../src/main/host/provenance/account.ts';
import { toHtml } from '../../../src/main/host/provenance/html.ts';
import { toMarkdown } from '../../../src/main/host/provenance/markdown.ts';
import type { CountStep, Scope } from '../../../src/shared/api/index.ts';
import { runsFrom, type Label } from '../../../src/shared/provenance/index.ts';
import { unwrap } from '../../../src/shared/result.ts';
import { toEnd, WINDOW } from '../../../src/shared/rpc/index.ts';
import { eventually, folders, openHost } from '../../helpers/host.ts';

const day = (n: number): number => new Date(2026, 10, n, 12).getTime();
const label = (id: string, taken: number, voice = 'Mine', at = day(25)): Label => ({
  passage: { id, voice, at, creativity: 50, seed: 7 },
  taken,
});

/** A text with its stretches in brackets. */
function account(path: string, marked: string, ...labels: readonly Label[]) {
  const stretches = [];
  let text = '';
  for (const [i, part] of marked.split(/[[\]]/).entries()) {
    if (i % 2 === 1) {
      const of = labels[(i - 1) / 2]!;
      stretches.push({ from: text.length, to: text.length + part.length, label: of });
    }
    text += part;
  }
  return accountOf({ path, text, runs: runsFrom(stretches) });
}

const made = new Date(2026, 10, 26, 12);
const report = reportOf(
  'Harbour',
  [
    account(
      'Harbour/One.md',
      'The fog came. [The lamps went out] slowly [one by one.] She saw <b>it</b> & [left.]',
      label('a', 7),
      label('a', 7),
      label('b', 3, 'The | Quarter', day(9)),
    ),
    account('Harbour/Two.md', 'Nothing of it here.'),
  ],
  made,
);

describe('A report', () => {
  test('tells the words in all, the author’s, those kept and those edited', () => {
    expect(report).toMatchObject({ documents: 2, words: 21, own: 13, kept: 8, changed: 2 });
  });

  test('parts them by voice and by date', () => {
    expect(report.voices).toEqual([
      { name: 'Mine', taken: 7, kept: 7 },
      { name: 'The | Quarter', taken: 3, kept: 1 },
    ]);
    expect(report.days).toEqual([
      { name: '2026-11-09', taken: 3, kept: 1 },
      { name: '2026-11-25', taken: 7, kept: 7 },
    ]);
  });

  test('says it in a sentence', () => {
    expect(report.sentence).toBe(
      '“Harbour” has 21 words. 8 of them (38.1 %) were suggested by the language models Mine and The | Quarter in Understudy and stand as suggested; 2 more were suggested and then changed or removed by the author.',
    );
    expect(reportOf('Two', [account('Two.md', 'Mine.')], made).sentence).toBe(
      '“Two” has 1 word; Understudy has no record of any that a language model suggested.',
    );
  });

  test('counts what was moved into another text as taken once', () => {
    const both = reportOf(
      'Both',
      [account('1.md', '[The lamps]', label('a', 4)), account('2.md', '[went out]', label('a', 4))],
      made,
    );
    expect(both).toMatchObject({ kept: 4, changed: 0 });
  });

  test('is Markdown in which no text is markup', () => {
    const markdown = toMarkdown(report, { passages: true });
    expect(markdown).toContain('# Disclosure: Harbour\n');
    expect(markdown).toContain('| Written by the author | 13 | 61.9 % |');
    expect(markdown).toContain('| Suggested and kept | 8 | 38.1 % |');
    expect(markdown).toContain('| Suggested, then edited by the author | 2 |');
    expect(markdown).toContain('What was pasted from elsewhere or imported counts as theirs, too');
    expect(markdown).toContain('| The \\| Quarter | 3 | 1 |');
    expect(markdown).toContain('| 25 November 2026 | 7 | 7 |');
    expect(markdown).toContain('| Harbour/Two.md | 4 | 0 | 0 % |');
    expect(markdown).toContain('- “The lamps went out” (Mine, 25 November 2026)');
    expect(toMarkdown(report, { passages: false })).not.toContain('The lamps');
  });

  test('is a page of its own that fetches and runs nothing', () => {
    const page = toHtml(
      reportOf(
        '<img src=x onerror=alert(1)>',
        [account('1.md', 'So [<script>alert(1)</script>] it was.', label('a', 3))],
        made,
      ),
      { passages: true },
    );
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(page).not.toMatch(/<script|<img|https?:|url\(|@import/);
    expect(page).toContain('<html lang="en">');
  });
});

describe('The host', () => {
  const insert = 'The lamps went out one by one.';
  const marks = {
    passages: [label('a', 7).passage],
    spans: [{ from: 0, to: insert.length, passage: 0, taken: 7 }],
  };

  async function room() {
    const at = folders();
    at.write('book/one.md', 'The fog came. ');
    at.write('book/two.md', 'Nothing here.');
    at.write('three.md', 'Elsewhere.');
    const open = await openHost(at);
    const path = 'book/one.md';
    const { version } = unwrap(await open.client.call.openDocument({ path }));
    const edits = [{ from: 14, to: 14, insert, marks }];
    unwrap(await open.client.call.editDocument({ path, base: version, edits }));
    return { at, ...open, path };
  }

  test('reports on a document, a folder and the library, open or closed', async () => {
    const { client, path } = await room();
    const of = async (scope: Scope) => unwrap(await toEnd(client.stream.disclosure, { scope }));
    const document = { name: 'one', documents: 1, words: 10, kept: 7, own: 3, changed: 0 };
    expect(await of({ kind: 'document', path })).toMatchObject(document);
    unwrap(await client.call.closeDocument({ path }));
    expect(await of({ kind: 'document', path })).toMatchObject(document);
    expect(await of({ kind: 'folder', path: 'book' })).toMatchObject({
      ...{ name: 'book', documents: 2, words: 12, kept: 7 },
    });
    expect(await of({ kind: 'folder', path: '' })).toMatchObject({
      documents: 3,
      words: 13,
      kept: 7,
    });
    const gone = { scope: { kind: 'document', path: 'gone.md' } } as const;
    expect(await toEnd(client.stream.disclosure, gone)).toMatchObject({
      error: { code: 'document.missing' },
    });
  });

  test('tells how many documents are counted, and stops', async () => {
    const { at, client } = await room();
    const steps: CountStep[] = [];
    const all = { scope: { kind: 'folder', path: '' } } as const;
    await toEnd(client.stream.disclosure, all, (step) => steps.push(step));
    expect(steps).toEqual([0, 1, 2].map((done) => ({ done, of: 3 })));
    // The host is never further ahead of the page than a window of items.
    for (let n = 0; n < WINDOW * 3; n++) at.write(`more/${n}.md`, 'Nothing here.');
    await eventually(async () => {
      const { library } = unwrap(await client.call.start({}));
      const { length } = JSON.stringify(library).match(/more\/\d+\.md/g) ?? [];
      expect(length).toBe(WINDOW * 3);
    });
    const abort = new AbortController();
    const stopped = await toEnd(client.stream.disclosure, all, () => abort.abort(), abort.signal);
    expect(stopped).toEqual({ ok: true, value: null });
  });

  test('saves it as a file, or as a document of the library', async () => {
    const { at, client, path } = await room();
    const request = { scope: { kind: 'document', path } as const, passages: true };
    const page = unwrap(
      await client.call.saveDisclosure({ ...request, format: 'html', to: 'file' }),
    );
    expect(page).toContain('Disclosure of one.html');
    const text = readFileSync(join(at.data, 'Disclosure of one.html'), 'utf8');
    expect(text).toContain('<li>The lamps went out one by one.');
    const document = unwrap(
      await client.call.saveDisclosure({ ...request, format: 'markdown', to: 'document' }),
    );
    expect(document).toBe('Disclosure of one.md');
    expect(at.text('Disclosure of one.md')).toContain('| Suggested and kept | 7 | 70 % |');
  });

  test('saves nothing where the writer chose no place', async () => {
    const at = folders();
    at.write('a.md', 'A.');
    const { client } = await openHost(at, { saveAs: () => Promise.resolve(null) });
    const scope = { kind: 'document', path: 'a.md' } as const;
    expect(
      unwrap(
        await client.call.saveDisclosure({ scope, format: 'html', passages: false, to: 'file' }),
      ),
    ).toBeNull();
  });
});
