import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BOUNDARY, buildCorpus, UNKNOWN } from '../../../src/main/lm/text/index.ts';
import { cutAt, slicesOf } from '../../../src/main/lm/text/slices.ts';
import { TokenBuffer } from '../../../src/main/lm/text/tokens.ts';
import { trainUnits } from '../../../src/main/lm/text/train-units.ts';
import { defaultText, defaultUnits, type UnitsKind } from '../../../src/shared/config.ts';
import { anyText, prose } from './texts.ts';

const kinds: UnitsKind[] = ['char', 'word', 'subword'];
const documents = [
  { name: 'one.txt', text: prose(900, 1) },
  { name: 'two.md', text: `# Two\r\n\r\n${prose(700, 2)}` },
];

/** The documents of a stream, as text. */
function read(ids: ArrayLike<number>, decode: (tokens: number[]) => string): string[] {
  const texts: number[][] = [];
  for (const id of Array.from(ids)) {
    if (id === BOUNDARY) texts.push([]);
    else texts.at(-1)?.push(id);
  }
  expect(texts.pop()).toEqual([]);
  return texts.map(decode);
}

describe('a corpus', () => {
  it.each(kinds)('of %s holds each document once, apart, its end held back', async (kind) => {
    const units = { ...defaultUnits[kind], minimumCount: 1 };
    const corpus = await buildCorpus(() => documents, defaultText, units);
    const decode = (tokens: number[]): string => corpus.units.decode(tokens);
    const studied = read(corpus.train.ids, decode);
    const held = read(corpus.heldBack.ids, decode);
    const clean = documents.map(({ text }) => text.replaceAll('\r\n', '\n'));
    if (kind !== 'word') expect(studied.map((text, i) => text + held[i])).toEqual(clean);
    clean.forEach((text, i) => {
      expect(text.startsWith(studied[i] ?? '?')).toBe(true);
      expect((studied[i] ?? '').length / text.length).toBeCloseTo(0.9, 1);
    });
    expect(corpus.train.documents).toBe(2);
    expect(corpus.train.characters + corpus.heldBack.characters).toBe(clean.join('').length);
    expect(corpus.report.documents.map(({ name }) => name)).toEqual(['one.txt', 'two.md']);
    expect(corpus.report.words).toBe(900 + 1 + 700);
    expect(corpus.report.changes.lineEnds).toBe(2);
  });

  it('learns words from the training part alone, and says how much is unknown', async () => {
    const text = `${prose(800)}${'zebra '.repeat(20)}`;
    const corpus = await buildCorpus(() => [{ name: 'a', text }], defaultText, defaultUnits.word);
    expect(corpus.units.encode('zebra')[0]).toBe(UNKNOWN);
    expect([...corpus.train.ids]).not.toContain(UNKNOWN);
    expect(corpus.report.unknown).toBeGreaterThan(0);
    expect(corpus.report.unknown).toBeLessThan(0.05);
  });

  it('takes its alphabet from the whole, so that every character can be read', async () => {
    const text = `${prose(800)} ☃`;
    const corpus = await buildCorpus(() => [{ name: 'a', text }], defaultText, defaultUnits.char);
    expect(corpus.units.encode('☃')[0]).not.toBe(UNKNOWN);
    expect(corpus.report.unknown).toBe(0);
  });

  it('uses units there are already, and reads the source once', async () => {
    const units = trainUnits(['abc '], defaultUnits.char);
    let reads = 0;
    const source = () => {
      reads++;
      return documents;
    };
    const corpus = await buildCorpus(source, defaultText, units);
    expect(corpus.units).toBe(units);
    expect(corpus.train.ids).toBeInstanceOf(Uint8Array);
    expect(corpus.report.unknown).toBeGreaterThan(0.3);
    expect(reads).toBe(1);
  });

  it('reads documents that come one after the other, and lets its caller breathe', async () => {
    async function* source() {
      for (const document of documents) yield await Promise.resolve(document);
    }
    let pauses = 0;
    const corpus = await buildCorpus(source, defaultText, defaultUnits.char, () => {
      pauses++;
      return Promise.resolve();
    });
    expect(corpus.train.documents).toBe(2);
    expect(pauses).toBeGreaterThanOrEqual(documents.length);
  });

  it('holds nothing back when asked to', async () => {
    const text = { ...defaultText, heldBack: 0 };
    const corpus = await buildCorpus(() => documents, text, defaultUnits.char);
    expect(corpus.heldBack).toMatchObject({ characters: 0, documents: 0 });
    expect(corpus.heldBack.ids).toHaveLength(0);
  });

  it('refuses an empty document by name', async () => {
    const source = () => [...documents, { name: 'blank.txt', text: ' \r\n\t' }];
    await expect(buildCorpus(source, defaultText, defaultUnits.char)).rejects.toMatchObject({
      code: 'text.empty',
      message: expect.stringContaining('blank.txt') as string,
    });
  });

  it('refuses a text that is too short by name', async () => {
    const source = () => [{ name: 'note.txt', text: 'Milk, bread.' }];
    await expect(buildCorpus(source, defaultText, defaultUnits.char)).rejects.toMatchObject({
      code: 'text.too-short',
      message: expect.stringContaining('note.txt') as string,
    });
  });
});

describe('cutting a document', () => {
  it('begins the held-back part with a paragraph near its share', () => {
    const text = prose(3000);
    const at = cutAt(text, 0.1);
    expect(text.slice(at - 2, at)).toBe('\n\n');
    expect(at / text.length).toBeCloseTo(0.9, 1);
  });

  it('begins it with a line, then with a word, where there is nothing larger', () => {
    const lines = 'word word word\n'.repeat(100);
    expect(lines.charAt(cutAt(lines, 0.1) - 1)).toBe('\n');
    const line = 'word '.repeat(300);
    expect(line.charAt(cutAt(line, 0.1) - 1)).toBe(' ');
  });

  it('never cuts a character in two, nor outside the text', () => {
    fc.assert(
      fc.property(anyText, fc.double({ min: 0, max: 0.99, noNaN: true }), (text, share) => {
        const at = cutAt(text, share);
        expect(at).toBeGreaterThanOrEqual(0);
        expect(at).toBeLessThanOrEqual(text.length);
        expect([...text.slice(0, at), ...text.slice(at)]).toEqual([...text]);
      }),
    );
    expect(cutAt('😀'.repeat(500), 0.1) % 2).toBe(0);
  });

  it('refuses a share that is none', () => {
    expect(() => cutAt('text', 1)).toThrow('A share of 1 cannot be held back');
  });
});

describe('slices of a long text', () => {
  const long = prose(400_000, 5);

  it.each(kinds)('give the same %s units as the whole', (kind) => {
    const units = trainUnits([prose(2000, 5)], defaultUnits[kind]);
    const slices = [...slicesOf(long)];
    expect(slices.length).toBeGreaterThan(1);
    expect(slices.join('')).toBe(long);
    const parts = slices.map((slice) => units.encode(slice));
    const whole = units.encode(long);
    let at = 0;
    for (const part of parts) {
      expect(Buffer.from(part.buffer, part.byteOffset, part.byteLength)).toEqual(
        Buffer.from(whole.buffer, whole.byteOffset + at * 4, part.byteLength),
      );
      at += part.length;
    }
    expect(at).toBe(whole.length);
  });

  it('without a space are cut between characters', () => {
    const text = `x${'😀'.repeat(1_200_000)}`;
    const slices = [...slicesOf(text)];
    expect(slices.join('')).toBe(text);
    for (const slice of slices) expect(slice.isWellFormed()).toBe(true);
  });
});

describe('a token buffer', () => {
  it('takes the smallest integers that hold the vocabulary', () => {
    for (const [vocabulary, type] of [
      [256, Uint8Array],
      [257, Uint16Array],
      [65_536, Uint16Array],
      [65_537, Int32Array],
    ] as const) {
      const buffer = new TokenBuffer(vocabulary);
      buffer.open();
      buffer.add(Int32Array.of(2, vocabulary - 1), 5);
      const { ids, characters } = buffer.finish();
      expect(ids).toBeInstanceOf(type);
      expect([...ids]).toEqual([0, 2, vocabulary - 1, 0]);
      expect(characters).toBe(5);
    }
  });

  it('keeps streams longer than its chunks whole', () => {
    const buffer = new TokenBuffer(70_000);
    const tokens = Int32Array.from({ length: 3_000_000 }, (_, i) => 2 + (i % 69_998));
    buffer.open();
    buffer.add(tokens, 1);
    const { ids } = buffer.finish();
    expect(ids).toHaveLength(3_000_002);
    expect(ids.subarray(1, -1)).toEqual(tokens);
  });
});
