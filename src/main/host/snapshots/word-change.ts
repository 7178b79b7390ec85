import { wordsOf } from '../../../shared/words.ts';
import { slices } from '../slices.ts';

export interface WordChange {
  readonly added: number;
  readonly removed: number;
}

/**
 * How many words one text has that the other lacks, and the other way round. A word counts as often as it
 * stands there; where it stands does not matter, so that a paragraph that was moved is no change.
 */
export async function wordChange(before: string, after: string): Promise<WordChange> {
  const { start, end } = common(before, after);
  const surplus = new Map<string, number>();
  const count = async (text: string, by: number): Promise<void> => {
    for await (const slice of slices(text)) {
      for (const { from, to } of wordsOf(slice)) {
        const word = slice.slice(from, to);
        surplus.set(word, (surplus.get(word) ?? 0) + by);
      }
    }
  };
  await count(after.slice(start, after.length - end), 1);
  await count(before.slice(start, before.length - end), -1);
  let added = 0;
  let removed = 0;
  for (const n of surplus.values()) {
    if (n > 0) added += n;
    else removed -= n;
  }
  return { added, removed };
}

/** What both begin and end with, cut back to a space so that no word is halved. */
function common(a: string, b: string): { readonly start: number; readonly end: number } {
  const most = Math.min(a.length, b.length);
  const same = (length: number): boolean => a.startsWith(b.slice(0, length));
  let start = longest(most, same);
  while (start > 0 && !/\s/.test(a[start - 1]!)) start--;
  const sameEnd = (length: number): boolean => a.endsWith(b.slice(b.length - length));
  let end = longest(most - start, sameEnd);
  while (end > 0 && !/\s/.test(a[a.length - end]!)) end--;
  return { start, end };
}

/** The largest length up to `most` for which `holds`, which holds for all shorter ones too. */
function longest(most: number, holds: (length: number) => boolean): number {
  let low = 0;
  let high = most;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (holds(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}
