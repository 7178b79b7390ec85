import { posix } from 'node:path';

const two = (n: number): string => String(n).padStart(2, '0');

/**
 * Names for a version of a document that is kept beside it: "Harbour (their version 2026-11-25
 * 14.03).md", then with " 2" and so on.
 */
export function* copyNames(path: string, whose: string, at: Date): Generator<string> {
  const { dir, name, ext } = posix.parse(path);
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  const stamp = `${day} ${two(at.getHours())}.${two(at.getMinutes())}`;
  for (let n = 1; ; n++) {
    yield posix.join(dir, `${name} (${whose} ${stamp})${n > 1 ? ` ${n}` : ''}${ext}`);
  }
}
