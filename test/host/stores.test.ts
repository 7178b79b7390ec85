import fs from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { History } from '../../src/main/host/history/index.ts';
import { saveVoice } from '../../src/main/files/voice-folder.ts';
import { SessionStore } from '../../src/main/host/session/session.ts';
import { defaultSampling, defaultSettings } from '../../src/shared/api/index.ts';
import { unwrap } from '../../src/shared/result.ts';
import { toEnd } from '../../src/shared/rpc/index.ts';
import { eventually, folders, openHost } from '../helpers/host.ts';
import { cardOf, weightsOf } from '../helpers/voices.ts';

describe('Settings', () => {
  test('are kept, and told to the page', async () => {
    const at = folders();
    const first = await openHost(at);
    const told: string[] = [];
    first.client.on.settingsChanged(({ theme }) => told.push(theme));
    unwrap(await first.client.call.changeSettings({ theme: 'dark', fontSize: 22 }));
    await eventually(() => expect(told).toEqual(['dark']));
    await first.host.close();
    const { settings } = unwrap(await (await openHost(at)).client.call.start({}));
    expect(settings).toEqual({ ...defaultSettings, theme: 'dark', fontSize: 22 });
  });

  test.each(['{"theme": "dar', '[]', '{"theme": "pink"}', ''])(
    'that are damaged (%s) are kept aside, and the writer hears of it',
    async (text) => {
      const at = folders();
      await fs.writeFile(join(at.data, 'settings.json'), text);
      const { client, notices } = await openHost(at);
      expect(unwrap(await client.call.start({})).settings).toEqual(defaultSettings);
      expect(await fs.readFile(join(at.data, 'settings.json.damaged'), 'utf8')).toBe(text);
      expect(notices).toEqual([expect.stringContaining('settings.json was damaged')]);
    },
  );

  test('that cannot be read are kept aside before others take their place', async () => {
    const at = folders();
    await fs.mkdir(join(at.data, 'settings.json'));
    const { host, client, notices } = await openHost(at);
    unwrap(await client.call.changeSettings({ theme: 'dark' }));
    await host.close();
    expect(notices).toEqual([expect.stringContaining('settings.json')]);
    expect(await fs.readdir(join(at.data, 'settings.json.unread'))).toEqual([]);
    const { settings } = unwrap(await (await openHost(at)).client.call.start({}));
    expect(settings.theme).toBe('dark');
  });

  test('of an older version get the defaults of what it did not know', async () => {
    const at = folders();
    await fs.writeFile(join(at.data, 'settings.json'), '{"theme": "light"}');
    const { client } = await openHost(at);
    expect(unwrap(await client.call.start({})).settings).toEqual({
      ...defaultSettings,
      theme: 'light',
    });
  });
});

test('what an older version set for a document is read, with the default of what it did not know', async () => {
  const { data } = folders();
  const { invent, ...sampling } = { ...defaultSampling, creativity: 70 };
  const older = { voice: 'Me', sampling, goal: null, caret: 3, top: 0 };
  await fs.writeFile(join(data, 'documents.json'), JSON.stringify({ '/a.md': older }));
  const notices: string[] = [];
  const store = await SessionStore.open(data, (sentence) => notices.push(sentence));
  expect(store.preferences('/a.md')).toEqual({ ...older, sampling: { ...sampling, invent } });
  expect(notices).toEqual([]);
});

test('words written add up by day, and a day has never fewer than none', async () => {
  const at = folders();
  const { client } = await openHost(at);
  const add = async (words: number) =>
    unwrap(await client.call.addWritten({ day: '2026-11-25', words }));
  expect([await add(5), await add(7), await add(-20), await add(3)]).toEqual([5, 12, 0, 3]);
  expect(unwrap(await client.call.start({})).written).toEqual({ '2026-11-25': 3 });
});

describe('The history', () => {
  const entry = (n: number, path = 'a.md') => ({
    ...{ path, voice: 'Me', creativity: 50, temperature: 0.8, seed: n, before: 'And then' },
    alternatives: [`it rained ${n}`, `Snow ${n}`, `It still\n\nsnowed ${n}`],
  });
  const open = (path: string, largest?: number) =>
    History.open({ path, now: () => 1, notice: () => undefined, ...(largest ? { largest } : {}) });
  const all = { query: '', path: null, before: null, limit: 200 };

  test('is found newest first, page by page, by text and by document, also after a start', async () => {
    const file = join(folders().data, 'history.jsonl');
    const first = await open(file);
    const ids = Array.from({ length: 5 }, (_, n) =>
      first.record(entry(n, n % 2 ? 'b.md' : 'a.md')),
    );
    first.markAccepted(ids[3]!, 'it ');
    first.markAccepted(ids[3]!, 'rained');
    first.move('b.md', 'book/c.md');
    await first.flush();
    const history = await open(file);
    const seeds = (query: Partial<typeof all>) =>
      history.find({ ...all, ...query }).entries.map(({ seed }) => seed);
    expect(seeds({})).toEqual([4, 3, 2, 1, 0]);
    expect(history.find({ ...all, limit: 2 })).toMatchObject({
      more: true,
      entries: { length: 2 },
    });
    expect(history.find({ ...all, before: ids[3]!, limit: 3 })).toMatchObject({
      more: false,
    });
    expect(seeds({ before: ids[3]! as never })).toEqual([2, 1, 0]);
    expect(seeds({ query: 'SNOW 2' })).toEqual([2]);
    expect(seeds({ query: 'still  SNOWED 4' })).toEqual([4]);
    expect(seeds({ path: 'book/c.md' as never })).toEqual([3, 1]);
    expect(history.find({ ...all, query: 'rained 3' }).entries[0]!.accepted).toBe('it rained');
  });

  test('passes over damaged lines and goes on after one that was cut off', async () => {
    const file = join(folders().data, 'history.jsonl');
    const first = await open(file);
    first.record(entry(1));
    await first.flush();
    await fs.appendFile(file, '{"kind":"suggestion","id":1}\nnonsense\n{"kind":"sugg');
    const second = await open(file);
    second.record(entry(2));
    await second.flush();
    const seeds = (await open(file)).find(all).entries.map(({ seed }) => seed);
    expect(seeds).toEqual([2, 1]);
  });

  test('writes what could not be written with the next line, once and whole', async () => {
    const file = join(folders().data, 'history.jsonl');
    const notices: string[] = [];
    const notice = (sentence: string): void => void notices.push(sentence);
    const history = await History.open({ path: file, now: () => 1, notice });
    const id = history.record(entry(1));
    await history.flush();
    const { open: openFile } = fs;
    const full = vi.spyOn(fs, 'open').mockImplementation(async (...args) => {
      const handle = await openFile(...args);
      vi.spyOn(handle, 'writeFile').mockImplementation(async (data) => {
        await handle.write((data as string).slice(0, 20));
        throw Object.assign(new Error('full'), { code: 'ENOSPC', syscall: 'write' });
      });
      return handle;
    });
    history.record(entry(2));
    history.markAccepted(id, 'it rained');
    await history.flush();
    full.mockRestore();
    history.record(entry(3));
    await history.flush();
    expect(notices).toEqual([expect.stringContaining('history.jsonl')]);
    const { entries } = (await open(file)).find(all);
    expect(entries.map(({ seed }) => seed)).toEqual([3, 2, 1]);
    expect(entries[2]!.accepted).toBe('it rained');
  });

  test('stays small: the oldest go', async () => {
    const file = join(folders().data, 'history.jsonl');
    const history = await open(file, 20_000);
    for (let n = 0; n < 500; n++) history.record(entry(n));
    await history.flush();
    expect((await fs.stat(file)).size).toBeLessThan(21_000);
    const { entries } = (await open(file)).find(all);
    expect(entries[0]!.seed).toBe(499);
    expect(entries.length).toBeGreaterThan(20);
  });
});

test('voices are listed, copied, renamed, exported, imported and put into the trash', async () => {
  const at = folders();
  await saveVoice(join(at.data, 'voices/Me.voice'), cardOf(3), weightsOf(3));
  await fs.mkdir(join(at.data, 'voices/Broken.voice'), { recursive: true });
  await fs.writeFile(join(at.data, 'voices/Broken.voice/voice.json'), '{}');
  const { client } = await openHost(at);
  const list = async () => unwrap(await client.call.start({})).voices;
  const names = async () => (await list()).map(({ name }) => name);
  expect((await list()).find(({ name }) => name === 'Me')).toMatchObject({
    damaged: null,
    you: null,
    words: 10,
  });
  expect((await list()).find(({ name }) => name === 'Broken')!.damaged).toMatch(/Understudy/);
  expect(unwrap(await client.call.voiceDetails({ voice: 'Me' }))).toMatchObject({
    steps: 3,
    name: 'Me',
  });

  expect(unwrap(await client.call.duplicateVoice({ voice: 'Me' }))).toBe('Me copy');
  expect(await client.call.renameVoice({ voice: 'Me copy', name: 'me' })).toMatchObject({
    error: { code: 'voice.exists' },
  });
  unwrap(await client.call.renameVoice({ voice: 'Me copy', name: 'You' }));
  expect(await names()).toEqual(['Broken', 'Me', 'You']);

  const saved = unwrap(await toEnd(client.stream.exportVoice, { voice: 'You' }))!;
  const bytes = (await fs.readFile(saved)).toString('base64');
  const importVoice = (name: string, bytes: string) =>
    toEnd(client.stream.importVoice, { name, bytes });
  expect(unwrap(await importVoice('You.zip', bytes))).toBe('You 2');
  expect(await importVoice('x.zip', 'AAAA')).toMatchObject({
    error: { code: 'archive.invalid' },
  });
  unwrap(await client.call.trashVoice({ voice: 'Me' }));
  expect(await names()).toEqual(['Broken', 'You', 'You 2']);
  expect(await client.call.voiceDetails({ voice: 'Me' })).toMatchObject({
    error: { code: 'voice.missing' },
  });
});

test('a voice whose export is stopped leaves no file, and one that was there as it was', async () => {
  const at = folders();
  await saveVoice(join(at.data, 'voices/Me.voice'), cardOf(3), weightsOf(3));
  const abort = new AbortController();
  let stops = false;
  const { client } = await openHost(at, {
    async saveAs(name) {
      if (stops) abort.abort();
      // Until the host has heard of it.
      unwrap(await client.call.start({}));
      return join(at.data, name);
    },
  });
  const { exportVoice } = client.stream;
  const stopped = () => toEnd(exportVoice, { voice: 'Me' }, () => undefined, abort.signal);
  unwrap(await toEnd(exportVoice, { voice: 'Me' }));
  const before = await fs.readFile(join(at.data, 'Me.zip'));
  stops = true;
  expect(await stopped()).toEqual({ ok: true, value: null });
  expect(await fs.readFile(join(at.data, 'Me.zip'))).toEqual(before);
  await fs.rm(join(at.data, 'Me.zip'));
  expect(await stopped()).toEqual({ ok: true, value: null });
  expect((await fs.readdir(at.data)).filter((name) => name.includes('.zip'))).toEqual([]);
});

test('a voice whose import is stopped is not there, and leaves nothing', async () => {
  const at = folders();
  await saveVoice(join(at.data, 'voices/Me.voice'), cardOf(3), weightsOf(3));
  const { client } = await openHost(at);
  const saved = unwrap(await toEnd(client.stream.exportVoice, { voice: 'Me' }))!;
  const bytes = (await fs.readFile(saved)).toString('base64');
  const request = { name: 'Me.zip', bytes };
  const stopped = AbortSignal.abort();
  const { importVoice } = client.stream;
  expect(await toEnd(importVoice, request, () => undefined, stopped)).toEqual({
    ok: true,
    value: null,
  });
  expect(await fs.readdir(join(at.data, 'voices'))).toEqual(['Me.voice']);
});

test('a dropped text must be a manuscript', async () => {
  const { client } = await openHost(folders());
  const add = (name: string, text: string) =>
    client.call.addTrainingText({ name, bytes: Buffer.from(text).toString('base64') });
  expect(unwrap(await add('novel.md', 'The sea.'))).toMatchObject({ kind: 'dropped' });
  expect(await add('empty.md', ' ')).toMatchObject({ error: { code: 'text.empty' } });
  expect(await add('novel.pdf', '%PDF-')).toMatchObject({ error: { code: 'text.unsupported' } });
});
