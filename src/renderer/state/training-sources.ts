/** What a voice is to learn from: documents ticked in the library's tree, dropped files, the sample. */
import type { DocumentEntry, Entry, FolderEntry, Source } from '../../shared/api/index.ts';

export type Ticked = 'all' | 'some' | 'none';

/** All documents below an entry, in order. */
export function documentsIn(entry: Entry): readonly DocumentEntry[] {
  return entry.kind === 'document' ? [entry] : entry.entries.flatMap(documentsIn);
}

export function tickedState(entry: Entry, chosen: ReadonlySet<string>): Ticked {
  const documents = documentsIn(entry);
  const ticked = documents.filter(({ path }) => chosen.has(path)).length;
  if (ticked === 0) return 'none';
  return ticked === documents.length ? 'all' : 'some';
}

/** Ticks all of an entry, or none where all of it was. */
export function toggled(entry: Entry, chosen: ReadonlySet<string>): ReadonlySet<string> {
  const next = new Set(chosen);
  const all = tickedState(entry, chosen) === 'all';
  for (const { path } of documentsIn(entry)) {
    if (all) next.delete(path);
    else next.add(path);
  }
  return next;
}

/**
 * The sources the ticks stand for: a folder of which all is ticked is one source. What has gone from the
 * library since is left out.
 */
export function librarySources(root: FolderEntry, chosen: ReadonlySet<string>): readonly Source[] {
  return root.entries.flatMap((entry): readonly Source[] => {
    const state = tickedState(entry, chosen);
    if (state === 'none') return [];
    if (state === 'all') return [{ kind: 'library', path: entry.path }];
    return entry.kind === 'folder' ? librarySources(entry, chosen) : [];
  });
}

export const chosenWords = (root: FolderEntry, chosen: ReadonlySet<string>): number =>
  documentsIn(root)
    .filter(({ path }) => chosen.has(path))
    .reduce((sum, { words }) => sum + words, 0);

/** A name for a voice of these pages: the first folder they are in, or the first of them. */
export function nameFor(root: FolderEntry, chosen: ReadonlySet<string>): string | null {
  const first = root.entries.find((entry) => tickedState(entry, chosen) !== 'none');
  return first?.name.replace(/\.(md|markdown|txt)$/i, '') ?? null;
}
