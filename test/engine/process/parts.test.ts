import { describe, expect, onTestFinished, test } from 'vitest';
import { choicesOf } from '../../../src/main/engine/process/choices.ts';
import { lineToHost } from '../../../src/main/engine/process/line.ts';
import { Gate } from '../../../src/main/engine/process/gate.ts';
import { isOutOfMemory } from '../../../src/main/engine/process/memory.ts';
import { commonLength, Marks } from '../../../src/main/engine/process/marks.ts';
import { crossing } from '../../../src/main/engine/process/measure-you.ts';
import { samplingSettings } from '../../../src/main/engine/process/settings.ts';
import { OpenTexts } from '../../../src/main/engine/process/texts.ts';
import { verdictOn } from '../../../src/main/engine/inspect-sources.ts';
import { settingsFor } from '../../../src/main/lm/generation/index.ts';
import { defaultChoices, defaultSampling, type Edit } from '../../../src/shared/api/index.ts';
import { UserError } from '../../../src/shared/errors.ts';
import { cardOf, refuses } from '../../helpers/voices.ts';

describe('the gate', () => {
  test('holds for as long as it was closed, and counts it', async () => {
    const gate = new Gate();
    await gate.pass();
    expect(gate.held).toBeLessThan(20);
    gate.close(80);
    const began = performance.now();
    await gate.pass();
    expect(performance.now() - began).toBeGreaterThan(75);
    expect(gate.held).toBeGreaterThan(75);
  });

  test('opens at once when it is told to, or when the work is to end', async () => {
    const gate = new Gate();
    const began = performance.now();
    gate.close(60_000);
    const passing = gate.pass();
    setTimeout(() => gate.close(0), 20);
    await passing;
    gate.close(60_000);
    const abort = new AbortController();
    const ending = gate.pass(abort.signal);
    setTimeout(() => abort.abort(), 20);
    await ending;
    expect(performance.now() - began).toBeLessThan(5000);
  });

  test('lets half of the threads go on while the writer types, and then all again', async () => {
    const gate = new Gate();
    const used: number[] = [];
    const team = { threads: 3, useThreads: (count: number) => used.push(count) };
    await gate.pass(undefined, team);
    gate.slow(50);
    await gate.pass(undefined, team);
    expect(gate.held).toBeLessThan(20);
    await new Promise((resolve) => setTimeout(resolve, 60));
    await gate.pass(undefined, team);
    gate.slow(60_000);
    gate.slow(0);
    await gate.pass(undefined, team);
    expect(used).toEqual([3, 2, 3, 3]);
  });

  test('holds longer when it is closed again meanwhile', async () => {
    const gate = new Gate();
    const began = performance.now();
    gate.close(30);
    const passing = gate.pass();
    setTimeout(() => gate.close(100), 10);
    await passing;
    expect(performance.now() - began).toBeGreaterThan(100);
  });
});

test('memory that ran out is known by whoever says so, also as the cause', () => {
  const coded = (code: string): Error => Object.assign(new Error(code), { code });
  const cause = coded('ENOMEM');
  for (const error of [
    cause,
    new UserError('disk.failed', 'Not written.', { cause }),
    coded('ERR_OUT_OF_MEMORY'),
    new RangeError('Array buffer allocation failed'),
  ]) {
    expect(isOutOfMemory(error)).toBe(true);
  }
  for (const error of [coded('ENOSPC'), new RangeError('Invalid array length'), 'ENOMEM', null]) {
    expect(isOutOfMemory(error)).toBe(false);
  }
});

describe('copies of texts', () => {
  test('take edits of one change at once', () => {
    const edits = [
      { from: 0, to: 1, insert: 'J' },
      { from: 5, to: 5, insert: ' there' },
    ];
    const edited = (text: string, ...edits: Edit[]): string => {
      const texts = new OpenTexts();
      texts.open('a', 1, text);
      texts.edit('a', 2, edits);
      return texts.at('a', 2, 0);
    };
    expect(edited('Hello.', ...edits)).toBe('Jello there.');
    expect(() => edited('abc', { from: 2, to: 5, insert: '' })).toThrow(RangeError);
    expect(() => edited('Hello.', edits[1]!, edits[0]!)).toThrow(RangeError);
  });

  test('are asked for by their version', async () => {
    const texts = new OpenTexts();
    texts.open('a', 3, 'abc');
    expect(texts.at('a', 3, 3)).toBe('abc');
    await refuses(() => texts.at('a', 2, 0), 'document.stale');
    await refuses(() => texts.at('b', 3, 0), 'document.stale');
    await refuses(() => texts.at('a', 3, 4), 'request.invalid', '4', '3');
    texts.edit('a', 4, [{ from: 3, to: 3, insert: 'd' }]);
    expect(texts.at('a', 4, 4)).toBe('abcd');
    // What does not fit is no longer that text.
    expect(() => texts.edit('a', 5, [{ from: 9, to: 9, insert: '' }])).toThrow(RangeError);
    await refuses(() => texts.at('a', 5, 0), 'document.stale');
    texts.edit('gone', 1, [{ from: 0, to: 0, insert: 'x' }]);
    await refuses(() => texts.at('gone', 1, 0), 'document.stale');
  });
});

describe('marks', () => {
  const state = new Float32Array(2);

  test('are dropped from the first change on', () => {
    const marks = new Marks();
    marks.update('0123456789');
    for (const at of [2, 8, 5]) marks.add({ at, state });
    marks.add({ at: 5, state });
    expect(marks.size).toBe(3);
    expect(marks.before(5)?.at).toBe(2);
    expect(marks.before(6)?.at).toBe(5);
    expect(marks.before(2)).toBeNull();
    marks.update('01234x');
    expect(marks.before(99)?.at).toBe(2);
    marks.update('01x');
    expect(marks.size).toBe(0);
  });

  test('are thinned to a distance', () => {
    const marks = new Marks();
    marks.update('x'.repeat(100));
    for (let at = 10; at < 100; at += 10) marks.add({ at, state });
    marks.thin(25);
    expect([marks.before(100)?.at, marks.before(90)?.at, marks.before(60)?.at]).toEqual([
      90, 60, 30,
    ]);
  });

  test.each([
    ['', '', 0],
    ['abc', '', 0],
    ['abc', 'abd', 2],
    ['abc', 'abcd', 3],
    ['xbc', 'abc', 0],
  ])('of %j and %j hold for so much: %i', (a, b, length) => {
    expect(commonLength(a, b)).toBe(length);
  });
});

describe('what a writer sets', () => {
  const { config, metrics } = cardOf();
  const lexicon = ['sea', 'the'];
  const made = (change: Partial<typeof defaultSampling>) =>
    samplingSettings(
      { card: { config, metrics }, lexicon },
      { ...defaultSampling, ...change },
      {
        seed: 9,
        stopTexts: ['x'],
      },
    );

  test('is what creativity stands for, unless it is set by hand', () => {
    const base = settingsFor(50, 'char', 0.95);
    expect(made({})).toEqual({ ...base, lexicon, seed: 9, alternatives: 3, stopTexts: ['x'] });
    expect(made({ temperature: 2, topK: 5, topP: 0.5, minP: 0.1, seed: 3 })).toMatchObject({
      ...{ temperature: 2, topK: 5, topP: 0.5, minP: 0.1, seed: 3 },
    });
  });

  test('spells what it likes where it may invent', () => {
    expect(made({ invent: true }).lexicon).toBeNull();
  });

  test('guards against loops as strongly as asked', () => {
    expect(made({ repetition: 'off' }).dry).toBeNull();
    const [normal, strong] = [made({}).dry!, made({ repetition: 'strong' }).dry!];
    expect(strong.multiplier).toBeGreaterThan(normal.multiplier);
    expect(strong.allowed).toBeLessThan(normal.allowed);
  });

  test('has room for as many words as asked', () => {
    const { maxTokens } = made({ length: { kind: 'words', count: 2000 } });
    expect(maxTokens).toBeGreaterThanOrEqual(2000 * 8);
    expect(made({ length: { kind: 'words', count: 5 } }).maxTokens).toBe(made({}).maxTokens);
  });
});

test('choices that were left out do not replace those of the preset', () => {
  const overrides = { ...defaultChoices.overrides, training: { rate: undefined, epochs: 3 } };
  expect(choicesOf({ ...defaultChoices, overrides }).overrides.training).toEqual({ epochs: 3 });
});

test.each([
  [1, 'too-small', '1 word, about 1 page'],
  [999, 'too-small', '4 pages'],
  [5000, 'small', '5,000 words, about 20 pages'],
  [80_000, 'good', '320 pages'],
  [400_000, 'ample', '1,600 pages'],
])('%i words are %s', (words, size, part) => {
  const verdict = verdictOn(words);
  expect(verdict.size).toBe(size);
  expect(verdict.sentence).toContain(part);
});

test('a height is found between points, and bounded by the ends', () => {
  const points = [
    [0, 1],
    [50, 2],
    [100, 4],
  ] as const;
  expect([0.5, 1, 1.5, 3, 9].map((height) => crossing(points, height))).toEqual([
    0, 0, 25, 75, 100,
  ]);
});

describe('the line to the host', () => {
  test('is that of a utility process where there is one', () => {
    const sent: unknown[] = [];
    const heard: unknown[] = [];
    let say = (_message: { data: unknown }): void => undefined;
    const parentPort = {
      postMessage: (message: unknown) => sent.push(message),
      on: (_event: 'message', listener: typeof say) => (say = listener),
    };
    Object.assign(process, { parentPort });
    onTestFinished(() => void Reflect.deleteProperty(process, 'parentPort'));
    const port = lineToHost();
    port.receive((message) => heard.push(message));
    port.send('out');
    say({ data: 'in' });
    expect({ sent, heard }).toEqual({ sent: ['out'], heard: ['in'] });
  });

  test('is needed: nobody starts an engine by hand', () => {
    const send = process.send?.bind(process);
    delete process.send;
    onTestFinished(() => void (send && (process.send = send)));
    expect(lineToHost).toThrow(TypeError);
  });
});
