import type { Word } from './words.ts';

/**
 * The words as a tree of letters, each node written before its children:
 *
 *     0mfnnnnn nnnnnnnn   leaf: n is the first set of flags; m: the rest of the word follows, up to a 0;
 *                         f: more sets follow, two bytes each, up to FFFF. All ones: all sets follow.
 *     1110cccc            list of c children: their letter, and how far they are from the end of the list
 *     1111cccc            in one byte, or here in two
 *     110000wz            table by letter: the first letter, their number; offsets from this node in two
 *                         bytes, or (w) from the beginning of the file in four; z: one for "no letter" first
 */
const LEAF_REST = 0x40;
const LEAF_MORE = 0x20;
const LIST = 0xe0;
const LIST_WIDE = 0x10;
const TABLE = 0xc0;
const TABLE_WIDE = 0x02;
const TABLE_END = 0x01;

/** The largest number of a set that fits into a leaf; one more says that all are in what follows. */
const MOST_IN_LEAF = 0x1ffe;
/** As many sets as Chromium reads of one word. */
const MOST_GROUPS = 32;
const MOST_IN_LIST = 16;

type Node =
  | { readonly kind: 'leaf'; readonly bytes: Uint8Array; readonly size: number }
  | {
      readonly kind: 'list' | 'table';
      readonly wide: boolean;
      readonly children: readonly Child[];
      readonly size: number;
    };

/** `letter` is 0 for the word that ends here. */
interface Child {
  readonly letter: number;
  readonly node: Node;
}

/**
 * `offset` is where it will stand in the file.
 *
 * @throws RangeError when there are no words
 */
export function writeTrie(words: readonly Word[], offset: number): Uint8Array {
  if (words.length === 0) throw new RangeError('A dictionary needs words');
  const root = branch(words, 0, words.length, 0);
  const output = new Output(root.size, offset);
  output.write(root);
  return output.bytes;
}

/** The words from `begin` to `end`, which have their first `depth` letters in common. */
function branch(words: readonly Word[], begin: number, end: number, depth: number): Node {
  const children: Child[] = [];
  let at = begin;
  while (at < end) {
    const letter = letterOf(words, at, depth);
    let next = at + 1;
    while (letter !== 0 && next < end && letterOf(words, next, depth) === letter) next++;
    const node = next === at + 1 ? leaf(words[at]!, depth + 1) : branch(words, at, next, depth + 1);
    children.push({ letter, node });
    at = next;
  }
  return inner(children);
}

/** 0 past the end of a word. */
const letterOf = (words: readonly Word[], index: number, depth: number): number => {
  const { word } = words[index]!;
  return depth < word.length ? word.charCodeAt(depth) : 0;
};

function leaf({ word, groups }: Word, depth: number): Node {
  const rest = word.slice(depth);
  const [first = 0, ...others] = groups.slice(0, MOST_GROUPS);
  const fits = first <= MOST_IN_LEAF;
  const inside = fits ? first : MOST_IN_LEAF + 1;
  const following = fits ? others : [first, ...others];
  const bytes = [
    (inside >> 8) | (rest === '' ? 0 : LEAF_REST) | (following.length > 0 ? LEAF_MORE : 0),
    inside & 0xff,
    ...(rest === '' ? [] : [...Buffer.from(rest, 'latin1'), 0]),
    ...(following.length === 0 ? [] : [...following, 0xffff].flatMap((n) => [n & 0xff, n >> 8])),
  ];
  return { kind: 'leaf', bytes: Uint8Array.from(bytes), size: bytes.length };
}

/** The smallest form that holds the children. */
function inner(children: readonly Child[]): Node {
  const below = children.reduce((sum, { node }) => sum + node.size, 0);
  if (children.length < MOST_IN_LIST && below <= 0xffff) {
    const wide = below > 0xff;
    const size = 1 + children.length * (wide ? 3 : 2) + below;
    return { kind: 'list', wide, children, size };
  }
  const { end, letters } = table(children);
  const entries = letters + (end ? 1 : 0);
  const narrow = 3 + entries * 2 + below;
  const wide = narrow >= 0xffff;
  return { kind: 'table', wide, children, size: wide ? narrow + entries * 2 : narrow };
}

/** Whether a word ends here; the first letter of the table, and how many it holds. */
function table(children: readonly Child[]): { end: boolean; first: number; letters: number } {
  const end = children[0]?.letter === 0;
  const first = children[end ? 1 : 0]?.letter ?? 0;
  const last = children.at(-1)?.letter ?? 0;
  return { end, first, letters: last - first + 1 };
}

class Output {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  readonly #offset: number;
  #at = 0;

  constructor(size: number, offset: number) {
    this.#offset = offset;
    this.bytes = new Uint8Array(size);
    this.#view = new DataView(this.bytes.buffer);
  }

  write(node: Node): void {
    if (node.kind === 'leaf') {
      this.bytes.set(node.bytes, this.#at);
      this.#at += node.size;
    } else if (node.kind === 'list') this.#list(node.children, node.wide);
    else this.#table(node.children, node.wide);
  }

  #list(children: readonly Child[], wide: boolean): void {
    this.#byte(LIST | (wide ? LIST_WIDE : 0) | children.length);
    let entry = this.#at;
    this.#at += children.length * (wide ? 3 : 2);
    const end = this.#at;
    for (const { letter, node } of children) {
      this.bytes[entry] = letter;
      if (wide) this.#view.setUint16(entry + 1, this.#at - end, true);
      else this.bytes[entry + 1] = this.#at - end;
      entry += wide ? 3 : 2;
      this.write(node);
    }
  }

  #table(children: readonly Child[], wide: boolean): void {
    const start = this.#at;
    const { end, first, letters } = table(children);
    this.#byte(TABLE | (wide ? TABLE_WIDE : 0) | (end ? TABLE_END : 0));
    this.#byte(first);
    this.#byte(letters);
    const width = wide ? 4 : 2;
    const ofEnd = this.#at;
    const ofFirst = end ? ofEnd + width : ofEnd;
    this.#at = ofFirst + letters * width;
    for (const { letter, node } of children) {
      const entry = letter === 0 && end ? ofEnd : ofFirst + (letter - first) * width;
      if (wide) this.#view.setUint32(entry, this.#offset + this.#at, true);
      else this.#view.setUint16(entry, this.#at - start, true);
      this.write(node);
    }
  }

  #byte(value: number): void {
    this.bytes[this.#at++] = value;
  }
}
