import { beforeEach, describe, expect, test, vi } from 'vitest';
import { app, FakeContents, FakeSession, lines, type Frame } from '../helpers/electron.ts';

vi.mock('electron', async () => (await import('../helpers/electron.ts')).fakeElectron());
const { guardSession, silence } = await import('../../src/main/electron/session.ts');
const { guardContents } = await import('../../src/main/electron/guard.ts');
const { answer } = await import('../../src/main/electron/protocol.ts');
const { isOurPage } = await import('../../src/main/electron/sender.ts');
const { acceptPages } = await import('../../src/main/electron/ipc.ts');
const electron = await import('electron');

describe('the session', () => {
  let defaultSession: FakeSession;
  beforeEach(() => {
    defaultSession = new FakeSession();
    guardSession(defaultSession as unknown as Electron.Session, true);
  });

  test('lets the page have its own files and nothing else', () => {
    expect(defaultSession.allows('app://understudy/')).toBe(true);
    expect(defaultSession.allows('app://understudy/assets/index.js')).toBe(true);
    for (const url of [
      'https://example.com/',
      'http://127.0.0.1:8080/',
      'ws://127.0.0.1/',
      'file:///etc/passwd',
      'app://elsewhere/',
      'app://understudy.example.com/',
      'app://understudy@example.com/',
      'data:text/html,x',
      'devtools://devtools/bundled/inspector.html',
      'chrome://settings',
      '',
    ]) {
      expect(defaultSession.allows(url), url).toBe(false);
    }
  });

  type Permission = Parameters<
    NonNullable<Parameters<Electron.Session['setPermissionRequestHandler']>[0]>
  >[1];
  /** Whether both handlers allow it; they must agree. */
  const permits = (permission: Permission, requestingUrl: string | null, isMainFrame = true) => {
    const granted = vi.fn();
    const from = { requestingUrl: requestingUrl ?? '', isMainFrame };
    const ask = defaultSession.setPermissionRequestHandler.mock.lastCall![0]!;
    ask({} as Electron.WebContents, permission, granted, from);
    expect(granted).toHaveBeenCalledOnce();
    const check = defaultSession.setPermissionCheckHandler.mock.lastCall![0]!;
    const details = { isMainFrame, ...(requestingUrl === null ? {} : { requestingUrl }) };
    const checked = check(null, permission, requestingUrl ?? '', details);
    expect(granted).toHaveBeenCalledWith(checked);
    return checked;
  };

  test('lets our own page put text on the clipboard, and no other', () => {
    const write = 'clipboard-sanitized-write';
    expect(permits(write, 'app://understudy/')).toBe(true);
    expect(permits(write, 'app://understudy/', false)).toBe(false);
    expect(permits(write, 'app://understudy.example.com/')).toBe(false);
    expect(permits(write, 'https://app//understudy/')).toBe(false);
    expect(permits(write, 'file:///home/someone/page.html')).toBe(false);
    expect(permits(write, '')).toBe(false);
    expect(permits(write, null)).toBe(false);
  });

  test('denies every other permission and every device', () => {
    for (const permission of [
      'clipboard-read',
      'deprecated-sync-clipboard-read',
      'fileSystem',
      'fullscreen',
      'geolocation',
      'local-fonts',
      'media',
      'notifications',
      'openExternal',
      'persistent-storage',
      'pointerLock',
      'usb',
    ] as Permission[]) {
      expect(permits(permission, 'app://understudy/'), permission).toBe(false);
    }
    const device = defaultSession.setDevicePermissionHandler.mock.lastCall![0]!;
    expect(device({} as never)).toBe(false);
    const streams = vi.fn();
    defaultSession.setDisplayMediaRequestHandler.mock.lastCall![0]!({} as never, streams);
    expect(streams).toHaveBeenCalledExactlyOnceWith(null);
  });

  test('refuses downloads, and devices that would be chosen', () => {
    for (const name of [
      'will-download',
      'select-hid-device',
      'select-serial-port',
      'select-usb-device',
    ]) {
      const preventDefault = vi.fn();
      const rest = name === 'select-serial-port' ? [[], {}] : [{}];
      defaultSession.emit(name, { preventDefault }, ...rest, () => undefined);
      expect(preventDefault, name).toHaveBeenCalledOnce();
    }
  });

  test('asks no server for a dictionary', () => {
    const [address] = defaultSession.setSpellCheckerDictionaryDownloadURL.mock.lastCall!;
    expect(address).toBe('app://understudy/dictionaries/');
  });

  test('keeps Chromium itself off the network', () => {
    silence(app.commandLine as unknown as Electron.CommandLine);
    expect(app.switches.get('host-resolver-rules')).toBe('MAP * ~NOTFOUND');
    expect([...app.switches.keys()]).toContain('disable-background-networking');
  });
});

describe('a page', () => {
  test('stays where it is and opens nothing', () => {
    const contents = new FakeContents();
    guardContents(contents as unknown as Electron.WebContents);
    for (const name of [
      'will-navigate',
      'will-frame-navigate',
      'will-redirect',
      'will-attach-webview',
    ]) {
      expect(contents.try(name), name).toBe(true);
    }
    expect(contents.openHandler!({} as Electron.HandlerDetails)).toEqual({ action: 'deny' });
    expect(contents.setWebRTCIPHandlingPolicy).toHaveBeenCalledWith('disable_non_proxied_udp');
  });
});

describe('app:', () => {
  const page = (path: string) =>
    path === '/'
      ? { status: 200, headers: { 'content-security-policy': "default-src 'none'" }, body: bytes }
      : { status: 404, headers: {}, body: new Uint8Array() };
  const bytes = new TextEncoder().encode('<p>page</p>');

  test('answers with the files of the page, their headers and their policy', async () => {
    const response = answer(page, { method: 'GET', url: 'app://understudy/' });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-security-policy')).toBe("default-src 'none'");
    expect(await response.text()).toBe('<p>page</p>');
  });

  test('knows no other host, method or file', () => {
    const status = (method: string, url: string) => answer(page, { method, url }).status;
    expect(status('GET', 'app://elsewhere/')).toBe(404);
    expect(status('POST', 'app://understudy/')).toBe(405);
    expect(status('GET', 'app://understudy/../../etc/passwd')).toBe(404);
    expect(status('GET', 'app://understudy/%2e%2e/package.json')).toBe(404);
  });
});

describe('a line to the host', () => {
  const main: Frame = { parent: null, origin: 'app://understudy', url: 'app://understudy/' };
  const strangers: Record<string, Frame | null> = {
    'a frame that is gone': null,
    'a frame within a page': { ...main, parent: main as Electron.WebFrameMain },
    'a page of elsewhere': { ...main, origin: 'https://example.com' },
    'a page with a like name': { ...main, origin: 'app://understudy.example.com' },
    'a page without an origin': { ...main, origin: 'null' },
    'a file': { ...main, origin: 'file://' },
  };

  test.for(Object.entries(strangers))('is refused to %s', ([, frame]) => {
    expect(isOurPage({ senderFrame: frame as Electron.WebFrameMain | null })).toBe(false);
  });

  test('is given to the main frame of our page, once for each document', async () => {
    const { renderer } = await import('../helpers/electron.ts');
    const connected = vi.fn();
    const log = vi.fn();
    acceptPages(connected, log);
    const { CONNECT } = await import('../../src/main/electron/channel.ts');
    const ask = (frame: Frame | null) => {
      renderer.frame = frame;
      const { port1, port2 } = new MessageChannel();
      electron.ipcRenderer.postMessage(CONNECT, null, [port2]);
      return port1;
    };
    for (const frame of Object.values(strangers)) {
      const line = ask(frame);
      await vi.waitFor(() => expect(lines.at(-1)!.closed).toBe(true));
      line.close();
    }
    expect(connected).not.toHaveBeenCalled();
    expect(log).toHaveBeenCalledTimes(Object.keys(strangers).length);
    const line = ask(main);
    expect(connected).toHaveBeenCalledOnce();
    line.close();
    electron.ipcMain.removeAllListeners(CONNECT);
  });
});
