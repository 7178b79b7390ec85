import type { Edit } from './api/index.ts';

/** Pieces are cut to this many UTF-16 code units, so that an edit touches little of a long text. */
const PIECE = 1 << 13;

/** A text that is changed in place: an edit costs as much as the piece it falls into, not as the text. */
export class ChunkedText {
  #pieces: string[];
  #length: number;
  #whole: string | null;

  constructor(text: string) {
    this.#pieces = cut(text);
    this.#length = text.length;
    this.#whole = text;
  }

  /** UTF-16 code units. */
  get length(): number {
    return this.#length;
  }

  /** Whether the edits are in order, apart, and inside the text. */
  fits(edits: readonly Edit[]): boolean {
    let end = 0;
    return edits.every(({ from, to }) => {
      const fits = from >= end && to >= from && to <= this.#length;
      end = to;
      return fits;
    });
  }

  /** Applies edits that fit; their offsets are those of the text before any of them. */
  apply(edits: readonly Edit[]): void {
    // From the end, so that the offsets of those before stay right.
    for (let i = edits.length - 1; i >= 0; i--) this.#replace(edits[i]!);
    this.#whole = null;
  }

  #replace({ from, to, insert }: Edit): void {
    let first = 0;
    let start = 0;
    while (first < this.#pieces.length - 1 && start + this.#pieces[first]!.length < from) {
      start += this.#pieces[first]!.length;
      first++;
    }
    let last = first;
    let end = start + (this.#pieces[first]?.length ?? 0);
    while (end < to) {
      last++;
      end += this.#pieces[last]!.length;
    }
    const before = (this.#pieces[first] ?? '').slice(0, from - start);
    const tail = this.#pieces[last] ?? '';
    const after = tail.slice(tail.length - (end - to));
    this.#pieces.splice(first, last - first + 1, ...cut(before + insert + after));
    this.#length += insert.length - (to - from);
  }

  toString(): string {
    return (this.#whole ??= this.#pieces.join(''));
  }
}

function cut(text: string): string[] {
  if (text.length <= 2 * PIECE) return text === '' ? [] : [text];
  const pieces: string[] = [];
  for (let at = 0; at < text.length; at += PIECE) pieces.push(text.slice(at, at + PIECE));
  return pieces;
}
