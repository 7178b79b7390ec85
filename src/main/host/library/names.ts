import { posix } from 'node:path';
import { UserError } from '../../../shared/errors.ts';
import { fitting } from '../../files/file-names.ts';

const endings = ['.md', '.txt', '.markdown'];

/** Whether a file of this name is a document. */
export const isDocument = (name: string): boolean =>
  !name.startsWith('.') && endings.some((ending) => name.toLowerCase().endsWith(ending));

/** The name of a document as people read it: without its ending. */
export const titleOf = (name: string): string => name.replace(/\.(md|txt|markdown)$/i, '');

/** With ".md" where it has no ending of a document. */
export const withEnding = (name: string): string => (isDocument(name) ? name : `${name}.md`);

/** Longest name that is given, in bytes: what is kept beside a document has a longer one. */
const LONGEST = 240;

/** A name that came from elsewhere, cut where it is too long to be given; its ending stays. */
export function cutName(name: string): string {
  const ext = /\.[^.]{1,16}$/.exec(name)?.[0] ?? '';
  return fitting(name.slice(0, name.length - ext.length), ext, LONGEST);
}

/** Names that Windows keeps for itself, with any ending. */
const reserved = /^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$/i;

/**
 * A name that every system takes, so that a library can move.
 *
 * @throws UserError `document.name`
 */
export function checkedName(name: string): string {
  const why = name.startsWith('.')
    ? 'names that begin with a dot are hidden'
    : /[<>:"/\\|?*\0-\x1f\x7f]/.test(name)
      ? 'it has one of < > : " / \\ | ? * or a sign that cannot be seen'
      : /[. ]$/.test(name)
        ? 'it ends with a dot or a space'
        : reserved.test(name)
          ? 'Windows keeps that name for itself'
          : Buffer.byteLength(name) > LONGEST
            ? 'it is too long'
            : null;
  if (why === null) return name;
  throw new UserError(
    'document.name',
    `"${name.slice(0, 80)}" cannot be used as a name: ${why}; choose another one.`,
  );
}

/** "Harbour.md", "Harbour 2.md", "Harbour 3.md" and so on. */
export function* freeNames(name: string): Generator<string> {
  const ext = isDocument(name) ? posix.extname(name) : '';
  const stem = name.slice(0, name.length - ext.length);
  yield name;
  for (let n = 2; ; n++) yield fitting(stem, ` ${n}${ext}`);
}
