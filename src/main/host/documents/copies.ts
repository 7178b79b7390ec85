import { parse } from 'node:path';
import { fitting } from '../../files/file-names.ts';

const two = (n: number): string => String(n).padStart(2, '0');

/** Longest ending that is told from the name before it. */
const LONGEST_ENDING = 16;

/**
 * Names for a version of a document that is kept beside it: "Harbour (their version 2026-11-25
 * 14.03).md", then with " 2" and so on; of a long name the beginning.
 */
export function* copyNames(document: string, whose: string, at: Date): Generator<string, never> {
  const { name, ext } = parse(document);
  const hasEnding = ext.length <= LONGEST_ENDING;
  const [stem, ending] = hasEnding ? [name, ext] : [document, ''];
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  const stamp = `${day} ${two(at.getHours())}.${two(at.getMinutes())}`;
  for (let n = 1; ; n++) {
    yield fitting(stem, ` (${whose} ${stamp})${n > 1 ? ` ${n}` : ''}${ending}`);
  }
}
