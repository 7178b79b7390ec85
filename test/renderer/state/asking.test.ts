import { describe, expect, test } from 'vitest';
import {
  defaultSettings,
  type HistoryEntry,
  type SearchHit,
} from '../../../src/shared/api/index.ts';
import { UserError } from '../../../src/shared/errors.ts';
import { Goals, isoDay } from '../../../src/renderer/state/goals.svelte.ts';
import { History } from '../../../src/renderer/state/history.svelte.ts';
import { Notices } from '../../../src/renderer/state/notices.svelte.ts';
import { Search } from '../../../src/renderer/state/search.svelte.ts';
import { Settings } from '../../../src/renderer/state/settings.svelte.ts';
import { connectApi, settled, start } from './api.ts';

describe('settings', () => {
  test('show a change before the host has confirmed it', async () => {
    const { client } = connectApi({
      changeSettings: async (change) => {
        await settled(5);
        return { ...defaultSettings, ...change } as typeof defaultSettings;
      },
    });
    const settings = new Settings(client, start(), new Notices());
    const changing = settings.change({ fontSize: 24 });
    expect(settings.values.fontSize).toBe(24);
    await changing;
    expect(settings.values.fontSize).toBe(24);
  });

  test('go back and say why when they could not be kept', async () => {
    const { client } = connectApi({
      changeSettings: () => Promise.reject(new UserError('disk.full', 'The disk is full.')),
    });
    const notices = new Notices();
    const settings = new Settings(client, start(), notices);
    await settings.change({ fontSize: 24 });
    expect(settings.values.fontSize).toBe(defaultSettings.fontSize);
    expect(notices.list.map(({ sentence }) => sentence)).toEqual(['The disk is full.']);
  });

  test('follow what another window changed', async () => {
    const { client, server } = connectApi({});
    const settings = new Settings(client, start(), new Notices());
    server.emit('settingsChanged', { ...defaultSettings, theme: 'dark' });
    await settled();
    expect(settings.values.theme).toBe('dark');
  });
});

const hit = (path: string): SearchHit => ({
  path,
  from: 0,
  to: 3,
  excerpt: 'fog',
  excerptFrom: 0,
  excerptTo: 3,
});

describe('searching in all', () => {
  test('shows what comes, grouped by document', async () => {
    const { client } = connectApi({
      async *searchLibrary() {
        yield [hit('a.md'), hit('a.md')];
        await settled(1);
        yield [hit('b.md')];
        return { hits: 3 };
      },
    });
    const search = new Search(client, new Notices());
    search.query = 'fog';
    search.ask(0);
    await settled(60);
    expect([...search.byDocument.keys()]).toEqual(['a.md', 'b.md']);
    expect(search.running).toBe(false);
  });

  test('drops what an older question finds late', async () => {
    const { client } = connectApi({
      async *searchLibrary({ query }) {
        await settled(query === 'old' ? 60 : 1);
        yield [hit(`${query}.md`)];
        return { hits: 1 };
      },
    });
    const search = new Search(client, new Notices());
    search.query = 'old';
    search.ask(0);
    await settled(20);
    search.query = 'new';
    search.ask(0);
    await settled(120);
    expect(search.hits.map(({ path }) => path)).toEqual(['new.md']);
  });

  test('asks nothing where there is nothing to look for', async () => {
    const { client, asked } = connectApi({});
    const search = new Search(client, new Notices());
    search.ask(0);
    await settled(20);
    expect(asked).toEqual([]);
    expect(search.running).toBe(false);
  });
});

const entry = (id: string): HistoryEntry => ({
  id,
  at: 0,
  path: 'Fog.md',
  voice: 'Harbour',
  creativity: 50,
  temperature: 0.8,
  seed: 1,
  before: '',
  alternatives: ['text'],
  accepted: null,
});

describe('the history', () => {
  test('adds older entries below the newest', async () => {
    const { client, asked } = connectApi({
      history: ({ before }) =>
        Promise.resolve({
          entries: [entry(before === null ? 'newest' : 'older')],
          more: before === null,
        }),
    });
    const history = new History(client, new Notices());
    history.refresh(0);
    await settled(15);
    await history.loadMore();
    await history.loadMore();
    expect(history.entries.map(({ id }) => id)).toEqual(['newest', 'older']);
    expect(asked).toHaveLength(2);
  });

  test('drops the answer to an older question', async () => {
    const { client } = connectApi({
      history: async ({ query }) => {
        await settled(query === 'old' ? 40 : 1);
        return { entries: [entry(query)], more: false };
      },
    });
    const history = new History(client, new Notices());
    history.query = 'old';
    history.refresh(0);
    await settled(15);
    history.query = 'new';
    history.refresh(0);
    await settled(70);
    expect(history.entries.map(({ id }) => id)).toEqual(['new']);
    expect(history.loading).toBe(false);
  });
});

describe('goals', () => {
  test('count what was typed, by day and since the start', async () => {
    const told: unknown[] = [];
    const { client } = connectApi({
      addWritten: (request) => {
        told.push(request);
        return Promise.resolve(112);
      },
    });
    const goals = new Goals(client, start({ written: { '2026-11-25': 100 } }), () => '2026-11-25');
    goals.typed(10);
    goals.typed(-1);
    expect([goals.session, goals.today]).toEqual([9, 109]);
    await goals.tell();
    expect(told).toEqual([{ day: '2026-11-25', words: 9 }]);
    expect(goals.today).toBe(112);
    await goals.tell();
    expect(told).toHaveLength(1);
  });

  test('have no session of fewer words than none, as there is no such day', async () => {
    const { client } = connectApi({
      addWritten: ({ words }) => Promise.resolve(Math.max(0, words)),
    });
    const goals = new Goals(client, start(), () => '2026-11-25');
    goals.typed(-50);
    expect([goals.session, goals.today]).toEqual([0, 0]);
    await goals.tell();
    goals.typed(3);
    expect([goals.session, goals.today]).toEqual([3, 3]);
  });

  test('keep words that could not be told for the next time', async () => {
    const { client, close } = connectApi({ addWritten: () => Promise.resolve(0) });
    const goals = new Goals(client, start(), () => '2026-11-25');
    close();
    goals.typed(5);
    await goals.tell();
    expect(goals.today).toBe(5);
  });

  test('name the day where the writer is', () => {
    expect(isoDay(new Date(2026, 0, 5, 23, 59))).toBe('2026-01-05');
  });
});

describe('notices', () => {
  test('of one topic take the place of each other', () => {
    const notices = new Notices();
    notices.say('one', { topic: 'save' });
    notices.say('two', { topic: 'save' });
    expect(notices.list.map(({ sentence }) => sentence)).toEqual(['two']);
  });

  test('are made of errors for the writer, and of nothing else', async () => {
    const notices = new Notices();
    const failed = await notices.attempt(() =>
      Promise.reject(new UserError('disk.full', 'The disk is full.')),
    );
    expect(failed).toBeNull();
    expect(notices.list.map(({ tone }) => tone)).toEqual(['problem']);
    await expect(notices.attempt(() => Promise.reject(new TypeError('bug')))).rejects.toThrow(
      'bug',
    );
  });

  test('never become a tower', () => {
    const notices = new Notices();
    for (const number of [1, 2, 3, 4, 5, 6]) notices.say(`message ${number}`);
    expect(notices.list).toHaveLength(4);
  });
});
