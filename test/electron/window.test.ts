import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FakeContents, FakeWindow, popups } from '../helpers/electron.ts';

vi.mock('electron', async () => (await import('../helpers/electron.ts')).fakeElectron());
const { openWindow } = await import('../../src/main/electron/window.ts');
const { WindowMemory } = await import('../../src/main/electron/window-state.ts');
const { offerContextMenu } = await import('../../src/main/electron/context-menu.ts');

let folder: string;
let log: string[];
const say = (line: string): void => void log.push(line);
const addWord = (): void => undefined;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'understudy-window-'));
  log = [];
});
afterEach(async () => {
  FakeWindow.failure = null;
  FakeWindow.all.splice(0);
  await rm(folder, { recursive: true, force: true });
});

async function open(fullScreen = false): Promise<FakeWindow> {
  const memory = await WindowMemory.read(folder, say);
  memory.remember({ fullScreen });
  openWindow(memory, 'icon.png', addWord, say);
  await memory.written();
  return FakeWindow.all[0]!;
}

test('a window says whether it fills the screen only where it does: macOS takes a no for never', async () => {
  expect((await open()).options).not.toHaveProperty('fullscreen');
  FakeWindow.all.splice(0);
  expect((await open(true)).options).toHaveProperty('fullscreen', true);
});

test('a page that cannot be loaded leaves a window that can be closed, and a line in the log', async () => {
  FakeWindow.failure = new Error('ERR_FAILED');
  const window = await open();
  await vi.waitFor(() => expect(window.show).toHaveBeenCalledOnce());
  expect(log).toEqual(['The page: Error: ERR_FAILED']);
});

test('what goes wrong in the preload is in the log', async () => {
  const window = await open();
  window.webContents.emit('preload-error', {}, '/app/preload.cjs', new Error('no bridge'));
  expect(log[0]).toMatch(/^\/app\/preload\.cjs: Error: no bridge/);
});

test('the menu of a right click is at the mouse, and that of the key at the caret', () => {
  const contents = new FakeContents();
  offerContextMenu(contents as unknown as Electron.WebContents, addWord);
  const editFlags = { canCut: false, canCopy: false, canPaste: true, canSelectAll: true };
  const params = { misspelledWord: '', isEditable: true, editFlags, x: 7, y: 9, frame: null };
  contents.emit('context-menu', {}, { ...params, menuSourceType: 'mouse' });
  expect(popups.pop()).toEqual({ sourceType: 'mouse' });
  contents.emit('context-menu', {}, { ...params, menuSourceType: 'keyboard' });
  expect(popups.pop()).toEqual({ sourceType: 'keyboard', x: 7, y: 9 });
  contents.emit('context-menu', {}, { ...params, isEditable: false, selectionText: '' });
  expect(popups).toEqual([]);
});
