import { countWords } from '../../../src/shared/words.ts';
import { EditorState, Text } from '@codemirror/state';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addedWords,
  countOn,
  tallyAfter,
  type Tally,
} from '../../../src/renderer/editor/counts.ts';

const piece = fc.constantFrom(
  ...['word', ' ', '\n', "don't", '’', '.', '3.14', ',', '-', '“', '”', 'é', '\u0301', '  ', '\t'],
  ...[
    '他说了一句话',
    '。',
    '、',
    'ไทยภาษา',
    'カタカナ',
    '👩‍🚀',
    '\u00a0',
    'naïve',
    '1,000',
    '_',
    ':',
  ],
);
const prose = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(''));
const edit = fc.record({ at: fc.nat(), remove: fc.nat(12), insert: prose });

const docOf = (text: string): Text => Text.of(text.split('\n'));

describe('counting words', () => {
  it('equals a full recount after any edits, in whatever slices it is counted', () => {
    fc.assert(
      fc.property(
        prose,
        fc.array(fc.oneof(edit, fc.constant('slice' as const)), { maxLength: 14 }),
        fc.integer({ min: 1, max: 40 }),
        (text, steps, size) => {
          let state = EditorState.create({ doc: text });
          let tally: Tally = { words: 0, to: 0 };
          for (const step of steps) {
            if (step === 'slice') {
              if (tally.to < state.doc.length) tally = countOn(tally, state.doc, size);
            } else {
              const { length } = state.doc;
              const from = step.at % (length + 1);
              const to = Math.min(length, from + step.remove);
              // A second change in the same transaction, as replacing all makes them.
              const second = to + 3 <= length ? [{ from: to + 3, insert: step.insert }] : [];
              const {
                changes,
                newDoc,
                startState,
                state: next,
              } = state.update({
                changes: [{ from, to, insert: step.insert }, ...second],
              });
              const added = addedWords(startState.doc, newDoc, changes);
              expect(added).toBe(
                countWords(newDoc.toString()) - countWords(startState.doc.toString()),
              );
              tally = tallyAfter(tally, startState.doc, newDoc, changes);
              state = next;
            }
            expect(tally.words).toBe(countWords(state.sliceDoc(0, tally.to)));
          }
          while (tally.to < state.doc.length) tally = countOn(tally, state.doc, size);
          expect(tally.words).toBe(countWords(state.doc.toString()));
        },
      ),
      { numRuns: 400 },
    );
  });

  it('counts a text anew after a change too long to count at once', () => {
    const before = docOf('one two');
    const state = EditorState.create({ doc: before });
    const { changes, newDoc } = state.update({
      changes: { from: 3, insert: ' many'.repeat(20_000) },
    });
    expect(tallyAfter({ words: 2, to: 7 }, before, newDoc, changes)).toEqual({ words: 0, to: 0 });
  });
});
