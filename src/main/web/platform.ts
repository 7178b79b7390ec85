import fs from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { UserError } from '../../shared/errors.ts';
import { freeNames, printWithChromium, type Platform } from '../host/index.ts';

const exists = (path: string): Promise<boolean> =>
  fs.access(path).then(
    () => true,
    () => false,
  );

/** The path of the first of `names` that is free in a folder. */
async function freeIn(folder: string, names: Iterable<string>): Promise<string> {
  for (const name of names) if (!(await exists(join(folder, name)))) return join(folder, name);
  throw new RangeError('There is always a free name');
}

/** In the library, where there is no folder for downloads. */
const EXPORTS = 'Exports';

/** What stands for the system's dialogs and trash where the page is in a browser. */
export const webPlatform = (libraryFolder: string): Platform => ({
  kind: 'web',
  chooseFolder: () =>
    Promise.reject(
      new UserError(
        'unsupported',
        'In the browser the library is chosen at the start: run Understudy again with --library FOLDER.',
      ),
    ),
  exportsFolder: EXPORTS,
  async saveAs(suggestedName) {
    const downloads = join(homedir(), 'Downloads');
    const folder = (await exists(downloads)) ? downloads : join(libraryFolder, EXPORTS);
    await fs.mkdir(folder, { recursive: true });
    return freeIn(folder, numbered(suggestedName));
  },
  async trash(path) {
    const trash = join(libraryFolder, '.trash');
    await fs.mkdir(trash, { recursive: true });
    await move(path, await freeIn(trash, freeNames(basename(path))));
  },
  spelling: () => ({ kind: 'browser' }),
  // The browser's dictionary is the browser's.
  spellAlso: null,
  reveal: () =>
    Promise.reject(
      new UserError(
        'unsupported',
        'A browser cannot open the file manager; the library is the folder named at the start.',
      ),
    ),
  printPdf: printWithChromium,
});

function* numbered(name: string): Generator<string> {
  const dot = name.lastIndexOf('.');
  yield name;
  for (let n = 2; ; n++) yield `${name.slice(0, dot)} ${n}${name.slice(dot)}`;
}

/** Renames; between two disks it copies first. */
async function move(from: string, to: string): Promise<void> {
  try {
    await fs.rename(from, to);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EXDEV')) throw error;
    await fs.cp(from, to, { recursive: true, errorOnExist: true, force: false });
    await fs.rm(from, { recursive: true });
  }
}
