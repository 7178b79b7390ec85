import { describe, expect, test } from 'vitest';
import {
  bestOf,
  curveRows,
  curves,
  endingSentence,
  movedCursor,
  pointSentence,
  qualitySentence,
  timeline,
  verdict,
  type Evaluation,
} from '../../../src/renderer/state/training-story.ts';
import {
  bytes,
  clock,
  duration,
  figure,
  hesitation,
  left,
  listed,
} from '../../../src/renderer/state/training-words.ts';
import { training } from './api.ts';

/** Looks at [training loss, held-back loss], in nats of one letter. */
const looks = (...losses: readonly (readonly [number, number])[]): readonly Evaluation[] =>
  losses.map(([trainingLoss, heldBackLoss], i) => ({
    kind: 'evaluation',
    step: 100 * (i + 1),
    epoch: i,
    seconds: 10 * i,
    trainingLoss,
    heldBackLoss,
    bitsPerCharacter: heldBackLoss / Math.LN2,
    best: false,
  }));

describe('the verdict', () => {
  test.each([
    ['nothing yet', [], 'early'],
    ['one look', [[2, 2]], 'early'],
    [
      'both fall',
      [
        [2, 2],
        [1.8, 1.9],
        [1.6, 1.8],
      ],
      'learning',
    ],
    [
      'one look above the best is a wobble',
      [
        [2, 2],
        [1.8, 1.9],
        [1.6, 1.95],
      ],
      'learning',
    ],
    [
      'held back rises for two looks while it studies on',
      [
        [2, 2],
        [1.8, 1.9],
        [1.6, 1.95],
        [1.4, 2],
      ],
      'memorising',
    ],
    [
      'held back is flat while it studies on',
      [
        [2, 2],
        [1.8, 1.9],
        [1.6, 1.9],
        [1.4, 1.901],
      ],
      'resting',
    ],
    [
      'both rise',
      [
        [2, 2],
        [1.8, 1.9],
        [1.9, 1.95],
        [2, 2],
      ],
      'resting',
    ],
    [
      'a new best after a rise',
      [
        [2, 2],
        [1.8, 1.9],
        [1.6, 1.95],
        [1.4, 2],
        [1.3, 1.85],
      ],
      'learning',
    ],
  ] as const)('%s: %s is %s', (_, losses, kind) => {
    expect(verdict(looks(...losses)).kind).toBe(kind);
  });

  test('says so in plain words', () => {
    const judged = verdict(looks([2, 2], [1.8, 1.9], [1.6, 1.95], [1.4, 2]));
    expect(judged.sentence).toMatch(/^It has started memorising/);
  });
});

describe('the chart', () => {
  const evaluations = looks([2.2, 2], [1.8, 1.9], [1.6, 1.95]);

  test('has both curves in bits per character and marks the first of the best', () => {
    const data = curves(evaluations);
    expect(data.steps).toEqual([100, 200, 300]);
    expect(data.heldBack[1]).toBeCloseTo(1.9 / Math.LN2);
    expect(data.studied[0]).toBeCloseTo(2.2 / Math.LN2);
    expect(data.best).toBe(1);
    expect(bestOf(looks([2, 1.9], [1, 1.9]))?.step).toBe(100);
  });

  test('turns units longer than a letter into bits per character as the held-back pages have them', () => {
    const [word] = looks([6, 5]);
    const data = curves([{ ...word!, bitsPerCharacter: 1.5 }]);
    expect(data.studied[0]).toBeCloseTo((6 / 5) * 1.5);
  });

  test('is empty before the first look', () => {
    expect(curves([])).toEqual({ steps: [], studied: [], heldBack: [], best: -1 });
    expect(pointSentence(curves([]), 0)).toBe('');
  });

  test('is a table, too', () => {
    expect(curveRows(curves(looks([2, 2 * Math.LN2], [1, Math.LN2])))).toEqual([
      { step: '100', studied: '2.885', heldBack: '2.000', best: false },
      { step: '200', studied: '1.443', heldBack: '1.000', best: true },
    ]);
  });

  test('reads a point out', () => {
    expect(pointSentence(curves(looks([Math.LN2, Math.LN2])), 0)).toBe(
      'Step 100: pages it studies 1.000, pages held back 1.000 bits per character, the best point.',
    );
  });

  test.each([
    ['ArrowRight', 2, 3],
    ['ArrowRight', 19, 19],
    ['ArrowLeft', 2, 1],
    ['ArrowLeft', 0, 0],
    ['PageUp', 5, 15],
    ['PageDown', 5, 0],
    ['Home', 7, 0],
    ['End', 7, 19],
    ['Tab', 7, null],
    ['a', 7, null],
  ])('%s moves the cursor from %i to %s', (key, from, to) => {
    expect(movedCursor(key, from, 20)).toBe(to);
  });
});

describe('the samples', () => {
  test('are chapters by step, newest first, with rising temperatures', () => {
    const evaluations = looks([2, 2], [1.9, 1.8]);
    const sample = (step: number, temperature: number) =>
      ({
        kind: 'sample',
        step,
        temperature,
        prompt: 'The sea',
        text: `${step} at ${temperature}`,
      }) as const;
    const chapters = timeline({
      evaluations,
      samples: [sample(100, 1), sample(100, 0.5), sample(200, 0.5), sample(250, 0.5)],
    });
    expect(chapters.map(({ step, best }) => [step, best])).toEqual([
      [250, false],
      [200, true],
      [100, false],
    ]);
    expect(chapters[0]?.evaluation).toBeNull();
    expect(chapters[2]?.texts.map(({ temperature }) => temperature)).toEqual([0.5, 1]);
    expect(chapters[2]?.prompt).toBe('The sea');
  });
});

describe('the ending', () => {
  test.each([
    [{ kind: 'done', ending: 'finished' }, /^Harbour is ready\. On pages it never studied/],
    [{ kind: 'done', ending: 'no longer learning' }, /stopped by itself/],
    [{ kind: 'done', ending: 'stopped' }, /^You stopped it\. The best of Harbour so far is kept/],
    [{ kind: 'failed', sentence: 'The disk is full; make room.' }, /^The disk is full/],
  ] as const)('%o is a sentence', (status, sentence) => {
    expect(endingSentence(training({ status, evaluations: looks([2, 2]) }))).toMatch(sentence);
  });

  test('claims nothing of a voice that was never tried', () => {
    const status = { kind: 'done', ending: 'stopped' } as const;
    expect(endingSentence(training({ status }))).toBe(
      'Harbour ended before it was tried on the pages held back.',
    );
  });

  test('knows a voice from before, where a resumed training was stopped before its next look', () => {
    const status = { kind: 'done', ending: 'stopped' } as const;
    expect(endingSentence(training({ status }), 2)).toMatch(
      /^You stopped it\. The best of Harbour so far is kept\. .*2 bits per character/,
    );
  });

  test('is none while it works or is paused', () => {
    expect(endingSentence(training({}))).toBeNull();
    expect(endingSentence(training({ status: { kind: 'paused' } }))).toBeNull();
  });
});

describe('words', () => {
  test('explain bits per character as letters to choose from', () => {
    expect(hesitation(2)).toBe('4.0');
    expect(hesitation(4)).toBe('16');
    expect(qualitySentence(2)).toContain('between about 4.0 letters');
    expect(qualitySentence(null)).toContain('not been tried');
  });

  test('say times as people do', () => {
    expect([0, 1, 59, 61, 3600, 7500].map(duration)).toEqual([
      '0 seconds',
      '1 second',
      '59 seconds',
      '1 minute',
      '1 hour',
      '2 hours 5 minutes',
    ]);
    expect([18, 108, 7500].map(clock)).toEqual(['18 s', '1 min 48 s', '2 h 5 min']);
    expect([3, 12, 200, Infinity].map(left)).toEqual([
      'less than 10 seconds left',
      'about 15 seconds left',
      'about 3 minutes left',
      '',
    ]);
  });

  test('list, measure and round', () => {
    expect(listed(['a'])).toBe('a');
    expect(listed(['a', 'b', 'c'])).toBe('a, b and c');
    expect([512, 1_400_000, 12_340_000_000].map(bytes)).toEqual(['512 B', '1.4 MB', '12.3 GB']);
    expect(figure(0.003)).toBe('0.003');
    expect(figure(1.8449)).toBe('1.84');
  });
});
