/** What file systems make of names, whichever of them a folder lies on, now or once it is moved. */

/** Bytes of UTF-8 that a name may have. */
export const LONGEST_NAME = 255;

/** How a file system that ignores case and composition would see a name. */
export const folded = (name: string): string =>
  // Over capitals, since two small letters may share one: both sigmas are one letter to Windows.
  name.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC');

/**
 * The one of these names that is `name`, or its twin by case or composition; undefined where there is none.
 *
 * @param own an entry that is not in the way: the one that gets the name
 */
export const twinOf = (
  names: readonly string[],
  name: string,
  own: string | null = null,
): string | undefined => names.find((other) => other !== own && folded(other) === folded(name));

/** The beginning of a text, at most so many bytes of UTF-8, no character cut in two. */
export function beginningOf(text: string, bytes: number): string {
  let length = 0;
  let end = 0;
  for (const character of text) {
    length += Buffer.byteLength(character);
    if (length > bytes) return text.slice(0, end);
    end += character.length;
  }
  return text;
}

/** `stem` and what follows it, the stem cut so that all of it fits. */
export function fitting(stem: string, rest: string, longest = LONGEST_NAME): string {
  const beginning = beginningOf(stem, longest - Buffer.byteLength(rest));
  return beginning === stem ? stem + rest : beginning.replace(/[. ]+$/, '') + rest;
}
