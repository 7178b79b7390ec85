import { describe, expect, test, vi } from 'vitest';
import { UserError } from '../../../src/shared/errors.ts';
import {
  defaultSettings,
  MOST_PIECE,
  MOST_PIECES,
  type ApiHandlers,
  type Settings as Values,
} from '../../../src/shared/api/index.ts';
import { bringFiles } from '../../../src/renderer/state/import-files.ts';
import { Documents } from '../../../src/renderer/state/documents.svelte.ts';
import { Library } from '../../../src/renderer/state/library.svelte.ts';
import { Notices } from '../../../src/renderer/state/notices.svelte.ts';
import { Session } from '../../../src/renderer/state/session.svelte.ts';
import { Settings } from '../../../src/renderer/state/settings.svelte.ts';
import { UnderWay } from '../../../src/renderer/state/under-way.svelte.ts';
import { connectApi, settled, start } from './api.ts';

/** A page over "~/Books" with these goals, and a host that keeps what is set. */
function room(libraryGoals: Values['libraryGoals'], handlers: Partial<ApiHandlers> = {}) {
  let kept: Values = { ...defaultSettings, libraryGoals };
  const connection = connectApi({
    changeSettings: (change) => Promise.resolve((kept = { ...kept, ...change } as Values)),
    ...handlers,
  });
  const { client } = connection;
  const notices = new Notices();
  const begun = start({ settings: kept });
  const settings = new Settings(client, begun, notices);
  const documents = new Documents({ client, notices, session: new Session(client, begun) });
  const underWay = new UnderWay();
  const library = new Library({ client, start: begun, notices, underWay, documents, settings });
  return { ...connection, library, notices, underWay, goals: () => kept.libraryGoals };
}

describe('the goal of a library', () => {
  test('is none until it is set, and beside those of others', async () => {
    const { library, goals } = room({ '~/Letters': 900 });
    expect(library.goal).toBeNull();
    await library.aim(80_000);
    expect(library.goal).toBe(80_000);
    await library.aim(90_000);
    expect(goals()).toEqual({ '~/Letters': 900, '~/Books': 90_000 });
    await library.aim(null);
    expect(library.goal).toBeNull();
    expect(goals()).toEqual({ '~/Letters': 900 });
  });

  test('goes with the library that is open', async () => {
    const { library, server } = room({ '~/Letters': 900, '~/Books': 80_000 });
    expect(library.goal).toBe(80_000);
    server.emit('libraryChanged', { ...library.tree, place: '~/Letters' });
    await settled();
    expect(library.goal).toBe(900);
  });

  test.each([0, 10_000_001, 1.5])('is refused by the host at %d words', async (words) => {
    const { library, goals } = room({});
    await library.aim(words);
    expect(library.goal).toBeNull();
    expect(goals()).toEqual({});
  });
});

describe('files for the library', () => {
  const never = new AbortController().signal;

  test('go to the host in pieces, in their order', async () => {
    const { client, asked } = connectApi({
      beginImport: () => Promise.resolve('batch'),
      addToImport: () => Promise.resolve(null),
    });
    const file = new File([Buffer.alloc(MOST_PIECE + 1, 'x')], 'a.md');
    const files = [
      { name: 'Book/a.md', file },
      { name: 'Book/b.md', file: new File([], 'b.md') },
    ];
    expect(await bringFiles(client, files, never)).toBe('batch');
    const sent = asked.slice(1).map(({ request }) => {
      const { pieces } = request as { pieces: { file: number; bytes: string }[] };
      return pieces.map(({ file, bytes }) => [file, Buffer.from(bytes, 'base64').length]);
    });
    expect(sent).toEqual([
      [[0, MOST_PIECE]],
      [
        [0, 1],
        [1, 0],
      ],
    ]);
  });

  test('go together with a large one, as many small ones as fit', async () => {
    const { client } = connectApi({
      beginImport: () => Promise.resolve('batch'),
      addToImport: () => Promise.resolve(null),
    });
    const small = Math.floor(MOST_PIECE / (MOST_PIECES - 1));
    const sizes = [...Array<number>(MOST_PIECES - 1).fill(small), MOST_PIECE];
    const files = sizes.map((size, n) => ({
      name: `${n}.md`,
      file: new Blob([Buffer.alloc(size)]),
    }));
    expect(await bringFiles(client, files, never)).toBe('batch');
  });

  test('are not sent where they are too large together', async () => {
    const { client, asked } = connectApi({});
    const file = { size: 200 << 20, slice: () => new Blob() };
    const files = ['a.docx', 'b.docx'].map((name) => ({ name, file }));
    await expect(bringFiles(client, files, never)).rejects.toMatchObject({
      code: 'text.too-large',
    });
    expect(asked).toEqual([]);
  });
});

describe('an import', () => {
  const file = (name: string, arrayBuffer = () => Promise.resolve(new ArrayBuffer(3))) => ({
    name,
    file: { size: 3, slice: () => ({ arrayBuffer }) as Blob },
  });
  const shown = ({ underWay }: ReturnType<typeof room>) =>
    underWay.list.map(({ stop: _, ...work }) => work);
  const arriving = {
    beginImport: () => Promise.resolve('batch'),
    addToImport: () => Promise.resolve(null),
    dropImport: () => Promise.resolve(null),
  };
  const forever = (signal: AbortSignal) =>
    new Promise<void>((done) => signal.addEventListener('abort', () => done()));

  test('that takes long shows what it is at, and ends without a word when it is stopped', async () => {
    const at = room(
      {},
      {
        ...arriving,
        async *importFiles(_request, signal) {
          yield { doing: 'reading', done: 1, of: 4, name: 'b.docx' };
          await forever(signal);
          return null;
        },
      },
    );
    const imported = at.library.importFiles([file('Book/a.docx'), file('Book/b.docx')], '');
    await vi.waitFor(() =>
      expect(shown(at)).toEqual([{ id: 0, sentence: 'Reading b.docx, 2 of 4', share: 0.25 }]),
    );
    expect(at.asked.at(-1)).toMatchObject({
      name: 'importFiles',
      request: { batch: 'batch', folder: '', names: ['Book/a.docx', 'Book/b.docx'] },
    });
    at.underWay.list[0]!.stop();
    await imported;
    expect([at.underWay.list, at.notices.list]).toEqual([[], []]);
  });

  test('can be stopped while a slow disk still reads the file', async () => {
    const at = room({}, arriving);
    const imported = at.library.importFiles(
      [file('a.docx', () => new Promise(() => undefined))],
      '',
    );
    await vi.waitFor(() => expect(shown(at)).toMatchObject([{ sentence: 'Importing a.docx …' }]));
    at.underWay.list[0]!.stop();
    await imported;
    expect([at.underWay.list, at.notices.list]).toEqual([[], []]);
    expect(at.asked.map(({ name }) => name)).toEqual(['beginImport', 'dropImport']);
  });

  test('that fails says why', async () => {
    const at = room(
      {},
      {
        ...arriving,
        async *importFiles() {
          yield { doing: 'reading', done: 0, of: 1, name: 'a.docx' };
          await settled(1);
          throw new UserError('text.damaged', 'a.docx is damaged.');
        },
      },
    );
    await at.library.importFiles([file('a.docx')], '');
    expect(at.notices.list).toMatchObject([{ tone: 'problem', sentence: 'a.docx is damaged.' }]);
  });
});
