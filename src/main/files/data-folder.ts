import { homedir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

/** Where this system's programs keep their data. */
export function dataFolder(): string {
  const { APPDATA, XDG_DATA_HOME } = process.env;
  switch (process.platform) {
    case 'darwin':
      return join(homedir(), 'Library', 'Application Support', 'Understudy');
    case 'win32':
      return join(APPDATA ?? join(homedir(), 'AppData', 'Roaming'), 'Understudy');
    default:
      return join(XDG_DATA_HOME ?? join(homedir(), '.local', 'share'), 'understudy');
  }
}
