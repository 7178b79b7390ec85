import type {
  ApiClient,
  DocumentEntry,
  Entry,
  FolderEntry,
  ImportStep,
  Library as Tree,
  Start,
} from '../../shared/api/index.ts';
import { unwrap } from '../../shared/result.ts';
import { toEnd } from '../../shared/rpc/index.ts';
import {
  bringFiles,
  chooseFiles,
  importedSentence,
  importProgress,
  importSentence,
  type NamedFile,
} from './import-files.ts';
import { folderOf, nameOf } from './document.svelte.ts';
import type { Documents } from './documents.svelte.ts';
import type { Notices } from './notices.svelte.ts';
import type { Settings } from './settings.svelte.ts';
import type { UnderWay } from './under-way.svelte.ts';

/** One line of the tree as it is shown. */
export interface Row {
  readonly entry: Entry;
  readonly level: number;
  /** Its place among its siblings, from 1, and how many they are. */
  readonly place: number;
  readonly of: number;
  readonly open: boolean;
  readonly words: number;
}

export interface LibraryOptions {
  readonly client: ApiClient;
  readonly start: Pick<Start, 'library'>;
  readonly notices: Notices;
  readonly underWay: UnderWay;
  readonly documents: Documents;
  readonly settings: Settings;
}

/** The writer's folder of manuscripts. */
export class Library {
  tree = $state.raw<Tree>({
    place: '',
    root: { kind: 'folder', path: '', name: '', entries: [] },
  });
  /** Folders that are folded. */
  folded = $state.raw<ReadonlySet<string>>(new Set());
  /** The line the keyboard is on. */
  current = $state.raw<string | null>(null);
  /** The line whose name is being written. */
  renaming = $state.raw<string | null>(null);
  readonly rows = $derived(rowsOf(this.tree.root, this.folded));
  readonly documentsInOrder = $derived(documentsOf(this.tree.root));
  readonly words = $derived(wordsOf(this.tree.root));
  readonly #client: ApiClient;
  readonly #notices: Notices;
  readonly #underWay: UnderWay;
  readonly #documents: Documents;
  readonly #settings: Settings;

  constructor({ client, start, notices, underWay, documents, settings }: LibraryOptions) {
    this.#client = client;
    this.#notices = notices;
    this.#underWay = underWay;
    this.#documents = documents;
    this.#settings = settings;
    this.tree = start.library;
    client.on.libraryChanged((tree) => (this.tree = tree));
  }

  fold(path: string, folded: boolean): void {
    const next = new Set(this.folded);
    if (folded) next.add(path);
    else next.delete(path);
    this.folded = next;
  }

  /** Words that all of it is to have, or null. */
  get goal(): number | null {
    return this.#settings.values.libraryGoals[this.tree.place] ?? null;
  }

  /** Sets the goal of this library; those of others stay. */
  async aim(words: number | null): Promise<void> {
    const { place } = this.tree;
    const goals = Object.entries(this.#settings.values.libraryGoals);
    const kept = goals.filter(([other]) => other !== place);
    if (words !== null) kept.push([place, words]);
    await this.#settings.change({ libraryGoals: Object.fromEntries(kept) });
  }

  find(path: string): Entry | null {
    return find(this.tree.root, path);
  }

  /** Where something new goes: into the folder that is chosen, or beside the document that is. */
  get folderInHand(): string {
    const path = this.current ?? this.#documents.active?.path ?? '';
    return this.find(path)?.kind === 'folder' ? path : folderOf(path);
  }

  async createDocument(
    folder = this.folderInHand,
    name: string | null = null,
  ): Promise<string | null> {
    return this.#notices.attempt(async () => {
      const path = unwrap(await this.#client.call.createDocument({ folder, name }));
      this.fold(folder, false);
      this.current = path;
      await this.#documents.open(path);
      return path;
    });
  }

  async createFolder(folder = this.folderInHand): Promise<void> {
    await this.#notices.attempt(async () => {
      const taken = new Set(childrenOf(this.tree.root, folder).map(({ name }) => name));
      let name = 'New folder';
      for (let count = 2; taken.has(name); count++) name = `New folder ${count}`;
      const path = unwrap(await this.#client.call.createFolder({ folder, name }));
      this.fold(folder, false);
      this.current = path;
      this.renaming = path;
    });
  }

  /** Shows the line of an entry, whatever is folded or sought, and lets its name be written. */
  startRenaming(path: string): void {
    for (let at = folderOf(path); at !== ''; at = folderOf(at)) this.fold(at, false);
    this.renaming = path;
  }

  /** A document keeps its ending where the writer gives none. */
  async rename(entry: Entry, typed: string): Promise<void> {
    this.renaming = null;
    const name = typed.trim();
    const shown = entry.kind === 'document' ? nameOf(entry.path) : entry.name;
    if (name === '' || name === shown) return;
    const ending = entry.kind === 'document' ? /\.[^.]+$/.exec(entry.name)?.[0] : undefined;
    const full = ending === undefined || /\.(md|markdown|txt)$/i.test(name) ? name : name + ending;
    await this.#notices.attempt(async () => {
      this.current = unwrap(await this.#client.call.renameEntry({ path: entry.path, name: full }));
    });
  }

  async move(path: string, folder: string): Promise<void> {
    if (folderOf(path) === folder || path === folder || folder.startsWith(`${path}/`)) return;
    await this.#notices.attempt(async () => {
      this.current = unwrap(await this.#client.call.moveEntry({ path, folder }));
      this.fold(folder, false);
    });
  }

  async trash(entry: Entry): Promise<void> {
    await this.#notices.attempt(async () => {
      for (const document of this.#documents.within(entry.path)) await document.queue.flush();
      unwrap(await this.#client.call.trashEntry({ path: entry.path }));
      for (const document of this.#documents.within(entry.path)) this.#documents.drop(document);
      const name = entry.kind === 'document' ? nameOf(entry.path) : entry.name;
      this.#notices.say(`"${name}" is in the trash; you can put it back from there.`);
    });
  }

  async reveal(path: string): Promise<void> {
    await this.#notices.attempt(async () => unwrap(await this.#client.call.revealEntry({ path })));
  }

  async chooseFolder(): Promise<void> {
    await this.#notices.attempt(async () => {
      const tree = unwrap(await this.#client.call.chooseLibrary({}));
      if (tree) this.tree = tree;
    });
  }

  /**
   * Makes documents of files that were dropped in or chosen; the first one is opened. What the files had and
   * the documents have not is told. It can be stopped.
   */
  async importFiles(files: readonly NamedFile[], folder = this.folderInHand): Promise<void> {
    await this.#notices.attempt(async () => {
      const imported = await this.#underWay.run(importSentence(files), async (tell, signal) => {
        const batch = await bringFiles(this.#client, files, signal);
        const names = files.map(({ name }) => name);
        const { importFiles } = this.#client.stream;
        const step = (step: ImportStep): void => tell(importProgress(step));
        return unwrap(await toEnd(importFiles, { batch, folder, names }, step, signal));
      });
      if (imported === null) return;
      const { paths, dropped } = imported;
      const [first] = paths;
      if (first !== undefined) {
        for (let at = folderOf(first); at !== ''; at = folderOf(at)) this.fold(at, false);
        await this.#documents.open(first);
      }
      const sentence = importedSentence(paths.length, dropped);
      if (sentence !== null) this.#notices.say(sentence);
    });
  }

  /** Lets the writer choose files. */
  chooseFiles(folder = this.folderInHand): void {
    chooseFiles((files) => void this.importFiles(files, folder));
  }
}

function rowsOf(root: FolderEntry, folded: ReadonlySet<string>): readonly Row[] {
  const rows: Row[] = [];
  const add = (folder: FolderEntry, level: number): void => {
    folder.entries.forEach((entry, index) => {
      const open = entry.kind === 'folder' && !folded.has(entry.path);
      rows.push({
        entry,
        level,
        place: index + 1,
        of: folder.entries.length,
        open,
        words: entry.kind === 'folder' ? wordsOf(entry) : entry.words,
      });
      if (entry.kind === 'folder' && open) add(entry, level + 1);
    });
  };
  add(root, 1);
  return rows;
}

const documentsOf = (folder: FolderEntry): readonly DocumentEntry[] =>
  folder.entries.flatMap((entry) => (entry.kind === 'folder' ? documentsOf(entry) : [entry]));

const wordsOf = (folder: FolderEntry): number =>
  folder.entries.reduce(
    (sum, entry) => sum + (entry.kind === 'folder' ? wordsOf(entry) : entry.words),
    0,
  );

function find(folder: FolderEntry, path: string): Entry | null {
  if (path === '') return folder;
  for (const entry of folder.entries) {
    if (entry.path === path) return entry;
    if (entry.kind === 'folder' && path.startsWith(`${entry.path}/`)) return find(entry, path);
  }
  return null;
}

function childrenOf(root: FolderEntry, path: string): readonly Entry[] {
  const folder = find(root, path);
  return folder?.kind === 'folder' ? folder.entries : [];
}
