import { createHash } from 'node:crypto';
import { readAffixes, type Affixes } from './affixes.ts';
import { fromBytes, toBytes, type Bytes } from './lines.ts';
import { writeTrie } from './trie.ts';
import { readWords } from './words.ts';

/** The two files of a dictionary. */
export interface Hunspell {
  readonly aff: Uint8Array;
  readonly dic: Uint8Array;
}

/** "BDic", version 2.0, where the affixes and the words begin, MD5 of all that follows. */
const HEADER = 32;
const MAJOR_VERSION = 2;

/**
 * The file that Chromium reads: header, affixes, words. All numbers in it are little-endian.
 *
 * @throws RangeError where the dictionary cannot be put into this form
 */
export function dictionary({ aff, dic }: Hunspell): Uint8Array {
  const affixes = readAffixes(fromBytes(aff));
  // Read first: they add to the groups.
  const list = readWords(fromBytes(dic), affixes);
  const rules = writeAffixes(affixes, HEADER);
  const words = writeTrie(list, HEADER + rules.length);
  const file = Buffer.alloc(HEADER + rules.length + words.length);
  file.write('BDic', 'latin1');
  file.writeUInt16LE(MAJOR_VERSION, 4);
  file.writeUInt32LE(HEADER, 8);
  file.writeUInt32LE(HEADER + rules.length, 12);
  file.set(rules, HEADER);
  file.set(words, HEADER + rules.length);
  file.set(createHash('md5').update(file.subarray(HEADER)).digest(), 16);
  return file;
}

/** `offset` is where it will stand in the file: it begins with where its four tables are. */
function writeAffixes(
  { comment, groups, rules, replacements, others }: Affixes,
  offset: number,
): Uint8Array {
  const intro = `\n${comment}\n`;
  const tables = [
    table(groups.lines),
    table(rules),
    `${replacements.map(([from, to]) => `${from}\0${to}\0`).join('')}\0`,
    table(others),
  ];
  const head = Buffer.alloc(tables.length * 4);
  let at = offset + head.length + intro.length;
  for (const [index, one] of tables.entries()) {
    head.writeUInt32LE(at, index * 4);
    at += one.length;
  }
  return Buffer.concat([head, toBytes(intro + tables.join(''))]);
}

/** Each with a 0 after it, and one more at the end. */
const table = (entries: readonly Bytes[]): Bytes =>
  `${entries.map((entry) => `${entry}\0`).join('')}\0`;
