import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/** Names of the browsers that are Chromium under their own. */
const commands = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'microsoft-edge',
  'brave-browser',
  'vivaldi',
];
const macApps = ['Google Chrome', 'Chromium', 'Microsoft Edge', 'Brave Browser', 'Vivaldi'];
const windowsPrograms = [
  ['Google', 'Chrome', 'Application', 'chrome.exe'],
  ['Chromium', 'Application', 'chrome.exe'],
  ['Microsoft', 'Edge', 'Application', 'msedge.exe'],
  ['BraveSoftware', 'Brave-Browser', 'Application', 'brave.exe'],
];

/** Where browsers lie on a system, likeliest first. UNDERSTUDY_CHROMIUM names one that comes before all. */
export function chromiumPlaces(platform: NodeJS.Platform, env: Environment): readonly string[] {
  const chosen = env['UNDERSTUDY_CHROMIUM'];
  if (chosen !== undefined && chosen !== '') return [chosen];
  switch (platform) {
    case 'darwin':
      return ['/Applications', join(homedir(), 'Applications')].flatMap((folder) =>
        macApps.map((app) => join(folder, `${app}.app`, 'Contents', 'MacOS', app)),
      );
    case 'win32':
      return ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA']
        .map((name) => env[name])
        .filter((folder) => folder !== undefined)
        .flatMap((folder) => windowsPrograms.map((parts) => join(folder, ...parts)));
    default:
      return commands.flatMap((command) =>
        (env['PATH'] ?? '')
          .split(delimiter)
          .filter((folder) => isAbsolute(folder))
          .map((folder) => join(folder, command)),
      );
  }
}

const canRun = async (path: string): Promise<boolean> => {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    // Not there, or not ours to run: the next one may be.
    return false;
  }
};

/** The browser that prints; null where there is none. */
export async function findChromium(
  platform: NodeJS.Platform = process.platform,
  env: Environment = process.env,
): Promise<string | null> {
  for (const place of chromiumPlaces(platform, env)) if (await canRun(place)) return place;
  return null;
}
