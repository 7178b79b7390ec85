import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anchored, anchoredBetween, quotesOf } from '../../../src/main/host/provenance/anchor.ts';
import {
  runsFrom,
  stretchesOf,
  type Label,
  type Runs,
} from '../../../src/shared/provenance/index.ts';

const label: Label = {
  passage: { id: 'a', voice: 'Mine', at: 0, creativity: 50, seed: 7 },
  taken: 3,
};

/** A text with its stretches in brackets. */
function marked(text: string): { text: string; runs: Runs } {
  const stretches = [];
  let plain = '';
  for (const [i, part] of text.split(/[[\]]/).entries()) {
    if (i % 2 === 1) stretches.push({ from: plain.length, to: plain.length + part.length, label });
    plain += part;
  }
  return { text: plain, runs: runsFrom(stretches) };
}

function shown(text: string, runs: Runs): string {
  let at = 0;
  let out = '';
  for (const { from, to } of stretchesOf(runs)) {
    out += `${text.slice(at, from)}[${text.slice(from, to)}]`;
    at = to;
  }
  return out + text.slice(at);
}

const found = (before: string, after: string): string => {
  const { text, runs } = marked(before);
  return shown(after, anchored(after, quotesOf(text, runs)));
};

describe('Suggested text is found again', () => {
  test('where the text before it changed', () => {
    expect(found('One. [Two is here.] Three.', 'Zero. One more. Two is here. Three.')).toBe(
      'Zero. One more. [Two is here.] Three.',
    );
  });

  test('in another order', () => {
    const [a, b] = ['[The lamps went out one by one.]', 'She wrote to him of the boats.'];
    expect(found(`${a}\n\n${b}`, `${b}\n\nThe lamps went out one by one.`)).toBe(
      `She wrote to him of the boats.\n\n[The lamps went out one by one.]`,
    );
  });

  test('as far as it stands, where words in it are others now', () => {
    expect(
      found(
        'So: [the lamps on the quay went out one by one, and nobody saw it.] End.',
        'So: the lamps on the quay were put out one by one, and nobody saw it. End.',
      ),
    ).toBe('So: [the lamps on the quay ]were put[ out one by one, and nobody saw it.] End.');
  });

  test('at its own place, where the same words stand elsewhere too', () => {
    expect(
      found('He said yes. Then he [said yes]. End.', 'He said yes. And then he said yes. End.'),
    ).toBe('He said yes. And then he [said yes]. End.');
  });

  test('never by a word alone, which could be any', () => {
    expect(found('He went [down].', 'They all fell down in the rain.')).toBe(
      'They all fell down in the rain.',
    );
  });

  test('not at all in another text', () => {
    expect(found('[The lamps on the quay went out one by one.]', 'Something else.')).toBe(
      'Something else.',
    );
    expect(found('[The lamps.]', '')).toBe('');
  });

  test('to the letter in the same text, and inside the text in any other', async () => {
    const word = fc.constantFrom('the', 'fog', 'came', 'up', 'lamps', 'river', 'slowly', '\n\n');
    const text = fc.array(word, { maxLength: 60 }).map((words) => words.join(' '));
    await fc.assert(
      fc.asyncProperty(
        text,
        text,
        fc.array(fc.nat(400), { maxLength: 8 }),
        async (one, other, places) => {
          const cuts = [...new Set(places.map((at) => at % (one.length + 1)))].sort(
            (a, b) => a - b,
          );
          const stretches = [];
          for (let i = 0; i + 1 < cuts.length; i += 2) {
            stretches.push({ from: cuts[i]!, to: cuts[i + 1]!, label });
          }
          const runs = runsFrom(stretches);
          const quotes = [...quotesOf(one, runs)];
          expect(anchored(one, quotes)).toEqual(runs);
          const found = anchored(other, quotes);
          expect(await anchoredBetween(other, quotes)).toEqual(found);
          for (const { to } of stretchesOf(found)) {
            expect(to).toBeLessThanOrEqual(other.length);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
