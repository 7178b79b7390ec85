import { describe, expect, test } from 'vitest';
import {
  differences,
  searchDifferences,
  type Difference,
} from '../../../../src/renderer/editor/compare/differences.ts';
import { dice } from '../../../helpers/dice.ts';

/** A with all that differs replaced by what stands in B. */
function applied(a: string, b: string, found: readonly Difference[]): string {
  let text = '';
  let at = 0;
  for (const { fromA, toA, fromB, toB } of found) {
    text += a.slice(at, fromA) + b.slice(fromB, toB);
    at = toA;
  }
  return text + a.slice(at);
}

const shown = (a: string, b: string): string[] =>
  differences(a, b).map(
    ({ fromA, toA, fromB, toB }) => `${a.slice(fromA, toA)}>${b.slice(fromB, toB)}`,
  );

describe('Differences', () => {
  test('are words, not letters', () => {
    expect(shown('The harbour was dark.', 'The harbours were dark.')).toEqual([
      'harbour>harbours',
      'was>were',
    ]);
  });

  test('are none between equal texts', () => {
    expect(differences('', '')).toEqual([]);
    expect(differences('Fog.\n', 'Fog.\n')).toEqual([]);
  });

  test('are all of it where one text is empty', () => {
    expect(shown('', 'Fog.')).toEqual(['>Fog.']);
    expect(shown('Fog.\n', '')).toEqual(['Fog.\n>']);
  });

  test('find paragraphs that were put in, taken out and rewritten', () => {
    const a = 'One stays.\n\nTwo goes away.\n\nThree is old.\n\nFour stays.\n';
    const b = 'One stays.\n\nThree is new.\n\nFour stays.\n\nFive came.\n';
    expect(shown(a, b)).toEqual(['Two goes away.\n\n>', 'old>new', '>\nFive came.\n']);
  });

  test('leave what is alike, where a word was replaced in every line of a long text', () => {
    const line = (n: number): string => `In line ${n} the captain said what line ${n} says.\n`;
    const a = Array.from({ length: 20_000 }, (_, n) => line(n)).join('');
    const found = differences(a, a.replaceAll('captain', 'skipper'));
    expect(found).toHaveLength(20_000);
    expect(found.every(({ fromA, toA }) => a.slice(fromA, toA) === 'captain')).toBe(true);
  });

  test('are searched with pauses, however the texts differ', () => {
    const lines = Array.from(
      { length: 20_000 },
      (_, n) => `Line ${n} says what the captain says.\n`,
    );
    const a = lines.join('');
    const texts = [
      a.replaceAll('captain', 'skipper'),
      lines.toReversed().join(''),
      'fog '.repeat(2e5),
    ];
    for (const b of texts) {
      let pauses = 0;
      for (const search = searchDifferences(a, b); search.next().done !== true;) pauses++;
      // Of a few milliseconds each, the whole taking a few hundred.
      expect(pauses).toBeGreaterThan(10);
    }
  });

  test('make one text of the other, whatever the texts are', () => {
    const below = dice(7);
    const words = ['the', 'fog', 'came', 'up', '\n', '\n\n', '.', ',', '“', '𝒻', "don't", 'é', ' '];
    const random = (most: number): string =>
      Array.from({ length: below(most) }, () => words[below(words.length)]).join(
        below(2) ? ' ' : '',
      );
    for (let round = 0; round < 2000; round++) {
      const a = random(60);
      const b = below(2)
        ? random(60)
        : a.slice(0, below(a.length + 1)) + random(5) + a.slice(below(a.length + 1));
      const found = differences(a, b);
      expect(applied(a, b, found)).toBe(b);
      for (const [i, one] of found.entries()) {
        expect(one.fromA).toBeGreaterThanOrEqual(found[i - 1]?.toA ?? 0);
        expect(one.toA - one.fromA + (one.toB - one.fromB)).toBeGreaterThan(0);
      }
    }
  });
});
