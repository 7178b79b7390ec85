import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { app, BrowserWindow, dialog, nativeTheme, session } from 'electron';
import type { Settings } from '../../shared/api/index.ts';
import { isUserError } from '../../shared/errors.ts';
import { createHost, loadPage, type Host } from '../host/index.ts';
import { launchEngines } from './engine.ts';
import { folders } from './folders.ts';
import { guardContents } from './guard.ts';
import { acceptPages } from './ipc.ts';
import { hasOwnDictionary, LibraryWords } from './library-words.ts';
import { openLog } from './log.ts';
import { setMenu } from './menu.ts';
import { electronPlatform } from './platform.ts';
import { isPrinting } from './print.ts';
import { servePage } from './protocol.ts';
import { quitWhenSaved } from './quit.ts';
import { guardSession } from './session.ts';
import { followSettings } from './settings.ts';
import { SpellChecker } from './spelling.ts';
import { applyTheme } from './theme.ts';
import { openWindow } from './window.ts';
import { WindowMemory } from './window-state.ts';

/**
 * Starts the app once Electron is ready; where it cannot start, says why and ends. `problems` are those
 * of before there was a log.
 */
export function startDesktop(problems: readonly string[]): void {
  app.on('web-contents-created', (_event, contents) => guardContents(contents));
  app
    .whenReady()
    .then(() => run(problems))
    .catch((error: unknown) => {
      const known = isUserError(error);
      dialog.showErrorBox(
        'Understudy could not start',
        known ? error.message : String(error instanceof Error ? error.stack : error),
      );
      app.exit(1);
    });
}

async function run(problems: readonly string[]): Promise<void> {
  const places = folders();
  await mkdir(places.data, { recursive: true });
  const log = await openLog(places.logs);
  for (const problem of problems) log(problem);
  app.on('child-process-gone', (_event, { type, reason, exitCode, name }) =>
    log(`${name ?? type} is gone: ${reason}, ${exitCode}`),
  );
  // A bug outside of any call. The documents are in the host and on the disk: writing goes on.
  process.on('uncaughtException', (error) => log(error.stack ?? error.message));
  process.on('unhandledRejection', (reason) =>
    log(reason instanceof Error ? (reason.stack ?? reason.message) : String(reason)),
  );

  const { defaultSession } = session;
  guardSession(defaultSession, app.isPackaged);
  servePage(
    defaultSession.protocol,
    await loadPage(places.page, () => randomBytes(16).toString('base64')),
  );
  const spelling = new SpellChecker({
    session: defaultSession,
    system: process.platform,
    systemLanguages: () => app.getPreferredSystemLanguages(),
    dictionaries: places.dictionaries,
    log,
  });
  const words = hasOwnDictionary(process.platform)
    ? new LibraryWords({ session: defaultSession, log })
    : null;
  const memory = await WindowMemory.read(places.data, log);
  const host = await createHost({
    version: app.getVersion(),
    platform: electronPlatform(
      frontWindow,
      (settings) => spelling.state(settings),
      words && ((all) => words.follow(all)),
    ),
    launch: launchEngines(places.engine, log),
    dataFolder: places.data,
    libraryFolder: places.library,
    libraryNamed: places.libraryNamed,
    sampleManuscript: places.sampleManuscript,
    log,
  });
  const addWord = (word: string): void => {
    if (words !== null) host.addWord(word);
    else if (!defaultSession.addWordToSpellCheckerDictionary(word)) {
      log(`"${word}" could not be added to the dictionary`);
    }
  };
  openRoom(host, memory, spelling, addWord, places.icon, log);
}

function openRoom(
  host: Host,
  memory: WindowMemory,
  spelling: SpellChecker,
  addWord: (word: string) => void,
  icon: string,
  log: (line: string) => void,
): void {
  const settingsChanged = (settings: Settings): void => {
    memory.remember({ theme: settings.theme });
    applyTheme(nativeTheme, settings.theme);
    spelling.follow(settings);
  };
  let following: Promise<void> | null = null;
  const pages = acceptPages((port) => {
    host.connect(port);
    // After the first page, which is to hear what the host had to say at its start.
    following ??= followSettings((line) => host.connect(line), settingsChanged).catch(
      (error: unknown) => log(`The settings: ${String(error)}`),
    );
  }, log);
  quitWhenSaved({
    pages,
    save: async () => {
      await host.close();
      await memory.written();
    },
    log,
  });
  setMenu(
    { name: app.name, mac: process.platform === 'darwin', isPackaged: app.isPackaged },
    () => frontWindow()?.webContents ?? null,
    (page, command) => pages.command(page, command),
  );

  const open = (): void => void openWindow(memory, icon, addWord, log);
  open();
  app.on('second-instance', () => {
    const window = frontWindow();
    if (window === null) return open();
    if (window.isMinimized()) window.restore();
    window.focus();
  });
  // macOS: a click in the Dock while the app runs without a window.
  app.on('activate', () => {
    if (frontWindow() === null) open();
  });
}

const frontWindow = (): BrowserWindow | null =>
  BrowserWindow.getFocusedWindow() ??
  BrowserWindow.getAllWindows().find((window) => !isPrinting(window)) ??
  null;
