/** Code units of a slice: large enough that slicing costs nothing, small enough to be let go soon. */
const SLICE = 1 << 20;

const space = /\s/;

/** Is there a character whole on both sides of `at`? */
const splitsPair = (text: string, at: number): boolean =>
  /^[\uD800-\uDBFF][\uDC00-\uDFFF]$/.test(text.slice(at - 1, at + 1));

/**
 * Where a text may be cut at or after `from` so that both parts give the same units as the whole:
 * before a line break, else before a space, that follows something else. Text without either, 1 MB
 * long, is cut between characters.
 */
function boundary(text: string, from: number): number {
  const reach = text.slice(from, from + SLICE);
  for (const mark of ['\n', ' ']) {
    for (let i = reach.indexOf(mark); i >= 0; i = reach.indexOf(mark, i + 1)) {
      if (!space.test(text.charAt(from + i - 1))) return from + i;
    }
  }
  return splitsPair(text, from) ? from + 1 : from;
}

/** A text in slices of about a million characters; joined they are the text, and so are their units. */
export function* slicesOf(text: string): Iterable<string> {
  let start = 0;
  while (text.length - start > SLICE) {
    const end = boundary(text, start + SLICE);
    yield text.slice(start, end);
    start = end;
  }
  if (start < text.length) yield text.slice(start);
}

/**
 * Where a document's held-back part begins: at the paragraph, else line, else word that begins nearest
 * to its share, within reason; else between two characters.
 */
export function cutAt(text: string, heldBack: number): number {
  if (!(heldBack >= 0 && heldBack < 1)) {
    throw new RangeError(`A share of ${heldBack} cannot be held back; it is at least 0, under 1`);
  }
  if (heldBack === 0) return text.length;
  const target = Math.floor(text.length * (1 - heldBack));
  const reach = Math.floor(Math.min(20_000, text.length * Math.min(heldBack, 1 - heldBack) * 0.3));
  const from = target - reach;
  const near = text.slice(from, target + reach);
  for (const mark of ['\n\n', '\n', ' ']) {
    const ends = [near.lastIndexOf(mark, reach - mark.length), near.indexOf(mark, reach)]
      .filter((found) => found >= 0)
      .map((found) => from + found + mark.length)
      .sort((a, b) => Math.abs(a - target) - Math.abs(b - target));
    if (ends[0] !== undefined) return ends[0];
  }
  return splitsPair(text, target) ? target + 1 : target;
}
