import { protocol, type Protocol } from 'electron';
import type { Page } from '../host/index.ts';

export const SCHEME = 'app';
const HOST = 'understudy';
/** Where our page lives, and nothing else. */
export const ORIGIN = `${SCHEME}://${HOST}`;

/** Makes app: a scheme with an origin, as https: is. Before the app is ready. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([
    {
      scheme: SCHEME,
      privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true },
    },
  ]);
}

/** Answers a request for the page from its fixed map of files. */
export function answer(page: Page, { method, url }: Pick<Request, 'method' | 'url'>): Response {
  const address = new URL(url);
  if (address.host !== HOST) return new Response(null, { status: 404 });
  if (method !== 'GET') return new Response(null, { status: 405, headers: { allow: 'GET' } });
  const { status, headers, body } = page(address.pathname);
  return new Response(new Uint8Array(body), { status, headers });
}

export function servePage(registry: Protocol, page: Page): void {
  registry.handle(SCHEME, (request) => answer(page, request));
}
