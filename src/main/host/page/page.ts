import fs from 'node:fs/promises';
import { extname, join } from 'node:path';

/** A file of the page, as any server answers with it. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Gives a file of the page by the path of its address, such as "/" or "/assets/index.js". */
export type Page = (path: string) => Answer;

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
};

/** The policy of the page. `nonce` lets CodeMirror add its styles. */
export const policy = (nonce: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
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

const common = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
  'x-frame-options': 'DENY',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), display-capture=(), usb=()',
};

const NONCE = '__NONCE__';

/**
 * Reads the built page into memory: a fixed map of files, so no path leads anywhere else. Each answer
 * with the page itself has a fresh nonce.
 *
 * @param nonce another one each time, in base64
 */
export async function loadPage(folder: string, nonce: () => string): Promise<Page> {
  const files = new Map<string, Buffer>();
  for (const entry of await fs.readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || types[extname(entry.name)] === undefined) continue;
    const file = join(entry.parentPath, entry.name);
    files.set(file.slice(folder.length).replaceAll('\\', '/'), await fs.readFile(file));
  }
  const html = files.get('/index.html')?.toString('utf8');
  if (html === undefined) throw new Error(`There is no page in ${folder}: run "npm run build".`);

  return (path) => {
    const name = path === '/' ? '/index.html' : path;
    const body = files.get(name);
    if (!body) {
      return {
        status: 404,
        headers: { ...common, 'content-type': 'text/plain; charset=utf-8' },
        body: Buffer.from('There is nothing here.\n'),
      };
    }
    const isHashed = name.startsWith('/assets/');
    const headers: Record<string, string> = {
      ...common,
      'content-type': types[extname(name)]!,
      // Vite puts the hash of the content into the names.
      'cache-control': isHashed ? 'public, max-age=31536000, immutable' : 'no-store',
    };
    if (name !== '/index.html') return { status: 200, headers, body };
    const once = nonce();
    return {
      status: 200,
      headers: { ...headers, 'content-security-policy': policy(once) },
      body: Buffer.from(html.replaceAll(NONCE, once)),
    };
  };
}
