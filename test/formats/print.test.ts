import { spawnSync } from 'node:child_process';
import { chmodSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  chromiumPlaces,
  findChromium,
  printWithChromium,
} from '../../src/main/formats/print/index.ts';
import { missingJudge, wordsOf, written } from '../helpers/books.ts';
import { temporaryFolder } from '../helpers/understudy.ts';
import { everything, hostile } from './write/texts.ts';

afterEach(() => vi.unstubAllEnvs());

const never = new AbortController().signal;
const missing =
  (await findChromium()) === null ? 'no Chromium is installed' : missingJudge('pdftotext');
const left = (): string[] =>
  readdirSync(tmpdir()).filter((name) => name.startsWith('understudy-print-'));

const textOf = (pdf: Uint8Array): string => {
  const { stdout } = spawnSync('pdftotext', ['-layout', '-', '-'], {
    input: pdf,
    encoding: 'utf8',
  });
  return stdout;
};

describe('the browser that prints', () => {
  test('is the one that is named, before all others', () => {
    expect(chromiumPlaces('linux', { UNDERSTUDY_CHROMIUM: '/my/chrome', PATH: '/bin' })).toEqual([
      '/my/chrome',
    ]);
  });

  test('is looked for where each system has it, and never in a relative folder', () => {
    const linux = chromiumPlaces('linux', { PATH: '/a:.:/b' });
    expect(linux.slice(0, 2)).toEqual(['/a/chromium', '/b/chromium']);
    expect(linux.every((place) => place.startsWith('/'))).toBe(true);
    expect(chromiumPlaces('darwin', {})[0]).toMatch(
      /Google Chrome\.app\/Contents\/MacOS\/Google Chrome$/,
    );
    expect(chromiumPlaces('win32', { PROGRAMFILES: 'C:\\P' })[0]).toContain('chrome.exe');
    expect(chromiumPlaces('linux', {})).toEqual([]);
  });

  test('is missed in one sentence that says what else can be done', async () => {
    vi.stubEnv('UNDERSTUDY_CHROMIUM', '/no/such/browser');
    await expect(printWithChromium('<p>x', never)).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining('install one of them, or export to .docx') as string,
    });
  });

  test('that breaks is told, and leaves nothing behind', async () => {
    using folder = temporaryFolder();
    const broken = folder.write('chrome', '#!/bin/sh\nexit 3\n');
    chmodSync(broken, 0o755);
    vi.stubEnv('UNDERSTUDY_CHROMIUM', broken);
    const before = left();
    await expect(printWithChromium('<p>x', never)).rejects.toMatchObject({ code: 'engine.failed' });
    expect(left()).toEqual(before);
  });
});

describe.skipIf(missing !== null)(
  `printing${missing === null ? '' : ` (skipped: ${missing})`}`,
  () => {
    test('gives every word on pages with numbers, on the paper that was asked for', async () => {
      const html = await written(everything, 'pdf', { title: 'Tides', titlePage: true });
      const pdf = await printWithChromium(html.toString(), never);
      using folder = temporaryFolder();
      const file = join(folder.path, 'book.pdf');
      writeFileSync(file, pdf);
      const { stdout } = spawnSync('pdfinfo', [file], { encoding: 'utf8' });
      expect(stdout).toMatch(/^Title: +Tides$/m);
      expect(stdout).toMatch(/^Pages: +3$/m);
      expect(stdout).toMatch(/^Page size: .*\(A4\)$/m);
      expect(stdout).toMatch(/^Tagged: +yes$/m);
      const pages = textOf(pdf).split('\f');
      expect(pages[0]!.trim()).toBe('Tides');
      expect(pages[1]).toContain('The Letter');
      expect(pages[1]!.trim().endsWith('2')).toBe(true);
      expect(wordsOf(pages[1]!)).toEqual(
        expect.arrayContaining(wordsOf('there was not a letter almanac')),
      );
      expect(left()).toEqual([]);
    });

    test('runs nothing and asks nobody, whatever the page says', async () => {
      let asked = 0;
      const server = createServer((_request, response) => {
        asked++;
        response.end();
      }).listen(0, '127.0.0.1');
      await new Promise((done) => server.once('listening', done));
      const { port } = server.address() as AddressInfo;
      const page = `<title>x</title><img src="http://127.0.0.1:${port}/a.png">
      <link rel="stylesheet" href="http://127.0.0.1:${port}/a.css"><iframe src="http://127.0.0.1:${port}/"></iframe>
      <p id="p">still</p><script>document.getElementById('p').textContent = 'changed'</script>`;
      expect(textOf(await printWithChromium(page, never)).trim()).toBe('still');
      const book = await written({ hostile }, 'pdf');
      expect(textOf(await printWithChromium(book.toString(), never))).toContain('alert(2)');
      await new Promise((done) => server.close(done));
      expect(asked).toBe(0);
    });

    test('stops at once when it is told to, and leaves no process and no folder', async () => {
      const controller = new AbortController();
      const html = await written('word '.repeat(200_000), 'pdf');
      const printing = printWithChromium(html.toString(), controller.signal);
      setTimeout(() => controller.abort(new Error('enough')), 700);
      await expect(printing).rejects.toThrow('enough');
      expect(left()).toEqual([]);
      const { stdout } = spawnSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
      expect(stdout).not.toContain('understudy-print-');
    });
  },
);
