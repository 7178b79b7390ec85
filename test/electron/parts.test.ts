import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { electronBinary } from '../../scripts/electron-binary.mjs';
import { dialog, shell } from '../helpers/electron.ts';

vi.mock('electron', async () => (await import('../helpers/electron.ts')).fakeElectron());
const { WindowMemory } = await import('../../src/main/electron/window-state.ts');
const { placeOnScreen } = await import('../../src/main/electron/window.ts');
const { contextItems } = await import('../../src/main/electron/context-menu.ts');
const { electronPlatform } = await import('../../src/main/electron/platform.ts');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'understudy-parts-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('the place of the window', () => {
  test('is remembered, and a damaged memory is a first start', async () => {
    const log = vi.fn();
    const memory = await WindowMemory.read(folder, log);
    expect(memory.state.bounds).toBeNull();
    const bounds = { x: 1, y: 2, width: 800, height: 600 };
    memory.remember({ bounds, theme: 'dark' });
    await memory.written();
    expect((await WindowMemory.read(folder, log)).state).toMatchObject({ bounds, theme: 'dark' });
    expect(log).not.toHaveBeenCalled();
    await writeFile(path.join(folder, 'window.json'), '{"bounds":{"x":"left"}}');
    expect((await WindowMemory.read(folder, log)).state.bounds).toBeNull();
    expect(log).toHaveBeenCalledOnce();
  });

  test('is used only while a screen is there, and no larger than it', () => {
    expect(placeOnScreen({ x: 10, y: 20, width: 800, height: 600 })).toEqual({
      x: 10,
      y: 20,
      width: 800,
      height: 600,
    });
    expect(placeOnScreen({ x: 5000, y: 20, width: 800, height: 600 })).toEqual({
      width: 800,
      height: 600,
    });
    expect(placeOnScreen({ x: 0, y: 0, width: 9000, height: 9000 })).toMatchObject({
      width: 1440,
      height: 900,
    });
  });
});

test('a right click offers spellings first, and to keep the word', () => {
  const replaceMisspelling = vi.fn();
  const addWord = vi.fn<(word: string) => void>();
  const items = contextItems(
    {
      misspelledWord: 'harbor',
      dictionarySuggestions: ['harbour', 'arbour'],
      isEditable: true,
      selectionText: '',
      editFlags: { canCut: false, canCopy: false, canPaste: true, canSelectAll: true },
    } as Electron.ContextMenuParams,
    { replaceMisspelling },
    addWord,
  );
  expect(items.map(({ label, role, type }) => label ?? role ?? type)).toEqual([
    'harbour',
    'arbour',
    'separator',
    'Add to Dictionary',
    'separator',
    'cut',
    'copy',
    'paste',
    'selectAll',
  ]);
  const click = (index: number) => items[index]!.click!({} as never, undefined, {});
  click(0);
  click(3);
  expect(replaceMisspelling).toHaveBeenCalledWith('harbour');
  expect(addWord).toHaveBeenCalledExactlyOnceWith('harbor');
});

test('dialogs give a path or null, and files go to the trash of the system', async () => {
  const platform = electronPlatform(
    () => null,
    () => ({ kind: 'mac' }),
    null,
  );
  dialog.showOpenDialog.mockResolvedValueOnce({ canceled: false, filePaths: ['/books'] });
  expect(await platform.chooseFolder('/here')).toBe('/books');
  dialog.showOpenDialog.mockResolvedValueOnce({ canceled: true, filePaths: [] });
  expect(await platform.chooseFolder('/here')).toBeNull();
  dialog.showSaveDialog.mockResolvedValueOnce({ canceled: true, filePath: '' });
  expect(await platform.saveAs('My voice.zip')).toBeNull();
  await platform.trash('/books/old.md');
  expect(shell.trashItem).toHaveBeenCalledWith('/books/old.md');
});

test('the built preload requires electron alone', async () => {
  const source = await readFile('dist/app/preload.cjs', 'utf8');
  const required = [...source.matchAll(/\brequire\(\s*(['"`])(.*?)\1\s*\)/g)].map(([, , it]) => it);
  expect([...new Set(required)]).toEqual(['electron']);
  expect(source).not.toMatch(/\bimport\s*\(|^\s*(import|export)\s/m);
  expect(source).toContain('exposeInMainWorld');
});

describe("Electron's program", () => {
  test('is found where the package or the environment has it, and is never fetched', async () => {
    const env = {};
    expect(electronBinary({ env, folder })).toBeNull();
    await writeFile(path.join(folder, 'path.txt'), 'electron-here');
    expect(electronBinary({ env, folder })).toBeNull();
    await writeFile(path.join(folder, 'electron-here'), '');
    expect(electronBinary({ env: { ELECTRON_OVERRIDE_DIST_PATH: folder }, folder })).toBe(
      path.join(folder, 'electron-here'),
    );
  });
});
