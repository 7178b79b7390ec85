/** The state of a network that has read a text up to `at`, an offset into the text as it was typed. */
export interface Mark {
  readonly at: number;
  readonly state: Float32Array;
}

/** Length of what two texts have in common from their beginning. */
export function commonLength(a: string, b: string): number {
  if (a === b) return a.length;
  const most = Math.min(a.length, b.length);
  // Halves are compared as a whole, which is many times as fast as by characters.
  let [low, high] = [0, most];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (a.slice(low, middle) === b.slice(low, middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** What is kept of one text: marks, in order, and the text they are of. */
export class Marks {
  #text = '';
  #marks: Mark[] = [];

  get size(): number {
    return this.#marks.length;
  }

  /** The text is this now: what was kept of another beginning is dropped. Gives the length they share. */
  update(text: string): number {
    const common = commonLength(this.#text, text);
    // The character at a mark decides that it may stand there, so it must be the same too.
    const keep = this.#marks.findIndex(({ at }) => at >= common);
    if (keep >= 0) this.#marks.length = keep;
    this.#text = text;
    return common;
  }

  add(mark: Mark): void {
    const last = this.#marks.at(-1);
    if (!last || last.at < mark.at) this.#marks.push(mark);
    else if (!this.#marks.some(({ at }) => at === mark.at)) {
      this.#marks.splice(this.#before(mark.at), 0, mark);
    }
  }

  /** The last mark before an offset; null where only the beginning is. */
  before(offset: number): Mark | null {
    return this.#marks[this.#before(offset) - 1] ?? null;
  }

  /** Keeps only marks that are so far apart. */
  thin(spacing: number): void {
    let last = 0;
    this.#marks = this.#marks.filter(({ at }) => {
      if (at - last < spacing) return false;
      last = at;
      return true;
    });
  }

  /** How many marks lie before an offset. */
  #before(offset: number): number {
    let [low, high] = [0, this.#marks.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#marks[middle]!.at < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
