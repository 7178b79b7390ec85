import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Edit, Passage } from '../../../src/shared/api/index.ts';
import { marksSchema } from '../../../src/shared/api/index.ts';
import * as v from 'valibot';
import {
  marksFor,
  marksOf,
  noRuns,
  runsAfter,
  runsFrom,
  runsOf,
  sliceRuns,
  stretchesOf,
  type Label,
  type Runs,
} from '../../../src/shared/provenance/index.ts';
import { composeEdits } from '../../../src/renderer/state/edits.ts';

const passage = (id: string): Passage => ({ id, voice: 'Mine', at: 0, creativity: 50, seed: 7 });
const labels: readonly Label[] = [
  { passage: passage('a'), taken: 3 },
  { passage: passage('a'), taken: 5 },
  { passage: passage('b'), taken: 3 },
];
/** Each letter's label, the slow and certain way. */
type Letters = readonly (Label | null)[];

const lettersOf = (runs: Runs, length: number): Letters => {
  const letters: (Label | null)[] = Array.from({ length }, () => null);
  for (const { from, to, label } of stretchesOf(runs)) letters.fill(label, from, to);
  return letters;
};
const runsOfLetters = (letters: Letters): Runs =>
  runsFrom(
    letters.flatMap((label, at) => (label === null ? [] : [{ from: at, to: at + 1, label }])),
  );
const edited = (letters: Letters, edits: readonly Edit[]): Letters => {
  const out: (Label | null)[] = [];
  let at = 0;
  for (const { from, to, insert, marks } of edits) {
    out.push(...letters.slice(at, from));
    out.push(...lettersOf(marks ? runsOf(marks) : noRuns, insert.length));
    at = to;
  }
  return [...out, ...letters.slice(at)];
};

const letter = fc.constantFrom(null, null, ...labels);
const letters = fc.array(letter, { maxLength: 40 });
/** Edits of a text of that length: in order and apart, touching ones among them. */
const editsOf = (length: number): fc.Arbitrary<Edit[]> =>
  fc
    .array(fc.tuple(fc.nat(length), fc.nat(6), fc.array(letter, { maxLength: 6 })), {
      maxLength: 4,
    })
    .map((wanted) => {
      let end = 0;
      return wanted
        .sort(([a], [b]) => a - b)
        .map(([place, gone, inserted]) => {
          const from = Math.max(end, place);
          const to = Math.min(length, from + gone);
          end = to;
          return {
            from,
            to,
            insert: 'x'.repeat(inserted.length),
            ...marksFor(runsOfLetters(inserted)),
          };
        });
    });

const text = (stretch: { from: number; to: number; label: Label }): string =>
  `${stretch.from}-${stretch.to} ${stretch.label.passage.id}${stretch.label.taken}`;
const shown = (runs: Runs): string[] => [...stretchesOf(runs)].map(text);
const stretch = (from: number, to: number, label = labels[0]!) => ({ from, to, label });

describe('Runs', () => {
  test('are moved, shrunk, split and joined by edits', () => {
    const runs = runsFrom([stretch(4, 10)]);
    expect(shown(runsAfter(runs, [{ from: 0, to: 2, insert: 'The' }]))).toEqual(['5-11 a3']);
    expect(shown(runsAfter(runs, [{ from: 8, to: 12, insert: '' }]))).toEqual(['4-8 a3']);
    const split = runsAfter(runs, [{ from: 6, to: 6, insert: 'mine' }]);
    expect(shown(split)).toEqual(['4-6 a3', '10-14 a3']);
    expect(shown(runsAfter(split, [{ from: 6, to: 10, insert: '' }]))).toEqual(['4-10 a3']);
    expect(runsAfter(runs, [{ from: 3, to: 11, insert: '' }])).toEqual([]);
  });

  test('do not grow by what is typed at their edges', () => {
    const runs = runsFrom([stretch(4, 10)]);
    expect(shown(runsAfter(runs, [{ from: 10, to: 10, insert: 'x' }]))).toEqual(['4-10 a3']);
    expect(shown(runsAfter(runs, [{ from: 4, to: 4, insert: 'x' }]))).toEqual(['5-11 a3']);
  });

  test('take in the marks of what is inserted', () => {
    const marks = marksOf(runsFrom([stretch(1, 3)]));
    expect(shown(runsAfter(noRuns, [{ from: 5, to: 9, insert: 'abcd', marks }]))).toEqual([
      '6-8 a3',
    ]);
  });

  test('are the same value where there is nothing to mark', () => {
    expect(runsAfter(noRuns, [{ from: 0, to: 3, insert: 'x' }])).toBe(noRuns);
  });

  test('do what is done to every letter, whatever is edited', () => {
    fc.assert(
      fc.property(
        letters.chain((before) => fc.tuple(fc.constant(before), editsOf(before.length))),
        ([before, edits]) => {
          const after = runsAfter(runsOfLetters(before), edits);
          expect(after).toEqual(runsOfLetters(edited(before, edits)));
          for (const [i, { length, label }] of after.entries()) {
            expect(length).toBeGreaterThan(0);
            if (i > 0 && label !== null && after[i - 1]!.label !== null)
              expect(after[i - 1]).not.toMatchObject({ label });
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('are the same after two edits and after the one they make', () => {
    fc.assert(
      fc.property(
        letters
          .chain((before) => fc.tuple(fc.constant(before), editsOf(before.length)))
          .chain(([before, first]) =>
            fc.tuple(
              fc.constant(before),
              fc.constant(first),
              editsOf(edited(before, first).length),
            ),
          ),
        ([before, first, second]) => {
          const runs = runsOfLetters(before);
          expect(runsAfter(runs, composeEdits(first, second))).toEqual(
            runsAfter(runsAfter(runs, first), second),
          );
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('come back from the boundary as they were', () => {
    fc.assert(
      fc.property(letters, (all) => {
        const runs = runsOfLetters(all);
        expect(runsOf(v.parse(marksSchema, JSON.parse(JSON.stringify(marksOf(runs)))))).toEqual(
          runs,
        );
      }),
    );
  });

  test('of a part are those of its letters', () => {
    fc.assert(
      fc.property(letters, fc.nat(45), fc.nat(45), (all, a, b) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        expect(sliceRuns(runsOfLetters(all), from, to)).toEqual(runsOfLetters(all.slice(from, to)));
      }),
    );
  });
});

describe('Marks', () => {
  test.each([
    [
      'overlap',
      [
        { from: 0, to: 4, passage: 0, taken: 1 },
        { from: 3, to: 5, passage: 0, taken: 1 },
      ],
    ],
    ['hold nothing', [{ from: 2, to: 2, passage: 0, taken: 1 }]],
    ['name no passage', [{ from: 0, to: 2, passage: 1, taken: 1 }]],
  ])('that %s are refused', (_why, spans) => {
    expect(v.safeParse(marksSchema, { passages: [passage('a')], spans }).success).toBe(false);
  });
});
