/** Files and folders from outside, on their way into the library. */
import {
  MOST_BYTES,
  MOST_FILES,
  MOST_PIECE,
  MOST_PIECES,
  type ApiClient,
  type ImportStep,
} from '../../shared/api/index.ts';
import { UserError } from '../../shared/errors.ts';
import { acceptedEndings, droppedWords, formatOf, type Dropped } from '../../shared/formats.ts';
import { unwrap } from '../../shared/result.ts';
import { toBase64 } from './base64.ts';
import { listed, plural } from './training-words.ts';
import type { Progress } from './under-way.svelte.ts';

/** A file by its path within the folder that was dropped; by its name alone where it was a file. */
export interface NamedFile {
  readonly name: string;
  readonly file: Pick<File, 'size' | 'slice'>;
}

const named = (file: File): NamedFile => ({ name: file.name, file });

/** Of a folder, what can be read and is not hidden; of a Scrivener project, its texts and their order. */
const isWanted = (path: string): boolean =>
  !path.split('/').some((segment) => segment.startsWith('.') || segment.startsWith('~$')) &&
  (/\.scriv\//i.test(path)
    ? /(?:\.scrivx|binder\.scrivproj|\/content\.rtf|\/Docs\/\d+\.rtf)$/i.test(path)
    : formatOf(path) !== null);

/** All that was dropped. Folders are walked, and must be asked for before the event is over. */
export async function droppedFiles(
  transfer: Pick<DataTransfer, 'files' | 'items'>,
): Promise<readonly NamedFile[]> {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry());
  if (!entries.some((entry) => entry?.isDirectory)) return [...transfer.files].map(named);
  const found: NamedFile[] = [];
  for (const entry of entries) if (entry) await walk(entry, '', found);
  return found;
}

async function walk(entry: FileSystemEntry, folder: string, found: NamedFile[]): Promise<void> {
  const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
  if (found.length > MOST_FILES) return;
  if (entry.isFile) {
    // A file that was named by itself is told about if it cannot be read.
    if (folder !== '' && !isWanted(path)) return;
    const file = await new Promise<File>((done, failed) =>
      (entry as FileSystemFileEntry).file(done, failed),
    );
    found.push({ name: path, file });
    return;
  }
  if (!entry.isDirectory) return;
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    // It gives a hundred at a time.
    const inside = await new Promise<FileSystemEntry[]>((done, failed) =>
      reader.readEntries(done, failed),
    );
    if (inside.length === 0) return;
    for (const child of inside) await walk(child, path, found);
  }
}

/** Opens the system's file chooser for manuscripts. */
export const chooseFiles = (chosen: (files: readonly NamedFile[]) => void): void =>
  choose({ multiple: true, accept: acceptedEndings.join(',') }, (files) =>
    chosen(files.map(named)),
  );

/** The same for a voice that was exported. */
export const chooseVoice = (chosen: (file: File) => void): void =>
  choose({ multiple: false, accept: '.zip' }, ([file]) => file && chosen(file));

function choose(
  options: Pick<HTMLInputElement, 'multiple' | 'accept'>,
  chosen: (files: readonly File[]) => void,
): void {
  const input = Object.assign(document.createElement('input'), { type: 'file', ...options });
  input.addEventListener('change', () => chosen([...(input.files ?? [])]));
  input.click();
}

/**
 * Brings the files to the host, a piece after the other: none is whole in memory. Gives the name of the batch.
 *
 * @throws UserError for more than can be taken in at once, and for what cannot be read; the reason of the signal
 * once that is aborted, however long a disk takes
 */
export async function bringFiles(
  { call }: Pick<ApiClient, 'call'>,
  files: readonly NamedFile[],
  signal: AbortSignal,
): Promise<string> {
  if (files.length === 0) {
    throw new UserError('text.missing', 'There is no manuscript in what was dropped; drop files.');
  }
  if (files.length > MOST_FILES) {
    const most = MOST_FILES.toLocaleString('en');
    throw new UserError('text.too-large', `Those are more than ${most} files; take fewer at once.`);
  }
  if (files.reduce((sum, { file }) => sum + file.size, 0) > MOST_BYTES) {
    throw new UserError(
      'text.too-large',
      `Those are more than ${MOST_BYTES >> 20} MB; take fewer at once, or a copy without pictures.`,
    );
  }
  const stopped = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
  stopped.catch(() => undefined);
  signal.throwIfAborted();
  const batch = unwrap(await call.beginImport({}));
  try {
    let pieces: { readonly file: number; readonly bytes: string }[] = [];
    let together = 0;
    const send = async (): Promise<void> => {
      unwrap(await call.addToImport({ batch, pieces }));
      signal.throwIfAborted();
      pieces = [];
      together = 0;
    };
    for await (const { file, bytes } of piecesOf(files, stopped)) {
      pieces.push({ file, bytes: toBase64(bytes) });
      together += bytes.length;
      if (together >= MOST_PIECE || pieces.length === MOST_PIECES) await send();
    }
    if (pieces.length > 0) await send();
  } catch (error) {
    void call.dropImport({ batch });
    throw error;
  }
  return batch;
}

/** One that is empty has a piece, too. Throws UserError `text.unreadable`, and what `stopped` says. */
async function* piecesOf(
  files: readonly NamedFile[],
  stopped: Promise<never>,
): AsyncGenerator<{ readonly file: number; readonly bytes: Uint8Array }, void, void> {
  for (const [number, { name, file }] of files.entries()) {
    for (let at = 0; at === 0 || at < file.size; at += MOST_PIECE) {
      const piece = file
        .slice(at, at + MOST_PIECE)
        .arrayBuffer()
        .catch((error: unknown) => {
          throw new UserError('text.unreadable', `${name} could not be read; choose it again.`, {
            cause: error,
          });
        });
      yield { file: number, bytes: new Uint8Array(await Promise.race([piece, stopped])) };
    }
  }
}

/** What is shown of an import before the host tells how far it is. */
export const importSentence = (files: readonly NamedFile[]): string =>
  files.length === 1
    ? `Importing ${lastOf(files[0]!.name)} …`
    : `Importing ${files.length} files …`;

export const importProgress = ({ doing, done, of, name }: ImportStep): Progress => ({
  sentence: `${doing === 'reading' ? 'Reading' : 'Writing'} ${lastOf(name)}${of > 1 ? `, ${done + 1} of ${of}` : ' …'}`,
  share: of > 1 ? done / of : null,
});

const lastOf = (path: string): string => path.split('/').at(-1)!;

/** Null where there is nothing to tell: one file, which is open now, and nothing left out. */
export function importedSentence(documents: number, dropped: readonly Dropped[]): string | null {
  const many = documents > 1 ? `${plural(documents, 'file')} are in the library.` : null;
  const left = dropped.length > 0 ? `Left out: ${listed(dropped.map(droppedWords))}.` : null;
  return many === null && left === null ? null : [many, left].filter(Boolean).join(' ');
}
