import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Edit } from '../../../src/shared/api/index.ts';
import {
  applyEdits,
  composeEdits,
  difference,
  leadsTo,
  rebaseEdits,
  undoEdits,
} from '../../../src/renderer/state/edits.ts';

/** Some edits of a text of this length: in order, not overlapping. */
const editsOf = (length: number): fc.Arbitrary<Edit[]> =>
  fc
    .array(
      fc.record({
        places: fc.tuple(fc.nat(length), fc.nat(length)),
        insert: fc.string({ maxLength: 4 }),
      }),
      { minLength: 1, maxLength: 4 },
    )
    .map((all) => {
      const places = all.flatMap(({ places: both }) => both).sort((a, b) => a - b);
      return all.map(({ insert }, index) => ({
        from: places[2 * index]!,
        to: places[2 * index + 1]!,
        insert,
      }));
    });

const twoSteps = fc
  .string({ maxLength: 20 })
  .chain((text) => fc.tuple(fc.constant(text), editsOf(text.length)))
  .chain(([text, first]) =>
    fc.tuple(fc.constant(text), fc.constant(first), editsOf(applyEdits(text, first).length)),
  );

describe('edits', () => {
  test('composed do what both did, one after the other', () => {
    fc.assert(
      fc.property(twoSteps, ([text, first, second]) => {
        const composed = composeEdits(first, second);
        expect(applyEdits(text, composed)).toBe(applyEdits(applyEdits(text, first), second));
      }),
      { numRuns: 2000 },
    );
  });

  test('lead from the text before them to the one after them, and from no longer or shorter one', () => {
    fc.assert(
      fc.property(twoSteps, ([text, edits]) => {
        const after = applyEdits(text, edits);
        expect(leadsTo(text, edits, after)).toBe(true);
        expect(leadsTo(`${text}.`, edits, after)).toBe(false);
        expect(leadsTo(text, edits, `.${after}`)).toBe(false);
      }),
    );
  });

  test('do not lead from a text that differs where they touch nothing', () => {
    const edits = [{ from: 1, to: 2, insert: 'xy' }];
    expect(leadsTo('abc', edits, 'axyc')).toBe(true);
    expect(leadsTo('aBc', edits, 'axyc')).toBe(true);
    expect(leadsTo('abC', edits, 'axyc')).toBe(false);
  });

  test('composed are in order and do not overlap', () => {
    fc.assert(
      fc.property(twoSteps, ([, first, second]) => {
        let at = 0;
        for (const { from, to } of composeEdits(first, second)) {
          expect(from).toBeGreaterThanOrEqual(at);
          expect(to).toBeGreaterThanOrEqual(from);
          at = to;
        }
      }),
    );
  });

  test('typing letter by letter becomes one insertion', () => {
    const letters = [...'fog'].map((insert, at): Edit[] => [{ from: 4 + at, to: 4 + at, insert }]);
    const [one, two, three] = letters as [Edit[], Edit[], Edit[]];
    expect(composeEdits(composeEdits(one, two), three)).toEqual([
      { from: 4, to: 4, insert: 'fog' },
    ]);
  });

  test('a difference turns one text into the other', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (before, after) => {
        const edit = difference(before, after);
        expect(edit === null ? before : applyEdits(before, [edit])).toBe(after);
      }),
    );
  });

  test('a difference is only where the texts differ', () => {
    expect(difference('the old mill', 'the cold mill')).toEqual({ from: 4, to: 4, insert: 'c' });
    expect(difference('same', 'same')).toBeNull();
  });

  test('undone insertions give the text before', () => {
    const edits = [{ from: 3, to: 3, insert: ' grey' }];
    expect(undoEdits(applyEdits('the fog', edits), edits)).toBe('the fog');
  });

  test('rebased over a change elsewhere both are there', () => {
    const theirs = { from: 0, to: 3, insert: 'A thick' };
    const mine = [{ from: 7, to: 7, insert: ' came' }];
    expect(applyEdits(applyEdits('the fog', [theirs]), rebaseEdits(mine, theirs))).toBe(
      'A thick fog came',
    );
  });

  test('rebased over a change of the same place nothing inserted is lost', () => {
    const theirs = { from: 4, to: 7, insert: 'mist' };
    const mine = [{ from: 4, to: 7, insert: 'haze' }];
    expect(applyEdits(applyEdits('the fog', [theirs]), rebaseEdits(mine, theirs))).toBe(
      'the misthaze',
    );
  });
});
