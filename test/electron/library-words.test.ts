import { beforeEach, expect, test, vi } from 'vitest';
import { hasOwnDictionary, LibraryWords } from '../../src/main/electron/library-words.ts';
import { FakeSession } from '../helpers/electron.ts';

let session: FakeSession;
let log: string[];
let words: LibraryWords;

beforeEach(() => {
  session = new FakeSession();
  log = [];
  words = new LibraryWords({ session, log: (line) => log.push(line) });
});

const settled = (expected: readonly string[]): Promise<void> =>
  vi.waitFor(() => expect([...session.customWords].sort()).toEqual(expected));

test('the words of the library are in Chromium’s dictionary, and what another left there is not', async () => {
  session.customWords.add('Darcy').add('Elinor');
  words.follow(['Elinor', 'krell']);
  await settled(['Elinor', 'krell']);
  // Each call makes Chromium write all of its words.
  expect(session.addWordToSpellCheckerDictionary.mock.calls).toEqual([['krell']]);
  expect(session.removeWordFromSpellCheckerDictionary.mock.calls).toEqual([['Darcy']]);
});

test('another library’s words take their place, also while the first are on their way', async () => {
  words.follow(Array.from({ length: 5000 }, (_, n) => `Name${n}`));
  words.follow(['Elinor']);
  await settled(['Elinor']);
  words.follow([]);
  await settled([]);
});

test('a dictionary that cannot be read is left alone, and looked at again with the next words', async () => {
  session.listWordsInSpellCheckerDictionary.mockRejectedValueOnce(new Error('no dictionary'));
  words.follow(['Elinor']);
  await vi.waitFor(() => expect(log).toEqual(["The library's words: Error: no dictionary"]));
  expect(session.addWordToSpellCheckerDictionary).not.toHaveBeenCalled();
  words.follow(['Elinor', 'krell']);
  await settled(['Elinor', 'krell']);
});

test('nothing is written into a dictionary that belongs to the system', () => {
  const systems = ['linux', 'freebsd', 'darwin', 'win32'] as const;
  expect(systems.filter(hasOwnDictionary)).toEqual(['linux', 'freebsd']);
});
