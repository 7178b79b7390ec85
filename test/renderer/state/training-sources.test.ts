import { describe, expect, test } from 'vitest';
import type { DocumentEntry, FolderEntry } from '../../../src/shared/api/index.ts';
import {
  chosenWords,
  documentsIn,
  librarySources,
  nameFor,
  tickedState,
  toggled,
} from '../../../src/renderer/state/training-sources.ts';

const document = (path: string): DocumentEntry => ({
  kind: 'document',
  path,
  name: path.split('/').at(-1)!,
  words: 100,
  modified: 0,
});
const folder = (path: string, ...entries: FolderEntry['entries']): FolderEntry => ({
  kind: 'folder',
  path,
  name: path,
  entries,
});
const harbour = folder('Harbour', document('Harbour/1.md'), document('Harbour/2.md'));
const root = folder('', harbour, folder('Empty'), document('Letters.md'));

describe('ticks', () => {
  test('on a folder tick all in it, and a second time none', () => {
    const all = toggled(harbour, new Set());
    expect([...all]).toEqual(['Harbour/1.md', 'Harbour/2.md']);
    expect(toggled(harbour, all).size).toBe(0);
  });

  test('on a folder that is ticked in part tick the rest', () => {
    const some = new Set(['Harbour/2.md']);
    expect(tickedState(harbour, some)).toBe('some');
    expect(tickedState(harbour, toggled(harbour, some))).toBe('all');
  });

  test('leave an empty folder alone', () => {
    expect(tickedState(root.entries[1]!, toggled(root, new Set()))).toBe('none');
  });

  test('become as few sources as possible', () => {
    expect(librarySources(root, toggled(root, new Set()))).toEqual([
      { kind: 'library', path: 'Harbour' },
      { kind: 'library', path: 'Letters.md' },
    ]);
    expect(librarySources(root, new Set(['Harbour/1.md']))).toEqual([
      { kind: 'library', path: 'Harbour/1.md' },
    ]);
  });

  test('give the voice a name', () => {
    expect(nameFor(root, new Set(['Harbour/2.md', 'Letters.md']))).toBe('Harbour');
    expect(nameFor(root, new Set(['Letters.md']))).toBe('Letters');
    expect(nameFor(root, new Set())).toBeNull();
  });

  test('forget what has gone from the library', () => {
    expect(librarySources(root, new Set(['Gone.md']))).toEqual([]);
    expect(chosenWords(root, new Set(['Gone.md', 'Letters.md']))).toBe(100);
    expect(documentsIn(root)).toHaveLength(3);
  });
});
