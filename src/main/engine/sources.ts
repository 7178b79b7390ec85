import { basename } from 'node:path';
import type { Dropped } from '../../shared/formats.ts';
import { UserError } from '../../shared/errors.ts';
import { findManuscripts, readManuscript } from '../files/manuscripts.ts';
import type { Source } from '../lm/text/index.ts';

/** A part of each file, in characters (UTF-16 code units); `to` is exclusive, null for the end. */
export interface Range {
  readonly from: number;
  readonly to: number | null;
}

/** A file that is trained on. */
export interface SourceFile {
  readonly path: string;
  /** Without its folders: what a voice tells about it. */
  readonly name: string;
  readonly sha256: string;
  readonly encoding: string;
  readonly dropped: readonly Dropped[];
  /** Within the range, before cleaning. */
  readonly characters: number;
}

const part = (text: string, range: Range | null): string =>
  range ? text.slice(range.from, range.to ?? undefined) : text;

/** Finds and looks at all files once; their text is not held. Throws UserError `text.*`. */
export async function findSources(
  paths: readonly string[],
  range: Range | null,
): Promise<SourceFile[]> {
  const found: SourceFile[] = [];
  for (const path of await findManuscripts(paths)) {
    const { text, sha256, encoding, dropped } = await readManuscript(path);
    const { length: characters } = part(text, range);
    found.push({ path, name: basename(path), sha256, encoding, dropped, characters });
  }
  return found;
}

/**
 * Documents of files, one in memory at a time; they can be read again and again.
 *
 * @throws UserError `text.unreadable` when a file is not what it was at the first look
 */
export const sourceOf = (files: readonly SourceFile[], range: Range | null): Source =>
  async function* () {
    for (const file of files) {
      const { text, sha256 } = await readManuscript(file.path);
      if (sha256 !== file.sha256) {
        throw new UserError(
          'text.unreadable',
          `${file.path} was changed while it was being read; save it and start again.`,
        );
      }
      yield { name: file.path, text: part(text, range) };
    }
  };
