import type { FolderEntry } from '../../../shared/api/index.ts';
import { isUserError } from '../../../shared/errors.ts';
import { codeOf } from '../../files/atomic.ts';
import { readKnown, readTextFile } from '../documents/index.ts';
import { slices } from '../slices.ts';
import type { OpenDocuments } from '../types.ts';
import type { Places } from './places.ts';
import { manuscriptsOf } from './tree.ts';

interface From {
  readonly places: Places;
  readonly documents: OpenDocuments;
}

/** The text of a document: of an open one as it is, unsaved; null for what is gone or no text. */
export async function textOf(path: string, { places, documents }: From): Promise<string | null> {
  const open = documents.get(path);
  if (open) return open.text;
  try {
    const found = await readKnown(await places.document(path));
    return found && (await readTextFile(found.bytes, path)).text;
  } catch (error) {
    if (isUserError(error) || codeOf(error) !== undefined) return null;
    throw error;
  }
}

/**
 * The texts of all manuscripts of a library, in pieces that leave everything else of the host its turn.
 *
 * @throws UserError `library.missing` at the end where the library went meanwhile, and its texts with it
 */
export async function* manuscriptTexts(
  root: FolderEntry,
  exportsFolder: string | null,
  from: From,
): AsyncGenerator<string> {
  for (const { path } of manuscriptsOf(root, exportsFolder)) {
    const text = await textOf(path, from);
    if (text !== null) yield* slices(text);
  }
  const away = await from.places.away();
  if (away) throw away;
}
