import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { UnderWay, type Progress } from '../../../src/renderer/state/under-way.svelte.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Work that goes on until it is told how it ends, with its own words. */
function work(underWay: UnderWay, sentence = 'Reading …') {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let tell: (progress: Progress) => void = () => undefined;
  let signal = new AbortController().signal;
  const result = underWay.run(sentence, (told, stopped) => {
    tell = told;
    signal = stopped;
    return promise;
  });
  return { end: resolve, fail: reject, tell: (told: Progress) => tell(told), signal, result };
}

const sentences = ({ list }: UnderWay): string[] => list.map(({ sentence }) => sentence);

test('work that is over in a moment is never shown', async () => {
  const underWay = new UnderWay();
  const { end, result } = work(underWay);
  vi.advanceTimersByTime(499);
  expect(underWay.list).toEqual([]);
  end('done');
  expect(await result).toBe('done');
  vi.advanceTimersByTime(1000);
  expect(underWay.list).toEqual([]);
});

test('work that takes longer is shown with how far it is, until it is over', async () => {
  const underWay = new UnderWay();
  const { tell, end, result } = work(underWay);
  tell({ sentence: 'Reading a.docx, 1 of 4', share: 0 });
  vi.advanceTimersByTime(500);
  expect(underWay.list).toMatchObject([{ sentence: 'Reading a.docx, 1 of 4', share: 0 }]);
  tell({ sentence: 'Reading b.docx, 2 of 4', share: 0.25 });
  expect(underWay.list).toMatchObject([{ sentence: 'Reading b.docx, 2 of 4', share: 0.25 }]);
  end('done');
  await result;
  expect(underWay.list).toEqual([]);
});

test('each of several is shown and stopped by itself', async () => {
  const underWay = new UnderWay();
  const [one, two] = [work(underWay, 'One'), work(underWay, 'Two')];
  vi.advanceTimersByTime(500);
  expect(sentences(underWay)).toEqual(['One', 'Two']);
  underWay.list[0]!.stop();
  expect([one.signal.aborted, two.signal.aborted]).toEqual([true, false]);
  // It may take a moment until it has stopped.
  expect(sentences(underWay)).toEqual(['One', 'Two']);
  one.fail(new Error('Stopped'));
  expect(await one.result).toBeNull();
  expect(sentences(underWay)).toEqual(['Two']);
});

test('work that fails says why, and is shown no more', async () => {
  const underWay = new UnderWay();
  const { fail, result } = work(underWay);
  vi.advanceTimersByTime(500);
  fail(new Error('The disk broke'));
  await expect(result).rejects.toThrow('The disk broke');
  expect(underWay.list).toEqual([]);
});
