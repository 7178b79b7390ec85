import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { continueText } from '../../../src/main/engine/continue-text.ts';
import { saveVoice } from '../../../src/main/files/voice-folder.ts';
import { promptOf } from '../../../src/main/host/suggestions/dialogue.ts';
import {
  defaultChoices,
  defaultSampling,
  type Sampling,
  type SuggestionEnd,
  type SuggestionItem,
} from '../../../src/shared/api/index.ts';
import { desk, type Desk } from '../../helpers/desk.ts';
import { until } from '../../helpers/engines.ts';
import { randomVoice } from '../../helpers/random-voice.ts';
import { prose } from '../../helpers/understudy.ts';
import { refuses } from '../../helpers/voices.ts';

const sampling: Sampling = {
  ...defaultSampling,
  creativity: 100,
  length: { kind: 'words', count: 12 },
  seed: 42,
};

/** A desk with a voice that has learnt nothing, and an open document. */
async function ready({
  layers = [24, 16],
  heldBackNats = 3,
}: { layers?: number[]; heldBackNats?: number | null } = {}): Promise<Desk> {
  const at = desk();
  const voice = randomVoice(`${prose(12)}\nAnna: Ben?`, 'char', { layers, heldBackNats });
  await saveVoice(at.voice('Mine'), voice.card, voice.weights);
  at.documents.open('a.md', prose(10));
  return at;
}

const request = ({ documents }: Desk, at: number, change: Partial<Sampling> = {}) => ({
  path: 'a.md',
  version: documents.get('a.md')!.version,
  at,
  voice: 'Mine',
  sampling: { ...sampling, ...change },
});

interface Told {
  readonly items: SuggestionItem[];
  readonly end: SuggestionEnd;
}

async function continued(
  desk: Desk,
  at: number,
  change: Partial<Sampling> = {},
  signal = new AbortController().signal,
): Promise<Told> {
  const stream = desk.suggestions.handlers.continue(request(desk, at, change), signal);
  const items: SuggestionItem[] = [];
  for (;;) {
    const { done, value } = await stream.next();
    if (done) return { items, end: value };
    items.push(value);
  }
}

/** What the whole text before an offset gives. */
async function expected(desk: Desk, at: number, alternatives = 3): Promise<string[]> {
  const texts: string[] = [];
  const events = continueText(
    {
      voice: desk.voice('Mine'),
      prompt: desk.documents.get('a.md')!.text.slice(0, at),
      creativity: 100,
      settings: { seed: 42, length: sampling.length, alternatives },
      threads: 1,
    },
    { signal: new AbortController().signal },
  );
  for await (const event of events) {
    if (event.kind === 'end') texts[event.alternative] = event.text;
  }
  return texts;
}

const textsOf = ({ end }: Told): string[] => end.alternatives.map(({ text }) => text);

describe('continue', () => {
  test('streams what the whole text before the caret gives, at any caret and after edits', async () => {
    const at = await ready();
    expect(textsOf(await continued(at, 900))).toEqual(await expected(at, 900));
    at.documents.edit('a.md', { from: 300, to: 310, insert: 'rain' });
    at.documents.edit(
      'a.md',
      { from: 10, to: 10, insert: ' now' },
      { from: 700, to: 720, insert: '' },
    );
    for (const caret of [0, 450, 901, 1500]) {
      expect(textsOf(await continued(at, caret))).toEqual(await expected(at, caret));
    }
    // A fresh process gets the texts again.
    at.newest('sampler').kill();
    await until(() => at.engines.status().sampler.kind === 'ready' && at.processes.length === 2);
    at.documents.edit('a.md', { from: 0, to: 3, insert: 'Well, t' });
    expect(textsOf(await continued(at, 1200))).toEqual(await expected(at, 1200));
  });

  test('records what it gave, with the seed that gives it again', async () => {
    const at = await ready();
    const told = await continued(at, 900, { seed: null });
    expect(told.end.id).toBe('1');
    const [entry] = at.recorded;
    expect(entry).toMatchObject({ path: 'a.md', voice: 'Mine', creativity: 100, seed: 1 });
    expect(entry!.alternatives).toEqual(textsOf(told));
    expect(at.documents.get('a.md')!.text.slice(0, 900)).toMatch(new RegExp(`${entry!.before}$`));
    const pieces = [0, 1, 2].map((i) =>
      told.items.flatMap((item) => (item.alternative === i ? [item.text] : [])).join(''),
    );
    expect(pieces).toEqual(textsOf(told));
    expect(textsOf(await continued(at, 900, { seed: entry!.seed }))).toEqual(textsOf(told));
    expect(textsOf(await continued(at, 900, { seed: null }))).not.toEqual(textsOf(told));
  });

  test('records what had come when the sampler dies, and says that it died', async () => {
    const at = await ready({ layers: [256, 256] });
    const length = { kind: 'words', count: 2000 } as const;
    const { signal } = new AbortController();
    const stream = at.suggestions.handlers.continue(request(at, 900, { length }), signal);
    const seen = ['', '', ''];
    const read = async (): Promise<void> => {
      const { done, value } = await stream.next();
      if (done) throw new RangeError('It was too short to be cut off');
      seen[value.alternative] += value.text;
    };
    while (seen[0]!.length < 20) await read();
    at.newest('sampler').kill();
    await refuses(
      async () => {
        for (;;) await read();
      },
      'engine.gone',
      'try again',
    );
    expect(at.recorded).toMatchObject([
      { path: 'a.md', voice: 'Mine', creativity: 100, seed: 42, temperature: null },
    ]);
    expect(at.recorded[0]!.alternatives).toEqual(seen.filter((text) => text !== ''));
  });

  test('records nothing when the sampler dies before the first word', async () => {
    const at = await ready();
    await at.engines.sampler.call('ping', {});
    const { signal } = new AbortController();
    const first = at.suggestions.handlers.continue(request(at, 900), signal).next();
    at.newest('sampler').kill();
    await refuses(() => first, 'engine.gone');
    expect(at.recorded).toEqual([]);
  });

  test('is what starts a sampler again that kept dying; resting and opening texts do not', async () => {
    const at = await ready();
    const { sampler } = at.engines;
    for (let died = 0; sampler.state().kind !== 'stopped'; died++) {
      await until(() => sampler.state().kind === 'ready' && at.processes.length === died + 1);
      at.newest('sampler').kill();
      await until(() => sampler.state().kind !== 'ready');
    }
    const { length } = at.processes;
    const { version } = at.documents.get('a.md')!;
    await at.suggestions.handlers.readAhead({ path: 'a.md', version, at: 900, voice: 'Mine' });
    at.documents.open('b.md', prose(2));
    await refuses(() => at.suggestions.measureYou('Mine'), 'engine.gone');
    expect(at.processes).toHaveLength(length);
    expect(sampler.state().kind).toBe('stopped');
    expect(textsOf(await continued(at, 900))).toEqual(await expected(at, 900));
    expect(at.processes).toHaveLength(length + 1);
  });

  test('takes what was set by hand in the place of what creativity stands for', async () => {
    const at = await ready();
    const { end } = await continued(at, 900, { temperature: 0.7, topK: 1, alternatives: 2 });
    expect(end.temperature).toBe(0.7);
    // One choice at each step: nothing is left to the seed.
    expect(end.alternatives[0]!.text).toBe(end.alternatives[1]!.text);
    const free = await continued(at, 900, { topK: 1, repetition: 'off', alternatives: 1 });
    const guarded = await continued(at, 900, { topK: 1, repetition: 'strong', alternatives: 1 });
    expect(textsOf(free)).not.toEqual(textsOf(guarded));
  });

  test('is refused for a text that is not open, or has moved on', async () => {
    const at = await ready();
    const stale = request(at, 900);
    at.documents.edit('a.md', { from: 0, to: 0, insert: 'x' });
    const { signal } = new AbortController();
    const ask = (it: typeof stale) => () => at.suggestions.handlers.continue(it, signal).next();
    await refuses(ask(stale), 'document.stale');
    await refuses(ask({ ...stale, path: 'b.md' }), 'document.missing', 'b.md');
    await refuses(ask({ ...request(at, 5), voice: 'Nobody' }), 'voice.missing');
  });

  test('falls silent within 100 ms of being stopped, with whole words', async () => {
    const at = await ready({ layers: [256, 256] });
    await continued(at, 1200, { alternatives: 1, length: { kind: 'words', count: 2 } });
    for (let round = 0; round < 5; round++) {
      const abort = new AbortController();
      let stoppedAt = Infinity;
      const stream = at.suggestions.handlers.continue(
        request(at, 1200, { length: { kind: 'words', count: 2000 }, seed: round }),
        abort.signal,
      );
      await stream.next();
      await wait(50);
      abort.abort();
      stoppedAt = performance.now();
      for (;;) {
        const { done, value } = await stream.next();
        if (!done) continue;
        expect(value.alternatives.map(({ reason }) => reason)).toContain('cancelled');
        break;
      }
      expect(performance.now() - stoppedAt).toBeLessThan(100);
    }
  });

  test('goes on while a voice is trained, and the training goes on after it', async () => {
    const at = await ready();
    at.write('a.md', prose(12));
    const overrides = {
      ...defaultChoices.overrides,
      network: { embedding: 16, layers: [64] },
      training: { epochs: 5000, patience: 0 },
    };
    await at.training.handlers.startTraining({
      name: 'Other',
      sources: [{ kind: 'library', path: 'a.md' }],
      choices: { ...defaultChoices, overrides },
    });
    const step = (): number => at.training.state()?.progress?.step ?? 0;
    await until(() => step() > 3);
    const stream = at.suggestions.handlers.continue(
      request(at, 1200, { length: { kind: 'words', count: 300 } }),
      new AbortController().signal,
    );
    await stream.next();
    await wait(300);
    const held = step();
    await wait(300);
    // A step that had begun is finished; no other begins.
    expect(step() - held).toBeLessThanOrEqual(1);
    while (!(await stream.next()).done);
    await until(() => step() > held + 3);
    await at.suggestions.handlers.typing({});
    // Training goes on while the writer types, with fewer threads.
    const typed = step();
    await until(() => step() > typed + 3);
  });
});

describe('reading ahead', () => {
  test('lets a suggestion begin at once', async () => {
    const at = await ready({ layers: [256, 256] });
    const text = prose(120);
    at.documents.open('a.md', text);
    await continued(at, 10, { alternatives: 1 });
    const { version } = at.documents.get('a.md')!;
    const path = { path: 'a.md', version, voice: 'Mine' };
    await at.suggestions.handlers.readAhead({ ...path, at: 20 });
    await at.suggestions.handlers.readAhead({ ...path, at: text.length });
    // Answered when all before it was done.
    await at.engines.sampler.call('readAhead', {
      ...{ id: 'a.md', version, at: text.length, voice: at.voice('Mine') },
    });
    const began = performance.now();
    const abort = new AbortController();
    const stream = at.suggestions.handlers.continue(request(at, text.length), abort.signal);
    await stream.next();
    const first = performance.now() - began;
    abort.abort();
    while (!(await stream.next()).done);
    expect(first).toBeLessThan(150);
  });

  test('is not in the way of a suggestion elsewhere', async () => {
    const at = await ready({ layers: [256, 256] });
    const text = prose(400);
    at.documents.open('a.md', text);
    const { version } = at.documents.get('a.md')!;
    await continued(at, 1000, { alternatives: 1 });
    await at.suggestions.handlers.readAhead({
      ...{ path: 'a.md', version, voice: 'Mine', at: text.length },
    });
    const began = performance.now();
    await continued(at, 1000, { alternatives: 1, length: { kind: 'words', count: 2 } });
    expect(performance.now() - began).toBeLessThan(1500);
  });
});

describe('talk', () => {
  const talk = {
    voice: 'Mine',
    scene: 'A harbour.\n',
    writerName: 'Anna',
    voiceName: 'Ben',
    turns: [{ speaker: 'writer' as const, text: 'Are you\nthere?' }],
    sampling: { ...sampling, seed: null },
  };

  test('is a manuscript in which the voice is to speak', () => {
    const turns = [...talk.turns, { speaker: 'voice' as const, text: 'Yes.' }];
    expect(promptOf({ ...talk, turns })).toEqual({
      prompt: 'A harbour.\n\nAnna: Are you there?\n\nBen: Yes.\n\nBen:',
      stopTexts: ['\nAnna:', '\nBen:'],
    });
  });

  test('streams a turn without space around it', async () => {
    const at = await ready();
    const stream = at.suggestions.handlers.talk(talk, new AbortController().signal);
    let said = '';
    for (;;) {
      const { done, value } = await stream.next();
      if (done) {
        expect(value.text).toBe(said);
        expect(value.text).toBe(value.text.trim());
        expect(value.text).not.toBe('');
        expect(value.seed).toBe(1);
        break;
      }
      said += value;
    }
  });
});

describe('the mark of the writer', () => {
  test('is the same each time, and lies higher for a voice that was surprised more', async () => {
    const at = await ready({ heldBackNats: 3.2 });
    const found = await at.suggestions.measureYou('Mine');
    expect(await at.suggestions.measureYou('Mine')).toBe(found);
    for (const [name, heldBackNats] of [
      ['Tame', 0.01],
      ['Wild', 50],
    ] as const) {
      const voice = randomVoice(prose(12), 'char', { heldBackNats });
      await saveVoice(at.voice(name), voice.card, voice.weights);
    }
    expect(await at.suggestions.measureYou('Tame')).toBe(0);
    expect(await at.suggestions.measureYou('Wild')).toBe(100);
    expect(found).toBeGreaterThan(0);
    expect(found).toBeLessThan(100);
  });

  test('is refused for a voice that was never compared', async () => {
    const at = await ready({ heldBackNats: null });
    await refuses(() => at.suggestions.measureYou('Mine'), 'generation.invalid', 'Random');
  });
});
