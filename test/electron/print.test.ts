import { afterEach, expect, test, vi } from 'vitest';
import { FakeWindow, partitions } from '../helpers/electron.ts';

vi.mock('electron', async () => (await import('../helpers/electron.ts')).fakeElectron());
const { isPrinting, printPdf } = await import('../../src/main/electron/print.ts');

afterEach(() => partitions.clear());

const never = new AbortController().signal;
/** The window and session that a print is done in, as it asks for its page. */
async function whilePrinting(print: () => Promise<unknown>) {
  const before = FakeWindow.all.length;
  const done = print();
  done.catch(() => undefined);
  await vi.waitFor(() => expect(FakeWindow.all.length).toBe(before + 1));
  return { window: FakeWindow.all.at(-1)!, done, session: [...partitions.values()].at(-1)! };
}

test('prints in a hidden window that runs nothing and keeps nothing', async () => {
  const { window, done, session } = await whilePrinting(() => printPdf('<p>x', never));
  expect(window.options.show).toBe(false);
  expect(window.options.webPreferences).toMatchObject({
    session,
    sandbox: true,
    contextIsolation: true,
    webSecurity: true,
    nodeIntegration: false,
    webviewTag: false,
    javascript: false,
    images: false,
  });
  expect(window.options.webPreferences).not.toHaveProperty('preload');
  // Not "persist:": in memory alone.
  expect([...partitions.keys()][0]).toMatch(/^print-.* \{"cache":false\}$/);
  expect(isPrinting(window as never)).toBe(true);
  expect(Buffer.from((await done) as Uint8Array).toString()).toBe('%PDF-');
});

test('asks for the page as its style says, with an outline, and lets it go at the end', async () => {
  const { window, done } = await whilePrinting(() => printPdf('<p>x', never));
  await done;
  expect(window.address).toBe('app://understudy/');
  expect(window.webContents.printToPDF).toHaveBeenCalledWith({
    preferCSSPageSize: true,
    printBackground: false,
    generateTaggedPDF: true,
    generateDocumentOutline: true,
  });
  expect(window.isDestroyed()).toBe(true);
});

test('knows its own page and asks nobody', async () => {
  const { session, done } = await whilePrinting(() => printPdf('<p>the book', never));
  const answer = await session.handlers.get('app')!(new Request('app://understudy/'));
  expect(await answer.text()).toBe('<p>the book');
  expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(session.allows('app://understudy/')).toBe(true);
  expect(session.allows('http://127.0.0.1/a.png')).toBe(false);
  expect(session.allows('https://example.org/')).toBe(false);
  expect(session.allows('file:///etc/passwd')).toBe(false);
  await done;
});

test('closes its window when it is stopped, and says why', async () => {
  const load = vi.spyOn(FakeWindow.prototype, 'loadURL');
  load.mockImplementation(function (this: FakeWindow) {
    return new Promise((_, failed) => this.on('closed', () => failed(new Error('ERR_ABORTED'))));
  });
  const controller = new AbortController();
  const { window, done } = await whilePrinting(() => printPdf('<p>x', controller.signal));
  controller.abort(new Error('enough'));
  await expect(done).rejects.toThrow('enough');
  expect(window.isDestroyed()).toBe(true);
  load.mockRestore();
});

test('tells a failure in a sentence', async () => {
  const load = vi.spyOn(FakeWindow.prototype, 'loadURL');
  load.mockImplementation(() => Promise.reject(new Error('ERR_FAILED (-2)')));
  const before = FakeWindow.all.length;
  await expect(printPdf('<p>x', never)).rejects.toMatchObject({ code: 'engine.failed' });
  expect(FakeWindow.all.length).toBe(before);
  load.mockRestore();
});
