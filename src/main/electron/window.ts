import path from 'node:path';
import { app, BrowserWindow, nativeTheme, screen, type Rectangle } from 'electron';
import { offerContextMenu } from './context-menu.ts';
import { ORIGIN } from './protocol.ts';
import { applyTheme, paperColour } from './theme.ts';
import type { WindowMemory } from './window-state.ts';

const SMALLEST = { width: 480, height: 400 };
const FIRST = { width: 1180, height: 800 };
/** A page that keeps crashing is not loaded for ever. */
const MOST_RELOADS = 3;
const RELOADS_WITHIN = 10 * 60_000;

/** The remembered place, as long as a screen is still there: at least a corner of it can be grabbed. */
export function placeOnScreen(bounds: Rectangle | null): Partial<Rectangle> {
  if (bounds === null) return FIRST;
  const { workArea } = screen.getDisplayMatching(bounds);
  const width = Math.min(bounds.width, workArea.width);
  const height = Math.min(bounds.height, workArea.height);
  const visible =
    bounds.x + width > workArea.x + 80 &&
    bounds.x < workArea.x + workArea.width - 80 &&
    bounds.y >= workArea.y &&
    bounds.y < workArea.y + workArea.height - 80;
  return visible ? { x: bounds.x, y: bounds.y, width, height } : { width, height };
}

/** Opens the writing room. It is shown when the page has painted, on its own paper until then. */
export function openWindow(
  memory: WindowMemory,
  icon: string,
  addWord: (word: string) => void,
  log: (line: string) => void,
): BrowserWindow {
  const { bounds, maximised, fullScreen, theme } = memory.state;
  applyTheme(nativeTheme, theme);
  const window = new BrowserWindow({
    ...placeOnScreen(bounds),
    minWidth: SMALLEST.width,
    minHeight: SMALLEST.height,
    show: false,
    title: 'Understudy',
    icon,
    backgroundColor: paperColour(nativeTheme, theme),
    autoHideMenuBar: true,
    // Set to false it would take the button away on macOS.
    ...(fullScreen ? { fullscreen: true } : {}),
    webPreferences: {
      preload: path.join(app.getAppPath(), 'dist', 'app', 'preload.cjs'),
      sandbox: true,
      contextIsolation: true,
      webSecurity: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webviewTag: false,
      plugins: false,
      navigateOnDragDrop: false,
      disableDialogs: true,
      spellcheck: true,
      devTools: !app.isPackaged,
    },
  });
  window.once('ready-to-show', () => {
    if (maximised) window.maximize();
    window.show();
  });
  rememberPlace(window, memory);
  offerContextMenu(window.webContents, addWord);
  loadAgainAfterCrashes(window, log);
  window.webContents.on('preload-error', (_event, file, error) =>
    log(`${file}: ${error.stack ?? error.message}`),
  );
  void window.loadURL(`${ORIGIN}/`).catch((error: unknown) => {
    log(`The page: ${String(error)}`);
    // An empty window can be closed; one that was never shown would keep the app running unseen.
    if (!window.isDestroyed()) window.show();
  });
  return window;
}

function rememberPlace(window: BrowserWindow, memory: WindowMemory): void {
  const remember = (): void =>
    memory.remember({
      bounds: window.getNormalBounds(),
      maximised: window.isMaximized(),
      fullScreen: window.isFullScreen(),
    });
  window.on('resized', remember);
  window.on('moved', remember);
  window.on('maximize', remember);
  window.on('unmaximize', remember);
  // "resized" and "moved" are not told on Linux.
  window.on('close', remember);
}

/** The documents are safe with the host: a page that died is loaded again, and finds them there. */
function loadAgainAfterCrashes(window: BrowserWindow, log: (line: string) => void): void {
  let reloads: number[] = [];
  window.webContents.on('render-process-gone', (_event, { reason, exitCode }) => {
    log(`The page is gone: ${reason}, ${exitCode}`);
    if (reason === 'clean-exit' || window.isDestroyed()) return;
    const now = Date.now();
    reloads = [...reloads.filter((time) => now - time < RELOADS_WITHIN), now];
    if (reloads.length <= MOST_RELOADS) window.webContents.reload();
    else window.close();
  });
}
