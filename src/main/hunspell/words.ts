import type { Affixes } from './affixes.ts';
import { lines, toUtf8, withoutComment, type Bytes } from './lines.ts';

/** A word in UTF-8, and the numbers of its sets of flags, largest first; 0 is none. */
export interface Word {
  readonly word: Bytes;
  readonly groups: readonly number[];
}

/** The words of a .dic file, each once, in the order of their bytes. Adds to the groups of `affixes`. */
export function readWords(file: Bytes, { encoding, groups }: Affixes): readonly Word[] {
  const utf8 = toUtf8(encoding);
  const found = new Map<Bytes, Set<number>>();
  // The first line is their number; files often have it wrong.
  const [, ...entries] = lines(file)
    .map(withoutComment)
    .filter((line) => line !== '');
  for (const line of entries) {
    const slash = slashOf(line);
    // What follows a tab tells the form of the word, which no one asks for.
    const [flags = ''] = line.slice(slash + 1).split('\t');
    const [word = ''] = utf8(line.slice(0, slash).replaceAll('\\/', '/')).split('\t');
    const number = flags === '' ? 0 : groups.numberOf(flags);
    const numbers = found.get(word) ?? new Set();
    found.set(word, numbers.add(number));
  }
  return [...found]
    .map(([word, numbers]) => ({ word, groups: [...numbers].sort((a, b) => b - a) }))
    .sort((a, b) => (a.word < b.word ? -1 : 1));
}

/** Where the flags begin: at a slash that is neither the word's first letter nor escaped. */
function slashOf(line: Bytes): number {
  for (let at = 1; at < line.length; at++) if (line[at] === '/' && line[at - 1] !== '\\') return at;
  return line.length;
}
