import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  generate,
  generateText,
  settingsFor,
  type GenerationEvent,
  type SamplingSettings,
} from '../../../src/main/lm/generation/index.ts';
import { BOUNDARY } from '../../../src/main/lm/text/units.ts';
import { trainUnits } from '../../../src/main/lm/text/train-units.ts';
import { TableStepper, voiceOf } from './table-stepper.ts';

const story = `The old man walked to the sea. “Where are you going?” she asked. “Out,” he said. He walked on.

She watched him go. The sea was grey, and the wind was cold. Mr. Fox was walking there too; he waved.

“Is that the old man?” asked Mr. Fox. She said nothing. The wind took the words away, and the sea went on.
`;

const settings = (change: Partial<SamplingSettings> = {}): SamplingSettings => ({
  ...settingsFor(70, 'char', 1),
  ...change,
});

async function collect(events: AsyncIterable<GenerationEvent>): Promise<GenerationEvent[]> {
  const all: GenerationEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

/** The pieces of each alternative, joined, and its end. */
function joined(
  events: readonly GenerationEvent[],
): { text: string; end: GenerationEvent | null }[] {
  const result: { text: string; end: GenerationEvent | null }[] = [];
  for (const event of events) {
    const own = (result[event.alternative] ??= { text: '', end: null });
    expect(own.end).toBeNull();
    if (event.kind === 'text') own.text += event.text;
    else own.end = event;
  }
  return result;
}

async function texts(
  prompt: string,
  change: Partial<SamplingSettings>,
  order = 4,
): Promise<string[]> {
  const { stepper, units } = voiceOf(story, { order, streams: change.alternatives ?? 1 });
  const done = await generateText(stepper, units, prompt, settings(change));
  return done.map(({ text }) => text);
}

describe('generate', () => {
  test('goes on as the text went on', async () => {
    const greedy = { greedy: true, dry: null, length: { kind: 'sentence' } } as const;
    expect(await texts('The sea was', greedy, 12)).toEqual([' grey, and the wind was cold.']);
    expect(await texts('“Where are y', greedy, 12)).toEqual(['ou going?” she asked.']);
    expect(await texts('She watched him go', greedy, 12)).toEqual([
      '. The sea was grey, and the wind was cold.',
    ]);
  });

  test('gives the same text for the same seed, and another for another', async () => {
    const first = await texts('The ', { seed: 5, alternatives: 3 });
    expect(await texts('The ', { seed: 5, alternatives: 3 })).toEqual(first);
    expect(await texts('The ', { seed: 6, alternatives: 3 })).not.toEqual(first);
  });

  test('gives alternative i the same text however many are asked for', async () => {
    const eight = await texts('The ', { alternatives: 8 });
    for (const n of [1, 2, 5]) {
      expect(await texts('The ', { alternatives: n })).toEqual(eight.slice(0, n));
    }
    expect(new Set(eight).size).toBeGreaterThan(2);
  });

  test('streams pieces that joined are the text, and ends each alternative once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          seed: fc.nat(1000),
          maxTokens: fc.integer({ min: 1, max: 150 }),
          alternatives: fc.integer({ min: 1, max: 3 }),
          stopTexts: fc.subarray(['man', 'walk', ', and', '\n\n', 'Mr. F']),
          length: fc.oneof(
            fc.constantFrom('phrase', 'sentence', 'paragraph').map((kind) => ({ kind })),
            fc.integer({ min: 1, max: 12 }).map((count) => ({ kind: 'words' as const, count })),
          ),
        }),
        fc.constantFrom('', 'The', 'The ', 'He walked on.\n\n', '“Is that the o'),
        async (change, prompt) => {
          const { stepper, units } = voiceOf(story, { order: 3, streams: change.alternatives });
          const results = joined(await collect(generate(stepper, units, prompt, settings(change))));
          expect(results).toHaveLength(change.alternatives);
          for (const { text, end } of results) {
            expect(end).toMatchObject({ kind: 'end', text });
            expect(text).toBe(text.trimEnd());
            for (const stop of change.stopTexts) expect(text).not.toContain(stop);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  test('ends at a whole word when the tokens run out', async () => {
    const words = new Set(story.match(/\S+/g));
    for (let maxTokens = 4; maxTokens < 60; maxTokens++) {
      const [text = ''] = await texts('She watched him go. The', { maxTokens, greedy: true }, 12);
      if (maxTokens > 8)
        for (const word of text.split(/\s+/).slice(1)) expect(words).toContain(word);
    }
  });

  test('says why it ended', async () => {
    const { stepper, units } = voiceOf(story, { order: 12 });
    const reasonOf = async (change: Partial<SamplingSettings>): Promise<unknown> => {
      const all = settings({ greedy: true, dry: null, ...change });
      return (await generateText(stepper, units, 'The sea was', all))[0];
    };
    expect(await reasonOf({ length: { kind: 'phrase' } })).toMatchObject({ reason: 'length' });
    expect(await reasonOf({ stopTexts: ['wind'] })).toMatchObject({
      reason: 'stop',
      text: ' grey, and the',
    });
    expect(await reasonOf({ maxTokens: 9 })).toMatchObject({
      reason: 'tokens',
      text: ' grey,',
      tokens: 9,
    });
  });

  test('never doubles the space that the prompt ends with', async () => {
    const { stepper, units } = voiceOf('a b a b a b  b  b  b a b', { order: 1 });
    for (let seed = 0; seed < 20; seed++) {
      const all = settings({ seed, dry: null, length: { kind: 'words', count: 2 } });
      const [done] = await generateText(stepper, units, 'a ', all);
      expect(done?.text).toMatch(/^\S/);
    }
  });

  test('breaks a loop with DRY', async () => {
    const { stepper, units } = voiceOf(
      `${'round and round it goes '.repeat(30)}until it stops.\n`,
      {
        order: 6,
      },
    );
    const loop = settings({ greedy: true, dry: null, maxTokens: 1500 });
    const [looped] = await generateText(stepper, units, 'round', loop);
    expect(looped?.reason).toBe('tokens');
    const [freed] = await generateText(stepper, units, 'round', {
      ...loop,
      dry: { multiplier: 0.8, base: 1.15, allowed: 14 },
    });
    expect(freed?.text).not.toBe(looped?.text);
    expect(freed?.text.slice(0, 120)).not.toContain(
      'round and round it goes round and round it goes',
    );
  });

  test('does not sample an alternative that has ended', async () => {
    const { stepper, units } = voiceOf(story, { order: 3, streams: 4 });
    const change = settings({ alternatives: 4, length: { kind: 'sentence' } });
    const done = await generateText(stepper, units, 'The ', change);
    expect(Math.max(...done.map(({ tokens }) => tokens))).toBe(stepper.steps + 1);
    expect(Math.min(...done.map(({ tokens }) => tokens))).toBeLessThan(stepper.steps + 1);
  });

  test('reads a long prompt in pieces, all of it', async () => {
    const { stepper, units } = voiceOf(story);
    const prompt = story.repeat(10);
    await generateText(stepper, units, prompt, settings({ maxTokens: 3 }));
    expect(stepper.reads.reduce((a, b) => a + b, 0)).toBe(prompt.length + 1);
    expect(Math.max(...stepper.reads)).toBe(1024);
  });

  test('starts afresh on a stepper that was used before', async () => {
    const { stepper, units } = voiceOf(story);
    const first = await generateText(stepper, units, 'She', settings());
    expect(await generateText(stepper, units, 'She', settings())).toEqual(first);
  });

  test('refuses settings out of bounds, and a stepper that does not fit', async () => {
    const { stepper, units } = voiceOf(story);
    const bad = settings({ temperature: -1 });
    await expect(generateText(stepper, units, '', bad)).rejects.toThrow('temperature is -1');
    const two = settings({ alternatives: 2 });
    await expect(generateText(stepper, units, '', two)).rejects.toThrow('1 streams for 2');
    const other = voiceOf('abc').units;
    await expect(generateText(stepper, other, '', settings())).rejects.toThrow(RangeError);
  });
});

describe('cancelling', () => {
  test('stops between tokens and keeps the whole words that came', async () => {
    const { stepper, units } = voiceOf(story, { order: 12, streams: 2 });
    const abort = new AbortController();
    const change = settings({ greedy: true, alternatives: 2, dry: null });
    let yields = 0;
    const yieldNow = (): Promise<void> => {
      if (++yields === 14) abort.abort();
      return Promise.resolve();
    };
    const options = { signal: abort.signal, yieldNow };
    const results = joined(await collect(generate(stepper, units, 'The sea was', change, options)));
    expect(results).toHaveLength(2);
    for (const { text, end } of results) {
      expect(text).toBe(' grey, and');
      expect(end).toMatchObject({ reason: 'cancelled', text, tokens: 13 });
    }
    expect(stepper.steps).toBe(13);
  });

  test('stops at the event in which the reader aborts', async () => {
    const { stepper, units } = voiceOf(story, { order: 12 });
    const abort = new AbortController();
    const events: GenerationEvent[] = [];
    const change = settings({ greedy: true });
    for await (const event of generate(stepper, units, 'The sea', change, {
      signal: abort.signal,
    })) {
      events.push(event);
      abort.abort();
    }
    expect(events.at(-1)).toMatchObject({ kind: 'end', reason: 'cancelled', text: ' was' });
  });

  test('stops while the prompt is read', async () => {
    const { stepper, units } = voiceOf(story, { streams: 2 });
    const abort = new AbortController();
    const yieldNow = (): Promise<void> => {
      if (stepper.reads.length === 2) abort.abort();
      return Promise.resolve();
    };
    const change = settings({ alternatives: 2 });
    const options = { signal: abort.signal, yieldNow };
    const done = await generateText(stepper, units, story.repeat(20), change, options);
    expect(stepper.reads).toEqual([1024, 1024]);
    expect(done).toEqual(
      [0, 1].map((alternative) => ({ alternative, text: '', reason: 'cancelled', tokens: 0 })),
    );
  });

  test('does nothing when it is cancelled before it begins', async () => {
    const { stepper, units } = voiceOf(story);
    const options = { signal: AbortSignal.abort() };
    const [done] = await generateText(stepper, units, 'The', settings(), options);
    expect(done).toMatchObject({ text: '', reason: 'cancelled' });
    expect(stepper.reads).toEqual([]);
  });
});

describe.each(['word', 'subword'] as const)(
  'a prompt that ends inside a word, with %s units',
  (kind) => {
    const config = { kind, vocabularyLimit: 400, minimumCount: 1 };
    const units = trainUnits([story], config);
    const voice = (): TableStepper => new TableStepper(units.encode(story), units.size, 6, 1);
    const greedy: SamplingSettings = {
      ...settingsFor(50, kind, 1),
      greedy: true,
      dry: null,
      length: { kind: 'words', count: 2 },
    };

    test('finishes the word', async () => {
      const [done] = await generateText(voice(), units, 'Mr. Fox was walk', greedy);
      expect(done?.text).toBe('ing there');
    });

    test('goes on after a word that is whole', async () => {
      const [done] = await generateText(voice(), units, 'The sea was', greedy);
      expect(done?.text).toBe(' grey, and');
    });

    test('does not double a space', async () => {
      const [done] = await generateText(voice(), units, 'The sea was ', greedy);
      expect(done?.text).toBe('grey, and');
    });

    test('never writes a boundary or an unknown unit', async () => {
      for (let seed = 0; seed < 5; seed++) {
        const wild = { ...greedy, greedy: false, temperature: 5, minP: 0, seed, maxTokens: 40 };
        const [done] = await generateText(voice(), units, 'The', wild);
        expect(kind === 'word' && done?.text.includes('\uFFFD')).toBe(false);
        expect(units.encode(done?.text ?? '').includes(BOUNDARY)).toBe(false);
      }
    });
  },
);
