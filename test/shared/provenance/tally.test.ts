import { describe, expect, test } from 'vitest';
import { runsFrom, tallyOf, type Label } from '../../../src/shared/provenance/index.ts';
import { countWords, wordsOf } from '../../../src/shared/words.ts';

const label = (id: string, taken: number, at = 0): Label => ({
  passage: { id, voice: 'Mine', at, creativity: 50, seed: 7 },
  taken,
});

/** "He [said so] twice." has its stretches in brackets. */
function marked(text: string, ...labels: readonly Label[]) {
  const parts = text.split(/[[\]]/);
  let plain = '';
  const stretches = [];
  for (const [i, part] of parts.entries()) {
    if (i % 2 === 1) {
      const of = labels[(i - 1) / 2] ?? labels[0]!;
      stretches.push({ from: plain.length, to: plain.length + part.length, label: of });
    }
    plain += part;
  }
  const tally = tallyOf(runsFrom(stretches), (from, to) => plain.slice(from, to));
  return tally.map(({ passage, taken, kept }) => `${passage.id} ${kept}/${taken}`);
}

describe('Words', () => {
  test('are suggested while all of their letters are', () => {
    expect(marked('He [said so] twice.', label('a', 2))).toEqual(['a 2/2']);
    expect(marked('He [walk]s [out].', label('a', 2))).toEqual(['a 1/2']);
    expect(marked('Wal[ker said] so.', label('a', 1))).toEqual(['a 1/1']);
  });

  test('that two pieces share belong to the first', () => {
    expect(marked('[har][bour light]', label('a', 1), label('b', 1, 1))).toEqual([
      'a 1/1',
      'b 1/1',
    ]);
  });

  test('of one passage are taken as often as its last piece says', () => {
    expect(marked('[The fog][ came] up', label('a', 2), label('a', 3))).toEqual(['a 3/3']);
  });

  test('are found as they are counted, in scripts without spaces too', () => {
    for (const text of [
      "don't stop-gap 3.14, x",
      '彼は港へ行った。',
      'mixed 港へ行った and more',
      '',
    ]) {
      expect([...wordsOf(text)]).toHaveLength(countWords(text));
    }
    expect([...wordsOf("He didn't.")]).toEqual([
      { from: 0, to: 2 },
      { from: 3, to: 9 },
    ]);
  });
});
