import { describe, expect, test } from 'vitest';
import { createReference } from '../../../src/main/backends/reference/index.ts';
import { Reader } from '../../../src/main/engine/process/reader.ts';
import { MEMORY, STRIDE } from '../../../src/main/engine/process/stretch.ts';
import {
  generateText,
  heal,
  settingsFor,
  write,
  type Context,
} from '../../../src/main/lm/generation/index.ts';
import type { Stepper } from '../../../src/main/lm/nn/stepper.ts';
import { normalise } from '../../../src/main/lm/text/normalise.ts';
import { BOUNDARY } from '../../../src/main/lm/text/units.ts';
import { edited } from '../../helpers/documents.ts';
import { randomVoice } from '../../helpers/random-voice.ts';
import { prose } from '../../helpers/understudy.ts';
import { dice } from '../../helpers/voices.ts';
import type { TextConfig, UnitsKind } from '../../../src/shared/config.ts';

const pieces = [
  '\n',
  '\n\n',
  ' ',
  '  \n',
  ' — ',
  '***\n\n',
  'e\u0301',
  '\u0301',
  '“Where?” she asked.',
  'harbour',
  'ΟΔΟΣ',
  'Mr. Fox',
  '42',
  '\r\n',
  '😀',
  '\uFEFF',
];

const pause = (): Promise<void> => Promise.resolve();
const never = new AbortController().signal;

/** A stepper that counts the tokens it reads. */
function counted(stepper: Stepper): { stepper: Stepper; read: () => number } {
  let count = 0;
  const wrapped = new Proxy(stepper, {
    get(target, name) {
      if (name === 'read') {
        return (stream: number, ids: Int32Array) => {
          count += ids.length;
          return target.read(stream, ids);
        };
      }
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  return { stepper: wrapped, read: () => count };
}

function readerOf(
  kind: UnitsKind,
  options: { config?: Partial<TextConfig>; budget?: number } = {},
) {
  const sample = `${prose(12)}${pieces.join(' ')}`;
  const { config = {}, ...rest } = options;
  const voice = randomVoice(sample, kind, { config });
  const { createStepper } = createReference(null);
  const create = (streams: number): Stepper =>
    createStepper(voice.card.config.network, voice.weights, { streams, precision: 'float32' });
  const { stepper, read } = counted(create(1));
  return { ...voice, reader: new Reader({ ...voice, stepper, ...rest }), read, create };
}

const contents = ({ tokens, matched, start, end }: Context): number[][] => [
  [...tokens.slice(start, end)],
  [...matched.slice(start, end)],
];

describe('a reader', () => {
  test.each<[UnitsKind, Partial<TextConfig>]>([
    ['char', {}],
    ['char', { stripPunctuation: true, lowerCase: true }],
    ['word', {}],
    ['word', { stripPunctuation: true }],
    ['subword', {}],
    ['subword', { stripPunctuation: true, lowerCase: true }],
  ])('writes on after edits as from the whole text: %s %j', async (kind, config) => {
    const roll = dice(11);
    const { reader, units, card, create } = readerOf(kind, { config });
    const writer = create(2);
    const whole = create(2);
    let text = prose(6);
    for (let round = 0; round < 30; round++) {
      const from = roll(text.length);
      const to = Math.min(text.length, from + roll(3) * roll(30));
      if (round % 4 > 0) text = edited(text, [{ from, to, insert: pieces[roll(pieces.length)]! }]);
      const at = round % 3 === 0 ? roll(text.length + 1) : Math.max(0, text.length - roll(40));
      const read = await reader.read('a', text, at, { signal: never, pause });
      const prompt = normalise(text.slice(0, at), { ...card.config.text, joinLines: false }).text;
      const healed = heal(units, prompt);
      expect(read!.written.held).toBe(healed.held);
      const start = Int32Array.of(BOUNDARY, ...healed.tokens);
      expect(contents(read!.reading.context)[0]).toEqual([...start.slice(-2048)]);

      const settings = {
        ...settingsFor(100, kind, 1.2),
        alternatives: 2,
        seed: round,
        maxTokens: 12,
        length: { kind: 'words', count: 100 } as const,
      };
      writer.restore(0, read!.state);
      const ends: string[] = [];
      for await (const event of write(writer, units, read!.written, read!.reading, settings)) {
        if (event.kind === 'end') ends[event.alternative] = event.text;
      }
      const expected = await generateText(whole, units, prompt, settings);
      expect(ends).toEqual(expected.map(({ text }) => text));
    }
  });

  test('reads nothing again where it has read ahead', async () => {
    const { reader, read } = readerOf('char');
    const text = prose(12);
    await reader.read('a', text, text.length, { signal: never, pause });
    const ahead = read();
    expect(ahead).toBe(text.length + 1);
    await reader.read('a', text, text.length, { signal: never, pause });
    expect(read()).toBe(ahead);
  });

  test('reads what was typed since, and nothing more', async () => {
    const { reader, read } = readerOf('char');
    let text = prose(12).trimEnd();
    await reader.read('a', text, text.length, { signal: never, pause });
    const before = read();
    for (const typed of [' The', ' sea', ' was', ' grey.\n\nAnd']) {
      text += typed;
      await reader.read('a', text, text.length, { signal: never, pause });
    }
    expect(read() - before).toBe(' The sea was grey.\n\nAnd'.length);
  });

  test('reads from the last boundary before an edit', async () => {
    const { reader, read } = readerOf('char');
    const text = prose(40);
    await reader.read('a', text, text.length, { signal: never, pause });
    const before = read();
    const from = text.length - 30;
    const after = edited(text, [{ from, to: from + 1, insert: 'x' }]);
    await reader.read('a', after, after.length, { signal: never, pause });
    expect(read() - before).toBeLessThan(1000);
    const jumped = read();
    // Anywhere before the edit nothing was lost.
    await reader.read('a', after, 5000, { signal: never, pause });
    expect(read() - jumped).toBeLessThan(1000);
  });

  test('goes on where it was stopped', async () => {
    const { reader, read } = readerOf('char');
    const text = prose(40);
    const abort = new AbortController();
    const stopped = await reader.read('a', text, text.length, {
      signal: abort.signal,
      pause() {
        if (read() > 8000) abort.abort();
        return Promise.resolve();
      },
    });
    expect(stopped).toBeNull();
    await reader.read('a', text, text.length, { signal: never, pause });
    expect(read()).toBeLessThan(text.length + 1000);
  });

  test('reads of a long text what the voice remembers, and the same however it came there', async () => {
    const text = prose(240);
    const at = text.length - 1000;
    const { reader, read } = readerOf('char');
    const direct = await reader.read('a', text, at, { signal: never, pause });
    expect(read()).toBeLessThan(MEMORY + STRIDE);
    const other = readerOf('char').reader;
    for (const earlier of [0.2, 0.5, 0.9]) {
      await other.read('a', text, Math.floor(earlier * at), { signal: never, pause });
    }
    const onTheWay = await other.read('a', text, at, { signal: never, pause });
    expect([...onTheWay!.state]).toEqual([...direct!.state]);
    expect(onTheWay!.written.prompt).toBe(direct!.written.prompt);
    expect(contents(onTheWay!.reading.context)).toEqual(contents(direct!.reading.context));
  });

  test('reads nothing again after an edit far before', async () => {
    const text = prose(240);
    const { reader, read } = readerOf('char');
    await reader.read('a', text, text.length, { signal: never, pause });
    const before = read();
    await reader.read('a', `x${text}`, text.length + 1, { signal: never, pause });
    expect(read()).toBe(before);
  });

  test('remembers the last places of a text, and forgets those of one that is closed', async () => {
    const text = prose(900);
    const { reader, read } = readerOf('char');
    const places = Array.from({ length: 12 }, (_, i) => 10_000 + i * 2 * STRIDE);
    for (const at of places) await reader.read('a', text, at, { signal: never, pause });
    const cost = async (at: number): Promise<number> => {
      const before = read();
      await reader.read('a', text, at, { signal: never, pause });
      return read() - before;
    };
    expect(await cost(places[8]!)).toBeLessThan(3000);
    expect(await cost(places[0]!)).toBeGreaterThan(MEMORY);
    reader.forget('a');
    expect(await cost(places[8]!)).toBeGreaterThan(MEMORY);
  });

  test('keeps fewer states where memory is short, and stays right', async () => {
    const { reader, units, create, read } = readerOf('char', { budget: 4000 });
    const text = prose(60);
    const kept = await reader.read('a', text, text.length, { signal: never, pause });
    const stepper = create(1);
    stepper.read(0, Int32Array.of(BOUNDARY, ...units.encode(text)));
    expect([...kept!.state]).toEqual([...stepper.save(0)]);
    const before = read();
    const again = await reader.read('a', text, 9000, { signal: never, pause });
    expect(read() - before).toBeLessThan(8000);
    stepper.reset(0);
    stepper.read(0, Int32Array.of(BOUNDARY, ...units.encode(text.slice(0, 9000))));
    expect([...again!.state]).toEqual([...stepper.save(0)]);
  });
});
