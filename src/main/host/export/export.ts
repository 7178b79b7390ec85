import fs from 'node:fs/promises';
import type {
  ApiHandlers,
  Exported,
  ExportRequest,
  ExportStage,
  FolderEntry,
} from '../../../shared/api/index.ts';
import { pageSizeOf } from '../../../shared/books.ts';
import { UserError } from '../../../shared/errors.ts';
import { writeAtomic } from '../../files/atomic.ts';
import { createFile, encode, readTextFile } from '../documents/index.ts';
import { forPeople, manuscriptsOf, titleOf, type Places } from '../library/index.ts';
import type { LaunchEngine, OpenDocuments, Platform } from '../types.ts';
import { writeApart } from './export-process.ts';

export interface ExportOptions {
  readonly places: () => Places;
  /** The tree as it is shown: its order is the book's. */
  readonly root: () => FolderEntry;
  readonly documents: OpenDocuments;
  readonly platform: Platform;
  readonly launch: LaunchEngine;
  /** BCP 47: of a text that says nothing of its own. */
  readonly language: () => string;
  readonly now: () => Date;
  readonly log: (line: string) => void;
}

interface Text {
  readonly name: string;
  /** As it stands in the editor, with \n line ends. */
  readonly text: string;
  /** The same as the bytes of its file. */
  readonly bytes: Buffer;
}

/** The calls of the Api about getting documents out. */
export function createExport(options: ExportOptions): Pick<ApiHandlers, 'exportDocuments'> {
  const { platform } = options;
  return {
    async *exportDocuments(request, signal) {
      const { format } = request.choices;
      const paths = pathsOf(options, request.path);
      // Whatever cannot be read is told before the writer chooses a place.
      await textsOf(options, paths);
      const name = nameOf(options, request);
      yield 'choosing';
      const file = await platform.saveAs(`${fileName(request.title ?? name)}.${format}`);
      if (file === null || signal.aborted) return null;
      // The writer was asked whether it may be replaced.
      const replaces = await fs.access(file).then(
        () => true,
        () => false,
      );
      try {
        const texts = await textsOf(options, paths);
        const { bytes, dropped } = yield* bytesOf(options, request, name, texts, signal);
        signal.throwIfAborted();
        yield 'saving';
        if (replaces) await writeAtomic(file, [bytes]);
        else await createFile(file, Buffer.from(bytes));
        return { place: forPeople(file), dropped };
      } catch (error) {
        // Stopped: nothing was written.
        if (signal.aborted) return null;
        throw error;
      }
    },
  };
}

/** Documents in reading order. Throws UserError where there are none. */
function pathsOf({ root, platform }: ExportOptions, path: string): readonly string[] {
  const entry = find(root(), path);
  if (entry === null) {
    throw new UserError('document.missing', `${path} is not in the library; look for it there.`);
  }
  if (entry.kind === 'document') return [entry.path];
  const paths = Array.from(
    manuscriptsOf(entry, platform.exportsFolder),
    (document) => document.path,
  );
  if (paths.length > 0) return paths;
  throw new UserError(
    'text.empty',
    `There are no documents in ${entry.name}; choose another folder.`,
  );
}

function find(folder: FolderEntry, path: string): FolderEntry['entries'][number] | null {
  if (folder.path === path) return folder;
  for (const entry of folder.entries) {
    if (entry.path === path) return entry;
    if (entry.kind === 'folder' && path.startsWith(`${entry.path}/`)) return find(entry, path);
  }
  return null;
}

/** The texts as they are now: what is open comes from memory, for its file may be older. */
async function textsOf(
  { places, documents }: ExportOptions,
  paths: readonly string[],
): Promise<readonly Text[]> {
  const texts: Text[] = [];
  for (const path of paths) {
    const name = titleOf(path.split('/').at(-1)!);
    const real = await places().document(path);
    const bytes = await fs.readFile(real).catch((error: unknown) => {
      throw new UserError(
        'text.unreadable',
        `${path} cannot be read; check that you may open it.`,
        {
          cause: error,
        },
      );
    });
    const { text, form } = await readTextFile(bytes, path);
    const live = documents.get(path)?.text ?? text;
    const same = live === text;
    const written = same ? bytes : (encode(live, form) ?? Buffer.from(live));
    texts.push({ name, text: live, bytes: written });
  }
  if (texts.every(({ text }) => text.trim() === '')) {
    throw new UserError('text.empty', 'There is nothing to export yet; write something first.');
  }
  return texts;
}

interface Content {
  readonly bytes: Uint8Array;
  readonly dropped: Exported['dropped'];
}

/** What stands in the file. */
async function* bytesOf(
  { platform, launch, language, now, log }: ExportOptions,
  { title, choices }: ExportRequest,
  name: string,
  texts: readonly Text[],
  signal: AbortSignal,
): AsyncGenerator<ExportStage, Content, void> {
  const [only] = texts;
  // A document that is Markdown stays as it is, to the last byte.
  if (choices.format === 'md' && only && texts.length === 1) {
    return { bytes: only.bytes, dropped: [] };
  }
  yield 'writing';
  const { written, dropped } = await writeApart(
    launch,
    {
      documents: texts.map(({ name, text }) => ({ name, text })),
      format: choices.format,
      pageSize: choices.pageSize === '' ? pageSizeOf(language()) : choices.pageSize,
      date: now(),
      options: {
        title,
        author: choices.author,
        language: null,
        titlePage: choices.titlePage,
        chapterHeadings: choices.chapterHeadings,
        fallbackTitle: name,
        fallbackLanguage: language(),
      },
    },
    signal,
    log,
  );
  if (written.kind === 'file') return { bytes: written.bytes, dropped };
  signal.throwIfAborted();
  yield 'printing';
  return { bytes: await platform.printPdf(written.html, signal), dropped };
}

/** What the document, the folder or the library is called. */
function nameOf({ root }: ExportOptions, { path }: ExportRequest): string {
  return path === '' ? root().name : titleOf(path.split('/').at(-1)!);
}

/** Of a title, what every system takes as a name. */
function fileName(title: string): string {
  const name = title
    .replace(/[<>:"/\\|?*\0-\x1f\x7f]+/g, ' ')
    .replace(/\s+/g, ' ')
    .replace(/^[. ]+|[. ]+$/g, '')
    .slice(0, 120)
    .trim();
  return name === '' ? 'Book' : name;
}
