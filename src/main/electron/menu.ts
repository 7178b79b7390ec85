import { Menu, type MenuItemConstructorOptions, type WebContents } from 'electron';
import type { MenuCommand } from '../../shared/api/index.ts';

export interface MenuOptions {
  readonly name: string;
  readonly mac: boolean;
  /** The developer tools and reloading are there only in development. */
  readonly isPackaged: boolean;
  readonly run: (command: MenuCommand) => void;
}

type Items = MenuItemConstructorOptions[];

const separator = { type: 'separator' } as const;
const when = (condition: boolean, ...items: Items): Items => (condition ? items : []);

/**
 * The menu of the app. What the system knows how to do is a role; the rest are commands of the page, which
 * shows their keys in its palette: they can be changed there, so the menu claims none. To undo is the
 * page's: Chromium knows nothing of what the editor can undo, and has nothing to do again. Its keys are the
 * menu's nevertheless, because on macOS fields hear them only through it.
 */
export function menuTemplate({ name, mac, isPackaged, run }: MenuOptions): Items {
  const command = (label: string, what: MenuCommand): MenuItemConstructorOptions => ({
    label,
    click: () => run(what),
  });
  return [
    ...when(mac, {
      label: name,
      submenu: [
        { role: 'about' },
        separator,
        command('Settings…', 'settings'),
        separator,
        { role: 'services' },
        separator,
        { role: 'hide' },
        { role: 'hideOthers' },
        { role: 'unhide' },
        separator,
        { role: 'quit' },
      ],
    }),
    {
      label: '&File',
      submenu: [
        command('New Document', 'newDocument'),
        command('New Folder', 'newFolder'),
        command('Go to a Document…', 'openDocument'),
        command('Choose the Library…', 'chooseLibrary'),
        separator,
        command('Save Now', 'save'),
        command('Close Document', 'closeDocument'),
        separator,
        command('Take a Snapshot', 'takeSnapshot'),
        command('Snapshots…', 'panel.snapshots'),
        separator,
        command('Export…', 'export'),
        ...when(!mac, separator, command('Settings…', 'settings'), separator, { role: 'quit' }),
      ],
    },
    {
      label: '&Edit',
      submenu: [
        { ...command('Undo', 'undo'), accelerator: 'CommandOrControl+Z' },
        { ...command('Redo', 'redo'), accelerator: mac ? 'Shift+Command+Z' : 'Control+Y' },
        separator,
        { role: 'cut' },
        { role: 'copy' },
        { role: 'paste' },
        { role: 'pasteAndMatchStyle' },
        { role: 'selectAll' },
        separator,
        command('Find…', 'find'),
        command('Replace…', 'replace'),
        command('Search the Library…', 'findInAll'),
        ...when(mac, separator, {
          label: 'Speech',
          submenu: [{ role: 'startSpeaking' }, { role: 'stopSpeaking' }],
        }),
      ],
    },
    {
      label: 'F&ormat',
      submenu: [
        command('Heading', 'heading'),
        command('Emphasis', 'italic'),
        command('Strong Emphasis', 'bold'),
      ],
    },
    {
      label: '&Write',
      submenu: [
        command('Continue This Paragraph', 'continue'),
        command('Suggestions So Far', 'panel.history'),
        command('Show Suggested Text', 'showSuggested'),
        command('Disclosure Report…', 'disclosure'),
        separator,
        command('Voices', 'panel.voices'),
        command('Dialogue', 'panel.dialogue'),
      ],
    },
    {
      label: '&View',
      submenu: [
        command('Command Palette…', 'commands'),
        command('Library', 'sidebar'),
        separator,
        command('Focus Mode', 'focusMode'),
        command('Typewriter Mode', 'typewriter'),
        separator,
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { role: 'togglefullscreen' },
        ...when(!isPackaged, separator, { role: 'forceReload' }, { role: 'toggleDevTools' }),
      ],
    },
    { role: 'windowMenu' },
    { role: 'help', submenu: [command('Welcome', 'welcome')] },
  ];
}

/** `focused` is the page that a command goes to. */
export function setMenu(
  options: Omit<MenuOptions, 'run'>,
  focused: () => WebContents | null,
  send: (page: WebContents, command: MenuCommand) => void,
): void {
  const run = (command: MenuCommand): void => {
    const page = focused();
    if (page !== null) send(page, command);
  };
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate({ ...options, run })));
}
