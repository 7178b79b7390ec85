/** The harness built, served under the page's policy, and open in Debian's Chromium. */
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import {
  chromium,
  type Browser,
  type BrowserContext,
  type CDPSession,
  type Page,
} from 'playwright-core';
import { build } from 'vite';
import type { Room } from './harness/harness.ts';

declare global {
  // Within `page.evaluate`.
  var room: Room;
}

export const executablePath = process.env['UNDERSTUDY_CHROMIUM'] ?? '/usr/bin/chromium';

/** Why the tests in a browser cannot run, or null. */
export const noBrowser = existsSync(executablePath)
  ? null
  : `${executablePath} is missing: install Chromium, or name one in UNDERSTUDY_CHROMIUM`;

const NONCE = 'd2hvLWdvZXMtdGhlcmU';
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  `style-src 'self' 'nonce-${NONCE}'`,
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "object-src 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types svelte-trusted-html',
].join('; ');

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
};

export interface Harness {
  readonly browser: Browser;
  readonly url: string;
  close(): Promise<void>;
}

/** `flags` are Chromium's, beside those that keep it quiet. */
export async function openHarness(flags: readonly string[] = []): Promise<Harness> {
  const outDir = await mkdtemp(path.join(os.tmpdir(), 'understudy-editor-'));
  await build({
    root: path.join(import.meta.dirname, 'harness'),
    configFile: false,
    logLevel: 'warn',
    base: './',
    build: {
      // Names in stack traces and profiles.
      minify: false,
      outDir,
      emptyOutDir: true,
      assetsInlineLimit: 0,
      target: 'chrome140',
      modulePreload: { polyfill: false },
    },
  });
  const server = createServer((request, response) => {
    const name = new URL(request.url ?? '/', 'http://harness').pathname.replace(
      /\/$/,
      '/index.html',
    );
    readFile(path.join(outDir, path.normalize(name)))
      .then((bytes) => {
        const isPage = name.endsWith('.html');
        const meta = `<meta name="style-nonce" content="${NONCE}"></head>`;
        response.writeHead(200, {
          'content-type': types[path.extname(name)] ?? 'application/octet-stream',
          'content-security-policy': policy,
        });
        response.end(isPage ? bytes.toString().replace('</head>', meta) : bytes);
      })
      .catch(() => response.writeHead(404).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const browser = await chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--disable-quic',
      ...flags,
    ],
  });
  return {
    browser,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async close() {
      await browser.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(outDir, { recursive: true });
    },
  };
}

export interface Opened {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly cdp: CDPSession;
  /** Console errors and uncaught exceptions. */
  readonly errors: string[];
}

/** A fresh page that shows `text` with the caret at "|", or at its end. */
export async function openRoom(
  { browser, url }: Harness,
  text: string,
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<Opened> {
  const context = await browser.newContext({ viewport: { width: 1100, height: 760 }, ...options });
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(url);
  await page.evaluate((marked) => {
    const caret = marked.includes('|') ? marked.indexOf('|') : marked.length;
    const text = marked.replace('|', '');
    const marks = { passages: [], spans: [] };
    room.editor.show({
      path: 'Harbour.md',
      text,
      marks,
      readOnly: false,
      caret,
      top: 0,
      undo: null,
    });
    room.editor.focus();
  }, text);
  return { page, context, cdp: await context.newCDPSession(page), errors };
}

/** Streams a suggestion at the caret, piece by piece. */
export const suggest = (
  page: Page,
  alternatives: readonly string[],
  { request = 'r1', end = true } = {},
): Promise<void> =>
  page.evaluate(
    ({ alternatives, request, end }) => {
      const { ghost } = room.editor;
      ghost.begin(request, room.editor.caret());
      alternatives.forEach((text, alternative) => {
        for (const piece of text.match(/\s*\S+|\s+$/g) ?? []) {
          ghost.append(request, alternative, piece);
        }
      });
      if (end) ghost.end(request);
    },
    { alternatives, request, end },
  );

/** The text with "|" at the caret. */
export const marked = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const text = room.editor.text();
    const caret = room.editor.caret();
    return `${text.slice(0, caret)}|${text.slice(caret)}`;
  });

/** What is drawn of the suggestion; null where nothing is. */
export const shown = (page: Page): Promise<string | null> =>
  page.evaluate(() => document.querySelector('.cm-ghost-text')?.textContent ?? null);

/** Long enough that a suggestion takes its key. */
export const ripe = (page: Page): Promise<void> => page.waitForTimeout(170);
