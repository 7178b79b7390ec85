import { describe, expect, test } from 'vitest';
import type { ApiHandlers, SuggestionEnd, VoiceSummary } from '../../../src/shared/api/index.ts';
import { UserError } from '../../../src/shared/errors.ts';
import type { Editor, GhostState } from '../../../src/renderer/editor/types.ts';
import { Documents } from '../../../src/renderer/state/documents.svelte.ts';
import { Notices } from '../../../src/renderer/state/notices.svelte.ts';
import { Session } from '../../../src/renderer/state/session.svelte.ts';
import { Suggestions } from '../../../src/renderer/state/suggestions.svelte.ts';
import { connectApi, settled, start, voice } from './api.ts';
import { opened } from './document-host.ts';

/** An editor that notes what its ghost is told; the text is fixed. */
function fakeEditor(text: string, told: string[]): Editor {
  return {
    ghost: {
      begin: (request, at) => told.push(`begin ${request} ${at}`),
      append: (request, alternative, piece) => told.push(`${request} ${alternative}: ${piece}`),
      end: (request) => told.push(`end ${request}`),
      dismiss: () => told.push('dismiss'),
    },
    text: () => text,
    caret: () => text.length,
    show: () => undefined,
    focus: () => undefined,
  } as Partial<Editor> as Editor;
}

const inSight: GhostState = {
  kind: 'shown',
  request: 'suggestion-1',
  alternative: 0,
  count: 1,
  streaming: false,
  text: 'a',
};

type Continue = ApiHandlers['continue'];
const end = (text: string): SuggestionEnd => ({
  id: `entry of ${text}`,
  alternatives: [{ text, reason: 'length' }],
  seed: 1,
  temperature: 0.8,
});

async function room(answer: Continue, voices: VoiceSummary | null = voice('Harbour')) {
  const told: string[] = [];
  const accepted: unknown[] = [];
  const connection = connectApi({
    openDocument: () => Promise.resolve(opened({ text: 'The fog', version: 3 })),
    saveSession: () => Promise.resolve(null),
    setPreferences: () => Promise.resolve(null),
    continue: answer,
    editDocument: () => Promise.resolve({ version: 4 }),
    markAccepted: (request) => {
      accepted.push(request);
      return Promise.resolve(null);
    },
  });
  const notices = new Notices();
  const { client } = connection;
  const documents = new Documents({ client, notices, session: new Session(client, start()) });
  let needed = 0;
  let seed = 100;
  const suggestions = new Suggestions({
    client,
    documents,
    notices,
    voiceFor: () => voices,
    needVoice: () => needed++,
    finished: () => undefined,
    randomSeed: () => seed++,
  });
  documents.attach(fakeEditor('The fog', told));
  await documents.open('Fog.md');
  const requests = () =>
    connection.asked
      .filter(({ name }) => name === 'continue')
      .map(({ request }) => request as Parameters<Continue>[0]);
  return { suggestions, documents, notices, told, accepted, requests, needed: () => needed };
}

const says = (...pieces: string[]): Continue =>
  async function* () {
    for (const text of pieces) {
      yield { alternative: 0, text };
      await Promise.resolve();
    }
    return end(pieces.join(''));
  };

/** Says nothing until it is cancelled. */
const waits = (cancelled: () => void): Continue =>
  async function* (_, signal) {
    yield { alternative: 0, text: 'slow' };
    if (!signal.aborted) {
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    }
    cancelled();
    throw new UserError('generation.cancelled', 'Stopped.');
  };

describe('suggestions', () => {
  test('stream into the ghost at the place that was asked for', async () => {
    const { suggestions, told } = await room(says(' came', ' up'));
    await suggestions.ask(7);
    await settled(60);
    expect(told).toEqual([
      'begin suggestion-1 7',
      'suggestion-1 0:  came',
      'suggestion-1 0:  up',
      'end suggestion-1',
    ]);
    expect(suggestions.streaming).toBe(false);
  });

  test('name the version the host has when everything was sent', async () => {
    const { suggestions, documents, requests } = await room(says(' came'));
    documents.active!.edited([{ from: 7, to: 7, insert: '!' }]);
    await suggestions.ask(8);
    await settled();
    expect(requests()[0]).toMatchObject({ version: 4, at: 8, voice: 'Harbour' });
  });

  test('of an older request are dropped when a new one was asked for', async () => {
    let cancelled = 0;
    let first = true;
    const answer: Continue = (...given) => {
      const handler = first ? waits(() => cancelled++) : says(' anew');
      first = false;
      return handler(...given);
    };
    const { suggestions, told, notices } = await room(answer);
    await suggestions.ask(7);
    await suggestions.ask(7);
    await settled(60);
    expect(cancelled).toBe(1);
    expect(told.slice(told.indexOf('begin suggestion-2 7'))).toEqual([
      'begin suggestion-2 7',
      'suggestion-2 0:  anew',
      'end suggestion-2',
    ]);
    expect(notices.list).toEqual([]);
  });

  test('stop the sampler at once, and keep what came', async () => {
    let cancelled = 0;
    const { suggestions, told, notices } = await room(waits(() => cancelled++));
    await suggestions.ask(7);
    await settled(20);
    expect(suggestions.streaming).toBe(true);
    suggestions.stop('suggestion-1');
    expect(suggestions.streaming).toBe(false);
    await settled(20);
    expect(cancelled).toBe(1);
    expect(told).toEqual(['begin suggestion-1 7', 'suggestion-1 0: slow', 'end suggestion-1']);
    expect(notices.list).toEqual([]);
  });

  test('that are stale go without a word', async () => {
    const { suggestions, told, notices } = await room(async function* () {
      await Promise.resolve();
      throw new UserError('document.stale', 'It changed.');
    });
    await suggestions.ask(7);
    await settled(20);
    expect(told.at(-1)).toBe('dismiss');
    expect(notices.list).toEqual([]);
  });

  test('that fail say why, without getting in the way', async () => {
    const { suggestions, notices } = await room(async function* () {
      await Promise.resolve();
      throw new UserError('voice.damaged', 'The voice is damaged; choose another.');
    });
    await suggestions.ask(7);
    await settled(20);
    expect(notices.list.map(({ sentence }) => sentence)).toEqual([
      'The voice is damaged; choose another.',
    ]);
    expect(suggestions.streaming).toBe(false);
  });

  test('have another seed each time, unless one is set', async () => {
    const { suggestions, documents, requests } = await room(says('a'));
    await suggestions.ask(7);
    await suggestions.ask(7);
    documents.active!.sample({ seed: 42 });
    await suggestions.ask(7);
    await settled(20);
    expect(requests().map(({ sampling }) => sampling.seed)).toEqual([100, 101, 42]);
  });

  test('are made again with the same seed while a slider moves', async () => {
    const { suggestions, documents, requests } = await room(says('a'));
    await suggestions.ask(7);
    await settled(30);
    suggestions.ghostChanged(inSight);
    for (const creativity of [60, 70, 80]) {
      suggestions.pin();
      documents.active!.sample({ creativity });
      suggestions.reroll();
    }
    await settled(150);
    expect(requests().map(({ at, sampling }) => [at, sampling.seed, sampling.creativity])).toEqual([
      [7, 100, 50],
      [7, 100, 80],
    ]);
    suggestions.unpin();
    suggestions.reroll();
    await settled(150);
    expect(requests()).toHaveLength(2);
  });

  test('are made with the last value of a slider, also where it is let go at once', async () => {
    const { suggestions, documents, requests } = await room(says('a'));
    await suggestions.ask(7);
    await settled(30);
    suggestions.ghostChanged(inSight);
    for (const creativity of [60, 80]) {
      suggestions.pin();
      documents.active!.sample({ creativity });
      suggestions.reroll();
      suggestions.unpin();
    }
    await settled(150);
    expect(requests().map(({ sampling }) => [sampling.seed, sampling.creativity])).toEqual([
      [100, 50],
      [100, 80],
    ]);
  });

  test('are made with the seed that was typed in meanwhile', async () => {
    const { suggestions, documents, requests } = await room(says('a'));
    await suggestions.ask(7);
    await settled(30);
    suggestions.ghostChanged(inSight);
    suggestions.pin();
    documents.active!.sample({ seed: 42 });
    suggestions.reroll();
    await settled(150);
    expect(requests().map(({ sampling }) => sampling.seed)).toEqual([100, 42]);
  });

  test('that were put away or asked for anew are not made again by a slider', async () => {
    const { suggestions, requests } = await room(says('a'));
    await suggestions.ask(7);
    await settled(30);
    suggestions.ghostChanged(inSight);
    suggestions.pin();
    suggestions.reroll();
    await suggestions.ask(7);
    await settled(150);
    suggestions.ghostChanged(inSight);
    suggestions.pin();
    suggestions.reroll();
    suggestions.ghostChanged({ kind: 'none' });
    await settled(150);
    expect(requests().map(({ sampling }) => sampling.seed)).toEqual([100, 101]);
  });

  test('that rest come again when they are woken', async () => {
    const { suggestions } = await room(says('a'));
    suggestions.snooze(10);
    expect(suggestions.snoozed).toBe(true);
    suggestions.wake();
    expect(suggestions.snoozed).toBe(false);
  });

  test('do not come from a slider when none is in sight', async () => {
    const { suggestions, requests } = await room(says('a'));
    suggestions.pin();
    suggestions.reroll();
    await settled(150);
    expect(requests()).toEqual([]);
  });

  test('that were accepted are told with all that was taken', async () => {
    const { suggestions, accepted } = await room(says(' came up'));
    await suggestions.ask(7);
    suggestions.accepted('suggestion-1', ' came');
    await settled(60);
    suggestions.accepted('suggestion-1', ' up');
    await settled();
    expect(accepted).toEqual([
      { id: 'entry of  came up', text: ' came' },
      { id: 'entry of  came up', text: ' came up' },
    ]);
  });

  test('lead to training where there is no voice', async () => {
    const { suggestions, needed, told } = await room(says('a'), null);
    await suggestions.ask(7);
    expect(needed()).toBe(1);
    expect(told).toEqual([]);
  });
});
