import { describe, expect, test, vi } from 'vitest';
import {
  defaultSettings,
  noMarks,
  type ApiHandlers,
  type Start,
  type TrainingState,
} from '../../../src/shared/api/index.ts';
import type { Editor } from '../../../src/renderer/editor/types.ts';
import { App } from '../../../src/renderer/state/app.svelte.ts';
import { connectApi, settled, start, training, voice } from './api.ts';
import { opened } from './document-host.ts';

const MANUSCRIPT = `# The Quarter\n\n${'I weighed things for a living. '.repeat(100)}\n\nThe end.`;

function room(handlers: Partial<ApiHandlers> = {}, parts: Partial<Start> = {}) {
  let text = 'The fog';
  const connection = connectApi({
    openDocument: ({ path }) => Promise.resolve(opened({ path, text: 'The fog' })),
    createDocument: ({ name }) => Promise.resolve(name ?? 'Untitled.md'),
    replaceDocument: () => Promise.resolve({ version: 1 }),
    editDocument: ({ base }) => Promise.resolve({ version: base + 1 }),
    startTraining: () => Promise.resolve(null),
    changeSettings: () => Promise.resolve({ ...defaultSettings, welcomed: true }),
    saveSession: () => Promise.resolve(null),
    setPreferences: () => Promise.resolve(null),
    addWritten: ({ words }) => Promise.resolve(words),
    typing: () => Promise.resolve(null),
    readAhead: () => Promise.resolve(null),
    ...handlers,
  });
  const app = new App({
    client: connection.client,
    start: start(parts),
    sample: () => Promise.resolve(MANUSCRIPT),
  });
  const inserted: string[] = [];
  app.documents.attach({
    show: (shown) => (text = shown.text),
    replaceText: (_, now) => (text = now),
    text: () => text,
    caret: () => 4,
    focus: () => undefined,
    reveal: () => undefined,
    marks: () => noMarks,
    undoHistory: () => null,
    forget: () => undefined,
    insert: (pieces) => inserted.push(pieces.map(({ text }) => text).join('')),
  } as Partial<Editor> as Editor);
  const calls = (name: string): unknown[] =>
    connection.asked.filter((each) => each.name === name).map(({ request }) => request);
  return { app, calls, inserted, shown: () => text, ...connection };
}

describe('the app', () => {
  test('continues in the chosen voice, else in the newest that works', async () => {
    const voices = [voice('Broken', { damaged: 'It is damaged.' }), voice('New'), voice('Old')];
    const { app } = room({}, { voices });
    const document = (await app.documents.open('Fog.md'))!;
    expect(app.voiceFor(document)?.name).toBe('New');
    document.prefer({ voice: 'Old' });
    expect(app.voiceFor(document)?.name).toBe('Old');
    document.prefer({ voice: 'Broken' });
    expect(app.voiceFor(document)?.name).toBe('New');
  });

  test('leads to training where there is no voice', async () => {
    const { app } = room();
    await app.documents.open('Fog.md');
    app.editorCallbacks.suggest(7);
    await settled();
    const [notice] = app.notices.list;
    expect(notice?.sentence).toContain('There is no voice yet.');
    notice?.actions[0]?.run();
    expect(app.session.panel).toBe('voices');
  });

  test('says once a second at most that the writer types', async () => {
    const { app, calls } = room();
    await app.documents.open('Fog.md');
    for (let at = 7; at < 27; at++) {
      app.editorCallbacks.edited([{ from: at, to: at, insert: 'x' }], 'typed', 0, null);
    }
    await settled(60);
    expect(calls('typing')).toHaveLength(1);
    expect(app.session.writing).toBe(true);
  });

  test('has the host look at what others wrote when it is back, once in five seconds', async () => {
    vi.useFakeTimers();
    try {
      const { app, calls } = room({ lookAgain: () => Promise.resolve(null) });
      const looks = async (milliseconds: number): Promise<number> => {
        await vi.advanceTimersByTimeAsync(milliseconds);
        return calls('lookAgain').length;
      };
      app.returned();
      expect(await looks(10)).toBe(1);
      app.returned();
      app.returned();
      expect(await looks(4000)).toBe(1);
      // Who was away again meanwhile is not forgotten.
      expect(await looks(1000)).toBe(2);
      expect(await looks(60_000)).toBe(2);
    } finally {
      vi.useRealTimers();
    }
  });

  test('does not take what was accepted for the writer’s own words', async () => {
    const { app } = room();
    await app.documents.open('Fog.md');
    app.editorCallbacks.edited([{ from: 7, to: 7, insert: ' came up' }], 'accepted', 0, null);
    app.editorCallbacks.edited([{ from: 15, to: 15, insert: ' at' }], 'typed', 1, null);
    expect(app.goals.session).toBe(1);
    await settled(20);
  });

  test('lets the sampler read ahead where the caret rests', async () => {
    const { app, calls } = room({}, { voices: [voice('New')] });
    await app.documents.open('Fog.md');
    for (const caret of [1, 2, 3]) app.editorCallbacks.moved(caret, 0);
    await settled(400);
    expect(calls('readAhead')).toEqual([{ path: 'Fog.md', version: 0, at: 4, voice: 'New' }]);
  });

  test('lets the sampler read ahead every two seconds where the writer types without a rest', async () => {
    const { app, calls } = room({}, { voices: [voice('New')] });
    const document = (await app.documents.open('Fog.md'))!;
    for (let i = 0; i < 110; i++) {
      app.editorCallbacks.edited([{ from: i, to: i, insert: 'x' }], 'typed', 0, null);
      app.editorCallbacks.moved(i + 1, 0);
      await settled(20);
    }
    const [asked] = calls('readAhead') as { version: number }[];
    expect(asked?.version).toBeGreaterThan(0);
    await document.queue.flush();
    expect(asked?.version).toBeLessThanOrEqual(document.queue.version);
  });

  test('puts nothing into a document that cannot be changed', async () => {
    const { app, inserted } = room({
      openDocument: ({ path }) => Promise.resolve(opened({ path, readOnly: 'It is locked.' })),
    });
    await app.documents.open('Fog.md');
    expect(app.insert([{ text: 'text', passage: null }])).toBe(false);
    expect(inserted).toEqual([]);
    expect(app.notices.list).toHaveLength(1);
  });

  test('asks again for everything when the connection is back', async () => {
    const { app } = room({
      start: () => Promise.resolve(start({ voices: [voice('Meanwhile')], written: { day: 5 } })),
    });
    await app.resync();
    expect(app.voices.list.map(({ name }) => name)).toEqual(['Meanwhile']);
    expect(app.goals.written).toEqual({ day: 5 });
  });

  test('has no two commands with the same key', () => {
    expect(room().app.commands.conflicts).toEqual([]);
  });
});

describe('the commands', () => {
  const fog = {
    kind: 'document',
    path: 'Drafts/Fog.md',
    name: 'Fog.md',
    words: 2,
    modified: 0,
  } as const;
  const drafts = { kind: 'folder', path: 'Drafts', name: 'Drafts', entries: [fog] } as const;
  const library = {
    place: '~/Books',
    root: { kind: 'folder', path: '', name: 'Books', entries: [drafts] },
  } as const;
  const mine = (status: TrainingState['status']): TrainingState =>
    training({ voice: 'Mine', status });

  test('resume what was paused, else the voice of the document, else any that can go on', async () => {
    const voices = [
      voice('Done', { resumable: false }),
      voice('Harbour'),
      voice('Letters'),
      voice('Mine'),
    ];
    const { app, calls, server } = room(
      { resumeTraining: () => Promise.resolve(null) },
      { voices },
    );
    const resumes = async (): Promise<void> => {
      expect(app.commands.run('resumeTraining')).toBe(true);
      await settled();
    };
    await resumes();
    const document = (await app.documents.open('Fog.md'))!;
    document.prefer({ voice: 'Letters' });
    await resumes();
    server.emit('trainingChanged', mine({ kind: 'paused' }));
    await settled();
    await resumes();
    expect(calls('resumeTraining')).toEqual(
      ['Harbour', 'Letters', 'Mine'].map((name) => ({ voice: name })),
    );
    expect([app.session.panel, app.session.voicesView]).toEqual(['voices', 'training']);
  });

  test('resume nothing while a voice learns, or where none can', async () => {
    const { app, server } = room({}, { voices: [voice('Done', { resumable: false })] });
    expect(app.commands.run('resumeTraining')).toBe(false);
    server.emit('voicesChanged', [voice('Mine')]);
    server.emit('trainingChanged', mine({ kind: 'running', stage: 'training' }));
    await settled();
    expect(app.commands.run('resumeTraining')).toBe(false);
  });

  test('lead to the form for a new voice, also where the panel is open', () => {
    const { app } = room();
    app.commands.run('newVoice');
    expect([app.session.panel, app.session.voicesView]).toEqual(['voices', 'new']);
    app.session.toggle('voices');
    app.commands.run('panel.voices');
    expect(app.session.voicesView).toBe('list');
    app.commands.run('newVoice');
    expect([app.session.panel, app.session.voicesView]).toEqual(['voices', 'new']);
  });

  test('rename the document that is shown where the library lists it, however that stands', async () => {
    const { app } = room({}, { library });
    expect(app.commands.run('renameDocument')).toBe(false);
    await app.documents.open(fog.path);
    app.session.toggleSidebar(false);
    app.library.fold('Drafts', true);
    app.search.query = 'boats';
    expect(app.commands.run('renameDocument')).toBe(true);
    expect(app.session.sidebar).toBe(true);
    expect(app.search.query).toBe('');
    expect(app.library.rows.map(({ entry }) => entry)).toEqual([drafts, fog]);
    expect(app.library.renaming).toBe(fog.path);
  });

  test('move the document that is shown to the trash, and nothing whose file is gone', async () => {
    const { app, calls } = room({ trashEntry: () => Promise.resolve(null) }, { library });
    await app.documents.open('Gone.md');
    expect(app.commands.run('trashDocument')).toBe(false);
    await app.documents.open(fog.path);
    expect(app.commands.run('trashDocument')).toBe(true);
    await settled();
    expect(calls('trashEntry')).toEqual([{ path: fog.path }]);
    expect(app.documents.list.map(({ path }) => path)).toEqual(['Gone.md']);
  });
});

describe('the first try', () => {
  test('opens the beginning of the sample and trains a voice on all of it', async () => {
    const { app, calls, shown } = room();
    expect(app.welcome.shown).toBe(true);
    await app.welcome.trySample();
    expect(shown().startsWith('# The Quarter\n\nI weighed things')).toBe(true);
    expect(shown()).not.toContain('The end.');
    expect(app.documents.active?.queue.version).toBe(1);
    expect(calls('startTraining')).toMatchObject([
      { name: 'The Quarter', sources: [{ kind: 'sample' }] },
    ]);
    expect(app.session.panel).toBe('voices');
    expect(app.welcome.shown).toBe(false);
    await settled();
  });

  test('does not come again when it was seen', () => {
    const { app } = room({}, { settings: { ...defaultSettings, welcomed: true } });
    expect(app.welcome.shown).toBe(false);
  });
});
