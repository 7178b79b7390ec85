/** The desktop app: Electron's windows and processes around the host. */
import { app } from 'electron';
import { registerScheme } from './protocol.ts';
import { chooseDataFolder } from './folders.ts';
import { silence } from './session.ts';
import { startDesktop } from './desktop.ts';

// All of this counts only before the app is ready.
chooseDataFolder();
app.enableSandbox();
silence(app.commandLine);
registerScheme();

// A second start brings the first one's window to the front.
if (app.requestSingleInstanceLock()) startDesktop();
else app.quit();
