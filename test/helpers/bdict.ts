/** Reads what Chromium's spell checker reads, by the description of the form alone: the converter's opposite. */
import { createHash } from 'node:crypto';

export interface Dictionary {
  /** Words by their flags' texts: {"harbour": ["SM"]}; "" is none. */
  readonly words: ReadonlyMap<string, readonly string[]>;
  readonly rules: readonly string[];
  readonly replacements: readonly (readonly [string, string])[];
  readonly others: readonly string[];
  readonly comment: string;
}

/** @throws when Chromium would refuse the file */
export function readDictionary(bytes: Uint8Array): Dictionary {
  const file = Buffer.from(bytes);
  if (file.toString('latin1', 0, 4) !== 'BDic') throw new Error('No signature');
  if (file.readUInt16LE(4) !== 2) throw new Error('Another version');
  const aff = file.readUInt32LE(8);
  const dic = file.readUInt32LE(12);
  const sum = createHash('md5').update(file.subarray(aff)).digest();
  if (!sum.equals(file.subarray(16, 32))) throw new Error('A wrong sum');
  const [groups = 0, rules = 0, replacements = 0, others = 0] = [0, 4, 8, 12].map((at) =>
    file.readUInt32LE(aff + at),
  );
  const [count = '', ...flags] = strings(file, groups);
  if (count !== `AF ${flags.length}`) throw new Error(`${count}, but ${flags.length}`);
  const words = new Map<string, string[]>();
  walk(file, dic, Buffer.alloc(0), (word, numbers) => {
    if (words.has(word)) throw new Error(`${word} is there twice`);
    words.set(
      word,
      numbers.map((number) => (number === 0 ? '' : flags[number - 1]!.slice(3))),
    );
  });
  return {
    words,
    rules: strings(file, rules),
    replacements: pairs(file, replacements, others),
    others: strings(file, others),
    comment: file.toString('utf8', aff + 17, groups - 1),
  };
}

/** Up to an empty one. */
function strings(file: Buffer, at: number): string[] {
  const found: string[] = [];
  for (;;) {
    const end = file.indexOf(0, at);
    if (end === at) return found;
    found.push(file.toString('utf8', at, end));
    at = end + 1;
  }
}

function pairs(file: Buffer, from: number, to: number): (readonly [string, string])[] {
  const parts = file.toString('utf8', from, to - 1).split('\0');
  return Array.from({ length: (parts.length - 1) / 2 }, (_, i) => [
    parts[i * 2]!,
    parts[i * 2 + 1]!,
  ]);
}

type Found = (word: string, numbers: readonly number[]) => void;

function walk(file: Buffer, at: number, word: Buffer, found: Found): void {
  const id = file[at]!;
  const child = (letter: number, to: number): void =>
    walk(file, to, letter === 0 ? word : Buffer.concat([word, Buffer.from([letter])]), found);
  if (id < 0x80) return leaf(file, at, word, found);
  if (id >= 0xe0) {
    const width = id >= 0xf0 ? 3 : 2;
    const count = id & 0xf;
    const end = at + 1 + count * width;
    for (let entry = at + 1; entry < end; entry += width) {
      child(file[entry]!, end + file.readUIntLE(entry + 1, width - 1));
    }
    return;
  }
  const wide = (id & 2) !== 0;
  const width = wide ? 4 : 2;
  const [first, count] = [file[at + 1]!, file[at + 2]!];
  let entry = at + 3;
  const next = (): number => {
    const offset = file.readUIntLE(entry, width);
    entry += width;
    return offset === 0 ? 0 : wide ? offset : at + offset;
  };
  if ((id & 1) !== 0) child(0, next());
  for (let i = 0; i < count; i++) {
    const to = next();
    if (to !== 0) child(first + i, to);
  }
}

function leaf(file: Buffer, at: number, word: Buffer, found: Found): void {
  const id = file[at]!;
  const first = ((id & 0x1f) << 8) | file[at + 1]!;
  let next = at + 2;
  let whole = word;
  if ((id & 0x40) !== 0) {
    const end = file.indexOf(0, next);
    whole = Buffer.concat([word, file.subarray(next, end)]);
    next = end + 1;
  }
  const numbers = first === 0x1fff ? [] : [first];
  if ((id & 0x20) !== 0) {
    for (; file.readUInt16LE(next) !== 0xffff; next += 2) numbers.push(file.readUInt16LE(next));
  }
  found(whole.toString('utf8'), numbers);
}
