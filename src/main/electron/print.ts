import { randomUUID } from 'node:crypto';
import { BrowserWindow, session } from 'electron';
import { UserError } from '../../shared/errors.ts';
import type { Platform } from '../host/types.ts';
import { ORIGIN, SCHEME } from './protocol.ts';
import { guardSession } from './session.ts';

const printing = new WeakSet<BrowserWindow>();

/** The window is no room: it is hidden, and goes when its page is printed. */
export const isPrinting = (window: BrowserWindow): boolean => printing.has(window);

/** Nothing but the page's own style, on top of what it says itself. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

/**
 * Prints in a hidden window with a session of its own, which knows this page and no other: nothing is
 * kept of it, nothing of it runs, and nothing else is loaded.
 */
export const printPdf: Platform['printPdf'] = async (html, signal) => {
  signal.throwIfAborted();
  // Without "persist:" it is in memory alone.
  const alone = session.fromPartition(`print-${randomUUID()}`, { cache: false });
  guardSession(alone, true);
  alone.protocol.handle(SCHEME, () => {
    const headers = {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy,
    };
    return new Response(html, { headers });
  });
  const window = new BrowserWindow({
    show: false,
    skipTaskbar: true,
    webPreferences: {
      session: alone,
      sandbox: true,
      contextIsolation: true,
      webSecurity: true,
      nodeIntegration: false,
      webviewTag: false,
      plugins: false,
      javascript: false,
      images: false,
      spellcheck: false,
      devTools: false,
    },
  });
  printing.add(window);
  const close = (): void => {
    if (!window.isDestroyed()) window.destroy();
  };
  signal.addEventListener('abort', close);
  try {
    await window.loadURL(`${ORIGIN}/`);
    return await window.webContents.printToPDF({
      preferCSSPageSize: true,
      printBackground: false,
      generateTaggedPDF: true,
      generateDocumentOutline: true,
    });
  } catch (error) {
    signal.throwIfAborted();
    throw new UserError(
      'engine.failed',
      'The PDF could not be printed; close other programs and try again, or export to another format.',
      { cause: error },
    );
  } finally {
    signal.removeEventListener('abort', close);
    close();
  }
};
