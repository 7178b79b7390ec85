/** The desktop app: Electron's windows and processes around the host. */
import { app } from 'electron';
import { registerScheme } from './protocol.ts';
import { placeDictionaries } from './dictionaries.ts';
import { chooseDataFolder, folders } from './folders.ts';
import { silence } from './session.ts';
import { startDesktop } from './desktop.ts';

// All of this counts only before the app is ready.
chooseDataFolder();
app.enableSandbox();
silence(app.commandLine);
registerScheme();

// A second start brings the first one's window to the front.
if (app.requestSingleInstanceLock()) {
  // macOS has a spell checker of its own.
  const problems = process.platform === 'darwin' ? [] : placeDictionaries(folders().dictionaries);
  startDesktop(problems);
} else app.quit();
