import { describe, expect, test } from 'vitest';
import { Exports } from '../../../src/renderer/state/exports.svelte.ts';
import { Notices } from '../../../src/renderer/state/notices.svelte.ts';
import { Settings } from '../../../src/renderer/state/settings.svelte.ts';
import { UserError } from '../../../src/shared/errors.ts';
import { defaultSettings, type ApiHandlers } from '../../../src/shared/api/index.ts';
import { connectApi, settled } from './api.ts';

/** The state of a panel beside one open document, whose last edit is on its way to the host. */
function panel(exportDocuments: ApiHandlers['exportDocuments']) {
  const { client, asked } = connectApi({
    exportDocuments,
    changeSettings: (change) => Promise.resolve({ ...defaultSettings, ...change } as never),
  });
  const order: string[] = [];
  const document = {
    path: 'Novel/Part/1 Fog.md',
    queue: { flush: () => Promise.resolve(void order.push('flushed')) },
  };
  const exports = new Exports({
    client,
    settings: new Settings(client, { settings: defaultSettings }, new Notices()),
    documents: { active: document, list: [document], within: () => [document] } as never,
    root: () => ({ kind: 'folder', path: '', name: 'My Books', entries: [] }),
    show: () => order.push('shown'),
  });
  return { exports, asked, order };
}

describe('An export', () => {
  test('offers what is chosen, the folders around it and the library', () => {
    const { exports, order } = panel(() => {
      throw new Error('Nobody asked');
    });
    exports.open('Novel/Part/1 Fog.md');
    expect(order).toEqual(['shown']);
    expect(exports.what.map(({ label }) => label)).toEqual([
      '1 Fog',
      'Novel/Part/',
      'Novel/',
      'The whole library',
    ]);
    expect(exports.name).toBe('1 Fog');
    exports.title = 'Tides';
    exports.choose('Novel');
    expect([exports.name, exports.title]).toEqual(['Novel', '']);
    exports.choose('');
    expect(exports.name).toBe('My Books');
  });

  test('sends what was typed first, then says where it went and what was left out', async () => {
    const { exports, asked, order } = panel(async function* () {
      yield 'saving';
      await settled(1);
      return { place: '~/Fog.docx', dropped: [{ what: 'image', count: 2 }] };
    });
    exports.open('Novel/Part/1 Fog.md');
    exports.title = '  ';
    await exports.run();
    expect(order).toEqual(['shown', 'flushed']);
    await settled(30);
    expect(asked[0]).toEqual({
      name: 'exportDocuments',
      request: { path: 'Novel/Part/1 Fog.md', title: null, choices: defaultSettings.book },
    });
    expect(exports.stage).toBeNull();
    expect(exports.done).toBe('Saved as ~/Fog.docx. Left out: 2 images.');
  });

  test('shows what it is at, and ends without a word when it is stopped', async () => {
    const { exports } = panel(async function* (_request, signal) {
      yield 'writing';
      await new Promise((done) => signal.addEventListener('abort', done));
      return null;
    });
    await exports.run();
    await settled(30);
    expect(exports.stage).toBe('writing');
    exports.stop();
    await settled(30);
    expect([exports.stage, exports.done, exports.problem]).toEqual([null, null, null]);
  });

  test('says why there is no book', async () => {
    const { exports } = panel(async function* () {
      yield 'writing';
      await settled(1);
      throw new UserError('disk.full', 'The disk is full.');
    });
    await exports.run();
    await settled(30);
    expect([exports.stage, exports.problem]).toEqual([null, 'The disk is full.']);
  });

  test('remembers how the last one was made', async () => {
    const { exports, asked } = panel(() => {
      throw new Error('Nobody asked');
    });
    exports.change({ format: 'md' });
    exports.choose('a.md');
    expect([exports.choices.format, exports.isCopy]).toEqual(['md', true]);
    await settled();
    expect(asked).toEqual([
      { name: 'changeSettings', request: { book: { ...defaultSettings.book, format: 'md' } } },
    ]);
  });
});
