/**
 * What stands for the module `electron`: as much of it as the app uses, typed by the real package, so that
 * a name or a signature that Electron does not have fails to compile. Nothing is shown; what was
 * asked of it is kept.
 */
import { EventEmitter } from 'node:events';
import type { MessagePort } from 'node:worker_threads';
import type * as Electron from 'electron';
import { vi } from 'vitest';

const prevented = () => {
  const event = { defaultPrevented: false, preventDefault: () => (event.defaultPrevented = true) };
  return event;
};

/** Electron's `MessagePortMain` over a port of Node. */
export class FakePortMain extends EventEmitter {
  readonly #port: MessagePort;
  closed = false;

  constructor(port: MessagePort) {
    super();
    this.#port = port;
    port.on('close', () => {
      this.closed = true;
      this.emit('close');
    });
  }

  postMessage(message: unknown): void {
    this.#port.postMessage(message);
  }

  start(): void {
    this.#port.on('message', (data: unknown) => this.emit('message', { data, ports: [] }));
  }

  close(): void {
    this.#port.close();
  }
}

export type Frame = Pick<Electron.WebFrameMain, 'parent' | 'origin' | 'url'>;

export class FakeContents extends EventEmitter {
  readonly mainFrame: Frame = {
    parent: null,
    origin: 'app://understudy',
    url: 'app://understudy/',
  };
  openHandler: Parameters<Electron.WebContents['setWindowOpenHandler']>[0] | null = null;
  readonly setWebRTCIPHandlingPolicy = vi.fn<Electron.WebContents['setWebRTCIPHandlingPolicy']>();
  readonly reload = vi.fn<Electron.WebContents['reload']>();
  readonly replaceMisspelling = vi.fn<Electron.WebContents['replaceMisspelling']>();
  readonly printToPDF = vi.fn<Electron.WebContents['printToPDF']>(() =>
    Promise.resolve(Buffer.from('%PDF-')),
  );

  setWindowOpenHandler(handler: NonNullable<FakeContents['openHandler']>): void {
    this.openHandler = handler;
  }

  /** Emits an event that can be prevented; gives whether it was. */
  try(name: string, ...rest: unknown[]): boolean {
    const event = prevented();
    this.emit(name, event, ...rest);
    return event.defaultPrevented;
  }
}

export class FakeSession extends EventEmitter {
  readonly handlers = new Map<string, (request: Request) => Response | Promise<Response>>();
  beforeRequest:
    ((details: { url: string }, callback: (answer: { cancel?: boolean }) => void) => void) | null =
    null;
  readonly protocol = {
    handle: (scheme: string, handler: (request: Request) => Response | Promise<Response>) =>
      void this.handlers.set(scheme, handler),
  };
  readonly webRequest = {
    onBeforeRequest: (listener: NonNullable<FakeSession['beforeRequest']>) =>
      void (this.beforeRequest = listener),
  };
  readonly setPermissionRequestHandler = vi.fn<Electron.Session['setPermissionRequestHandler']>();
  readonly setPermissionCheckHandler = vi.fn<Electron.Session['setPermissionCheckHandler']>();
  readonly setDevicePermissionHandler = vi.fn<Electron.Session['setDevicePermissionHandler']>();
  readonly setDisplayMediaRequestHandler =
    vi.fn<Electron.Session['setDisplayMediaRequestHandler']>();
  readonly setBluetoothPairingHandler = vi.fn<Electron.Session['setBluetoothPairingHandler']>();
  readonly setSpellCheckerDictionaryDownloadURL =
    vi.fn<Electron.Session['setSpellCheckerDictionaryDownloadURL']>();
  spellCheckerEnabled = true;
  readonly setSpellCheckerEnabled = (enabled: boolean): void =>
    void (this.spellCheckerEnabled = enabled);
  /** As Electron does: languages also switch it on, or off where there are none. */
  readonly setSpellCheckerLanguages = vi.fn<Electron.Session['setSpellCheckerLanguages']>(
    (languages) => {
      this.spellCheckerLanguages = languages;
      this.spellCheckerEnabled = languages.length > 0;
    },
  );
  /** As Chromium has them, and in its order. */
  readonly availableSpellCheckerLanguages = ['de', 'en', 'en-AU', 'en-GB', 'en-US', 'fr', 'sq'];
  /** What a new profile begins with: the language of the system. */
  spellCheckerLanguages: string[] = ['en-GB'];
  readonly getSpellCheckerLanguages = (): string[] => this.spellCheckerLanguages;
  /** Words of Chromium's own dictionary, which outlive the app. */
  readonly customWords = new Set<string>();
  readonly addWordToSpellCheckerDictionary = vi.fn<
    Electron.Session['addWordToSpellCheckerDictionary']
  >((word) => {
    this.customWords.add(word);
    return true;
  });
  readonly removeWordFromSpellCheckerDictionary = vi.fn<
    Electron.Session['removeWordFromSpellCheckerDictionary']
  >((word) => this.customWords.delete(word));
  readonly listWordsInSpellCheckerDictionary = vi.fn<
    Electron.Session['listWordsInSpellCheckerDictionary']
  >(() => Promise.resolve([...this.customWords]));

  /** Whether a request would leave. */
  allows(url: string): boolean {
    let cancelled: boolean | undefined;
    this.beforeRequest?.({ url }, ({ cancel }) => (cancelled = cancel));
    return cancelled === false;
  }
}

export class FakeWindow extends EventEmitter {
  static readonly all: FakeWindow[] = [];
  static readonly getAllWindows = (): FakeWindow[] => [...FakeWindow.all];
  static readonly getFocusedWindow = (): FakeWindow | null => FakeWindow.all.at(-1) ?? null;
  readonly webContents = new FakeContents();
  readonly options: Electron.BrowserWindowConstructorOptions;
  address: string | null = null;
  readonly show = vi.fn<() => void>();
  readonly focus = vi.fn<() => void>();
  readonly maximize = vi.fn<() => void>();
  readonly restore = vi.fn<() => void>();

  constructor(options: Electron.BrowserWindowConstructorOptions) {
    super();
    this.options = options;
    FakeWindow.all.push(this);
    app.emit('web-contents-created', {}, this.webContents);
  }

  /** Why pages do not load; null where they do. */
  static failure: Error | null = null;

  loadURL(address: string): Promise<void> {
    this.address = address;
    return FakeWindow.failure === null ? Promise.resolve() : Promise.reject(FakeWindow.failure);
  }

  getNormalBounds = (): Electron.Rectangle => ({ x: 10, y: 20, width: 900, height: 700 });
  isMaximized = (): boolean => false;
  isFullScreen = (): boolean => false;
  isMinimized = (): boolean => false;
  isDestroyed = (): boolean => !FakeWindow.all.includes(this);

  close(): void {
    this.emit('close', prevented());
    this.destroy();
  }

  destroy(): void {
    FakeWindow.all.splice(FakeWindow.all.indexOf(this), 1);
    this.emit('closed');
  }
}

export class FakeChild extends EventEmitter {
  pid: number | undefined = undefined;
  readonly stderr = null;
  readonly stdout = null;
  readonly sent: unknown[] = [];

  postMessage(message: unknown): void {
    this.sent.push(message);
  }

  spawn(pid: number): void {
    this.pid = pid;
    this.emit('spawn');
  }

  exit(code: number): void {
    this.pid = undefined;
    this.emit('exit', code);
  }
}

class FakeApp extends EventEmitter {
  readonly name = 'Understudy';
  isPackaged = false;
  /** Set by a test before the app starts. */
  root = process.cwd();
  readonly switches = new Map<string, string>();
  readonly paths = new Map<string, string>();
  readonly order: string[] = [];
  primary = true;
  readonly exit = vi.fn<Electron.App['exit']>();
  readonly commandLine = {
    appendSwitch: (name: string, value = '') => void this.switches.set(name, value),
  } satisfies Partial<Electron.CommandLine>;

  enableSandbox = (): void => void this.order.push('enableSandbox');
  requestSingleInstanceLock = (): boolean => this.primary;
  getAppPath = (): string => this.root;
  getVersion = (): string => '1.2.3';
  getPath = (name: string): string => this.paths.get(name) ?? `/nowhere/${name}`;
  setPath = (name: string, path: string): void => void this.paths.set(name, path);
  getPreferredSystemLanguages = (): string[] => ['en-AU'];

  /** Set by a test: what is looked at before the app is ready. */
  beforeReady: () => void = () => undefined;

  whenReady(): Promise<void> {
    this.beforeReady();
    this.order.push('whenReady');
    return Promise.resolve();
  }

  /** As Electron does: the windows go, and then whoever listens may ask for a moment more. */
  quit = (): void => {
    this.order.push('quit');
    for (const window of FakeWindow.getAllWindows()) window.close();
    const event = prevented();
    this.emit('will-quit', event);
    if (!event.defaultPrevented) this.emit('quit', {}, 0);
  };
}

export const app = new FakeApp() satisfies { [K in keyof FakeApp]: unknown };
export const defaultSession = new FakeSession();
/** Sessions beside it, by the name of their partition. */
export const partitions = new Map<string, FakeSession>();
export const ipcMain = new EventEmitter();
export const children: { file: string; args: readonly string[]; child: FakeChild }[] = [];
export const menus: Electron.MenuItemConstructorOptions[][] = [];
export const popups: Electron.PopupOptions[] = [];
export const schemes: Electron.CustomScheme[] = [];
/** What the preload gave to the page, by name. */
export const exposed = new Map<string, unknown>();
export const dialog = {
  showErrorBox: vi.fn<Electron.Dialog['showErrorBox']>(),
  showOpenDialog: vi.fn<(...args: unknown[]) => Promise<Electron.OpenDialogReturnValue>>(),
  showSaveDialog: vi.fn<(...args: unknown[]) => Promise<Electron.SaveDialogReturnValue>>(),
} satisfies Partial<Record<keyof Electron.Dialog, unknown>>;
export const shell = {
  trashItem: vi.fn<Electron.Shell['trashItem']>(() => Promise.resolve()),
  showItemInFolder: vi.fn<Electron.Shell['showItemInFolder']>(),
} satisfies Partial<Electron.Shell>;
export const nativeTheme = {
  themeSource: 'system' as Electron.NativeTheme['themeSource'],
  shouldUseDarkColors: false,
} satisfies Partial<Electron.NativeTheme>;

/** The page that the preload runs in. */
export const renderer = { frame: null as Frame | null, contents: new FakeContents() };
/** The host's ends of all lines that were asked for. */
export const lines: FakePortMain[] = [];

const ipcRenderer = {
  postMessage(channel: string, _message: unknown, transfer: MessagePort[] = []) {
    const ports = transfer.map((port) => new FakePortMain(port));
    lines.push(...ports);
    ipcMain.emit(channel, { senderFrame: renderer.frame, sender: renderer.contents, ports });
  },
};

type Used = Pick<
  typeof Electron,
  | 'app'
  | 'BrowserWindow'
  | 'contextBridge'
  | 'dialog'
  | 'ipcMain'
  | 'ipcRenderer'
  | 'Menu'
  | 'nativeTheme'
  | 'protocol'
  | 'screen'
  | 'session'
  | 'shell'
  | 'utilityProcess'
>;
/** Of every part of the real module, some names, and no others. */
type Part<T> = { readonly [K in keyof T]?: unknown };

/** For `vi.mock('electron', …)`. */
export function fakeElectron(): { [K in keyof Used]: unknown } {
  return {
    app,
    BrowserWindow: FakeWindow,
    contextBridge: {
      exposeInMainWorld: (name, value) => void exposed.set(name, value),
    } satisfies Partial<Electron.ContextBridge>,
    dialog,
    ipcMain,
    ipcRenderer,
    Menu: {
      buildFromTemplate: (template: Electron.MenuItemConstructorOptions[]) => {
        menus.push(template);
        return { popup: (options: Electron.PopupOptions) => void popups.push(options) };
      },
      setApplicationMenu: () => undefined,
    } satisfies Part<typeof Electron.Menu>,
    nativeTheme,
    protocol: {
      registerSchemesAsPrivileged: (added) => void schemes.push(...added),
    } satisfies Partial<Electron.Protocol>,
    screen: {
      getDisplayMatching: () => ({ workArea: { x: 0, y: 0, width: 1440, height: 900 } }),
    } satisfies Part<Electron.Screen>,
    session: {
      defaultSession,
      fromPartition(partition: string, options?: Electron.FromPartitionOptions) {
        const made = new FakeSession();
        partitions.set(`${partition} ${JSON.stringify(options ?? {})}`, made);
        return made;
      },
    } satisfies Part<typeof Electron.session>,
    shell,
    utilityProcess: {
      fork: (file: string, args: string[]) => {
        const child = new FakeChild();
        children.push({ file, args, child });
        return child;
      },
    } satisfies Part<typeof Electron.utilityProcess>,
  };
}
