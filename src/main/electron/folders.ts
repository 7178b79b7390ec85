import path from 'node:path';
import { parseArgs } from 'node:util';
import { app } from 'electron';

/** Where everything is, in the packaged app and in a clone. */
export interface Folders {
  /** Understudy's own: settings, session, journals, voices. */
  readonly data: string;
  /** The writer's, as long as they chose no other. */
  readonly library: string;
  /** By `--library FOLDER`. */
  readonly libraryNamed: boolean;
  readonly logs: string;
  readonly page: string;
  readonly engine: string;
  readonly sampleManuscript: string;
  readonly icon: string;
  readonly dictionaries: Dictionaries;
}

/** Those that come along, and where Chromium looks for them: it asks the network for what is not there. */
export interface Dictionaries {
  readonly bundled: string;
  readonly used: string;
}

/**
 * What follows a name on the command line, or "": `--data FOLDER`, `--data=FOLDER`. All others are
 * Chromium's; its own way to read them is for them alone, and knows only the second form.
 */
function named(name: 'data' | 'library'): string {
  const { values } = parseArgs({
    args: process.argv.slice(1),
    options: { data: { type: 'string' }, library: { type: 'string' } },
    strict: false,
  });
  const value = values[name];
  return typeof value === 'string' ? value : '';
}

/** `--data FOLDER` replaces the system's place for Understudy's own files, Chromium's among them. */
export function chooseDataFolder(): void {
  const chosen = named('data');
  if (chosen !== '') app.setPath('userData', path.resolve(chosen));
}

export function folders(): Folders {
  const root = app.getAppPath();
  // Beside the archive in the packaged app, so that any program can open them.
  const resources = app.isPackaged ? process.resourcesPath : path.join(root, 'resources');
  const library = named('library');
  const own = app.getPath('userData');
  return {
    data: path.join(own, 'Understudy'),
    library:
      library === '' ? path.join(app.getPath('documents'), 'Understudy') : path.resolve(library),
    libraryNamed: library !== '',
    logs: path.join(own, 'logs'),
    page: path.join(root, 'dist', 'page'),
    engine: path.join(root, 'dist', 'app', 'engine.js'),
    sampleManuscript: path.join(resources, 'sample-manuscript.md'),
    icon: path.join(resources, 'icons', '512x512.png'),
    dictionaries: {
      bundled: app.isPackaged
        ? path.join(resources, 'dictionaries')
        : path.join(root, 'dist', 'dictionaries'),
      used: path.join(own, 'Dictionaries'),
    },
  };
}
