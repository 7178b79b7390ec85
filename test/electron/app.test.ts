/** The whole app on a stand-in for Electron: the real preload, host and documents, over real lines. */
import { readdirSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { api, type ApiClient, type MenuCommand } from '../../src/shared/api/index.ts';
import { unwrap } from '../../src/shared/result.ts';
import {
  app,
  children,
  defaultSession,
  exposed,
  FakeWindow,
  menus,
  nativeTheme,
  renderer,
  schemes,
} from '../helpers/electron.ts';

vi.mock('electron', async () => (await import('../helpers/electron.ts')).fakeElectron());

/** In these an added word goes to the system. */
const isElsewhere = process.platform === 'darwin' || process.platform === 'win32';
/** It has a spell checker of its own. */
const mac = process.platform === 'darwin';
/** In Chromium's folder when the app was about to be ready. */
let placed: readonly string[] = [];
let root: string;
let client: ApiClient;
const at = (...names: string[]): string => path.join(root, ...names);
const window = (): FakeWindow => FakeWindow.all[0]!;
const bugs = ['uncaughtException', 'unhandledRejection'] as const;
const handlersBefore = bugs.map((name) => process.listeners(name as 'exit'));
const { argv } = process;

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'understudy-electron-'));
  await mkdir(at('library'));
  await writeFile(at('library', 'harbour.md'), 'The sea was quiet.\n');
  await mkdir(at('dist', 'page', 'assets'), { recursive: true });
  await writeFile(
    at('dist', 'page', 'index.html'),
    '<meta name="style-nonce" content="__NONCE__">',
  );
  await mkdir(at('dist', 'dictionaries'));
  await writeFile(at('dist', 'dictionaries', 'en-US.bdic'), 'BDic of a test');
  app.beforeReady = () => (placed = readdirSync(at('data', 'Dictionaries')));
  app.root = root;
  process.argv = [
    ...argv,
    '--ozone-platform=x11',
    `--data=${at('data')}`,
    '--library',
    at('library'),
  ];
  await import('../../src/main/electron/index.ts');
  await vi.waitFor(() => expect(FakeWindow.all).toHaveLength(1), { timeout: 10_000 });
  renderer.frame = window().webContents.mainFrame;
  renderer.contents = window().webContents;
  await import('../../src/main/electron/preload.ts');
  client = exposed.get('understudy') as ApiClient;
});

afterAll(async () => {
  process.argv = argv;
  for (const [i, name] of bugs.entries()) {
    for (const listener of process.listeners(name as 'exit')) {
      if (!handlersBefore[i]!.includes(listener)) process.off(name, listener);
    }
  }
  await rm(root, { recursive: true, force: true });
});

test('the sandbox is on before Electron is ready, and app: is a scheme with an origin', () => {
  expect(app.order.slice(0, 2)).toEqual(['enableSandbox', 'whenReady']);
  expect(schemes).toEqual([
    {
      scheme: 'app',
      privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true },
    },
  ]);
});

test('the window is sandboxed and shows only what has been painted', () => {
  expect(window().options.webPreferences).toMatchObject({
    sandbox: true,
    contextIsolation: true,
    webSecurity: true,
    nodeIntegration: false,
    webviewTag: false,
    preload: at('dist', 'app', 'preload.cjs'),
  });
  expect(window().address).toBe('app://understudy/');
  expect(window().options).toMatchObject({ show: false, backgroundColor: '#fcfbf7' });
  expect(window().show).not.toHaveBeenCalled();
  window().emit('ready-to-show');
  expect(window().show).toHaveBeenCalledOnce();
});

test('every page of the app is kept where it is', () => {
  expect(window().webContents.try('will-navigate')).toBe(true);
  expect(window().webContents.openHandler!({} as never)).toEqual({ action: 'deny' });
  expect(defaultSession.allows('https://example.com/')).toBe(false);
});

test('the page comes with its policy and a nonce of its own each time', async () => {
  const load = async () => {
    const request = new Request('app://understudy/');
    const response = await defaultSession.handlers.get('app')!(request);
    const csp = response.headers.get('content-security-policy') ?? '';
    return { csp, nonce: /'nonce-([^']+)'/.exec(csp)?.[1], html: await response.text() };
  };
  const [first, second] = [await load(), await load()];
  expect(first.csp).toContain("default-src 'none'");
  expect(first.csp).toContain("require-trusted-types-for 'script'");
  expect(first.html).toContain(`content="${first.nonce}"`);
  expect(first.nonce).not.toBe(second.nonce);
});

test('the preload gives the page a function for every name of the Api, and nothing else', () => {
  expect([...exposed.keys()]).toEqual(['understudy']);
  const names = (kind: string) =>
    Object.entries(api).flatMap(([name, spec]) => (spec.kind === kind ? [name] : []));
  expect(Object.keys(client).sort()).toEqual(['call', 'on', 'stream']);
  expect(Object.keys(client.call).sort()).toEqual(names('call').sort());
  expect(Object.keys(client.stream).sort()).toEqual(names('stream').sort());
  expect(Object.keys(client.on).sort()).toEqual(names('event').sort());
  for (const group of Object.values(client)) {
    for (const member of Object.values(group as object)) expect(member).toBeTypeOf('function');
  }
});

test('calls, streams and refusals cross from the page to the host and back', async () => {
  const start = unwrap(await client.call.start({}));
  expect(start).toMatchObject({ host: 'electron', version: '1.2.3' });
  expect(start.library.root.entries.map(({ path }) => path)).toContain('harbour.md');
  const document = unwrap(await client.call.openDocument({ path: 'harbour.md' }));
  expect(document.text).toBe('The sea was quiet.\n');
  const refused = await client.call.openDocument({ path: '../outside.md' });
  expect(refused).toMatchObject({ ok: false, error: { code: 'request.invalid' } });
  const hits: string[] = [];
  await new Promise<void>((resolve) => {
    client.stream.searchLibrary(
      { query: 'quiet', matchCase: false, wholeWord: false },
      {
        item: (found) => hits.push(...found.map(({ path }) => path)),
        end: () => resolve(),
      },
    );
  });
  expect(hits).toEqual(['harbour.md']);
});

test('what is chosen in the menu reaches the page, and no key reloads a packaged app', async () => {
  const heard: MenuCommand[] = [];
  client.on.command((command) => heard.push(command));
  const items = menus.flat().flatMap(({ submenu }) => (Array.isArray(submenu) ? submenu : []));
  const chosen = items.find(({ label }) => label === 'New Document')!;
  chosen.click!({} as never, undefined, {});
  await vi.waitFor(() => expect(heard).toEqual(['newDocument']));

  const { menuTemplate } = await import('../../src/main/electron/menu.ts');
  for (const mac of [true, false]) {
    const packaged = menuTemplate({ name: 'x', mac, isPackaged: true, run: () => undefined });
    const text = JSON.stringify(packaged);
    expect(text).not.toMatch(/reload|toggleDevTools|viewMenu/i);
    expect(text).toContain('"role":"quit"');
    // Chromium's own would do nothing: the editor remembers, not Chromium.
    expect(text).not.toMatch(/"role":"(un|re)do"/);
  }
});

test('every command of the menu is one of the page', async () => {
  const catalogue = await readFile('src/renderer/state/catalogue.ts', 'utf8');
  const { menuTemplate } = await import('../../src/main/electron/menu.ts');
  const commands: string[] = [];
  const template = menuTemplate({
    name: 'x',
    mac: true,
    isPackaged: true,
    run: (command) => commands.push(command),
  });
  for (const { submenu } of template) {
    for (const item of Array.isArray(submenu) ? submenu : []) {
      item.click?.({} as never, undefined, {});
    }
  }
  expect(commands.length).toBeGreaterThan(15);
  for (const command of commands) {
    const [group, name] = command.split('.');
    const known = name === undefined ? `'${group}',` : `${group}('${name}',`;
    expect(catalogue, command).toContain(known);
  }
});

test('the theme follows the settings', async () => {
  unwrap(await client.call.changeSettings({ theme: 'dark' }));
  await vi.waitFor(() => expect(nativeTheme.themeSource).toBe('dark'));
});

test.skipIf(mac)('spelling follows the settings, and the page can ask who checks it', async () => {
  unwrap(await client.call.changeSettings({ language: 'en-us' }));
  await vi.waitFor(() => expect(defaultSession.spellCheckerLanguages).toEqual(['en-US']));
  expect(defaultSession.spellCheckerEnabled).toBe(true);
  const spelling = async () => unwrap(await client.call.spelling({}));
  expect(await spelling()).toEqual({ kind: 'dictionary', languages: ['en-US'] });
  unwrap(await client.call.changeSettings({ spellcheck: false }));
  await vi.waitFor(() => expect(defaultSession.spellCheckerEnabled).toBe(false));
});

test.skipIf(mac)('the dictionaries are where Chromium looks before it looks', () => {
  expect(placed).toContain('en-US-10-2.bdic');
});

test.skipIf(isElsewhere)('a word is added to the dictionary of the library', async () => {
  window().webContents.emit(
    'context-menu',
    {},
    { misspelledWord: 'krell', dictionarySuggestions: [], isEditable: false, selectionText: '' },
  );
  const add = menus.at(-1)!.find(({ label }) => label === 'Add to Dictionary')!;
  add.click!({} as never, undefined, {});
  await vi.waitFor(() => expect([...defaultSession.customWords]).toEqual(['krell']));
  const kept = async (): Promise<unknown> =>
    JSON.parse(await readFile(at('data', 'Understudy', 'dictionary.json'), 'utf8'));
  await vi.waitFor(async () => expect(await kept()).toEqual({ [at('library')]: ['krell'] }));
});

test('a page that crashes is loaded again, but not for ever', () => {
  const { webContents } = window();
  const before = webContents.reload.mock.calls.length;
  for (let i = 0; i < 3; i++) {
    webContents.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 11 });
  }
  expect(webContents.reload.mock.calls.length - before).toBe(3);
});

test('an engine is a utility process, and its end is noticed', async () => {
  const { launchEngines } = await import('../../src/main/electron/engine.ts');
  const { createEngines } = await import('../../src/main/host/engines/index.ts');
  const states: string[] = [];
  const { createDevices } = await import('../../src/main/host/devices/index.ts');
  const launch = launchEngines(at('dist', 'app', 'engine.js'), () => undefined);
  const log = (): void => undefined;
  const engines = createEngines({
    launch,
    devices: createDevices({ launch, log }),
    threads: () => 1,
    changed: ({ sampler }) => states.push(sampler.kind),
    log,
  });
  const asked = engines.sampler.call('ping', {});
  const refused = expect(asked).rejects.toMatchObject({ code: 'engine.gone' });
  const { file, args, child } = children.at(-1)!;
  expect([file, ...args]).toEqual([at('dist', 'app', 'engine.js'), '--role', 'sampler']);
  child.spawn(123);
  await vi.waitFor(() => expect(child.sent).not.toEqual([]));
  child.exit(1);
  await refused;
  expect(states).toContain('restarting');
  const kill = vi.spyOn(process, 'kill').mockReturnValue(true);
  await vi.waitFor(() => expect(children.at(-1)!.child).not.toBe(child), { timeout: 10_000 });
  children.at(-1)!.child.spawn(456);
  engines.dispose();
  expect(kill).toHaveBeenCalledExactlyOnceWith(456, 'SIGKILL');
  children.at(-1)!.child.exit(9);
  kill.mockRestore();
});

test('quitting saves what was just typed, and only then ends', async () => {
  const { version } = unwrap(await client.call.openDocument({ path: 'harbour.md' }));
  // Not awaited: the last words of a page whose window closes.
  void client.call.editDocument({
    path: 'harbour.md',
    base: version,
    edits: [{ from: 17, to: 17, insert: ', and grey' }],
  });
  const ended = new Promise<void>((resolve) => app.once('quit', () => resolve()));
  app.quit();
  expect(FakeWindow.all).toEqual([]);
  await ended;
  expect(await readFile(at('library', 'harbour.md'), 'utf8')).toBe(
    'The sea was quiet, and grey.\n',
  );
  const remembered: unknown = JSON.parse(
    await readFile(at('data', 'Understudy', 'window.json'), 'utf8'),
  );
  expect(remembered).toMatchObject({ bounds: { width: 900, height: 700 }, theme: 'dark' });
});
