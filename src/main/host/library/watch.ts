import { basename } from 'node:path';
import { watch, type FSWatcher } from 'chokidar';
import { isLeftover } from '../../files/atomic.ts';
import { DEEPEST } from './tree.ts';

export interface Watching {
  /** Something happened in the folder; `file` is null where it was a folder in it. */
  readonly changed: (file: string | null) => void;
  /** The folder itself is gone, and the watcher with it. */
  readonly lost: () => void;
  readonly log: (line: string) => void;
}

/** Watches a library's folder, but for what is hidden and voices. It gives hints only. */
export function watchFolder(root: string, { changed, lost, log }: Watching): FSWatcher {
  const watcher = watch(root, {
    ignoreInitial: true,
    depth: DEEPEST,
    ignorePermissionErrors: true,
    ignored: (path: string) => {
      const name = basename(path);
      return path !== root && (name.startsWith('.') || name.endsWith('.voice') || isLeftover(name));
    },
  });
  watcher.on('all', (event, path) => {
    if (event === 'unlinkDir' && path === root) lost();
    changed(event === 'addDir' || event === 'unlinkDir' ? null : path);
  });
  watcher.on('error', (error) => log(`Watching the library: ${String(error)}`));
  return watcher;
}
