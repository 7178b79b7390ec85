import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { app } from '../helpers/electron.ts';

vi.mock('electron', async () => (await import('../helpers/electron.ts')).fakeElectron());
const { quitWhenSaved } = await import('../../src/main/electron/quit.ts');

const log = vi.fn<(line: string) => void>();
const ended = vi.fn();
beforeEach(() => {
  vi.useFakeTimers();
  app.on('quit', ended);
});
afterEach(() => {
  app.removeAllListeners();
  vi.clearAllMocks();
  vi.useRealTimers();
});

const gone = (): Promise<void> => Promise.resolve();

test('quitting waits for what is being saved', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  quitWhenSaved({ pages: { gone }, save: () => promise, log });
  app.quit();
  await vi.advanceTimersByTimeAsync(30_000);
  expect(ended).not.toHaveBeenCalled();
  resolve();
  await vi.advanceTimersByTimeAsync(0);
  expect(ended).toHaveBeenCalledOnce();
  expect(log).not.toHaveBeenCalled();
});

test('quitting ends after a minute where a folder never answers, and says so in the log', async () => {
  const save = vi.fn(() => new Promise<void>(() => undefined));
  quitWhenSaved({ pages: { gone: () => new Promise(() => undefined) }, save, log });
  app.quit();
  app.quit();
  await vi.advanceTimersByTimeAsync(61_000);
  expect(save).toHaveBeenCalledOnce();
  expect(ended).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1_500);
  expect(ended).toHaveBeenCalledOnce();
  expect(log).toHaveBeenCalledWith(expect.stringContaining('stays in the journals'));
});

test('a failure at the end is in the log and holds nothing up', async () => {
  quitWhenSaved({ pages: { gone }, save: () => Promise.reject(new Error('no space')), log });
  app.quit();
  await vi.advanceTimersByTimeAsync(0);
  expect(ended).toHaveBeenCalledOnce();
  expect(log).toHaveBeenCalledWith('Quitting: Error: no space');
});
