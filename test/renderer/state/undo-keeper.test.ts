import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { UndoKeeper } from '../../../src/renderer/state/undo-keeper.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function keeper(settled: () => boolean = () => true) {
  const kept: number[] = [];
  const start = performance.now();
  const undo = new UndoKeeper({
    settled,
    history: () => 'what can be undone',
    keep: () => Promise.resolve(kept.push(performance.now() - start)),
  });
  return { undo, kept };
}

describe('the undo history is brought to the host', () => {
  test('when the writer rests', () => {
    const { undo, kept } = keeper();
    for (let i = 0; i < 5; i++) {
      undo.edited();
      vi.advanceTimersByTime(100);
    }
    vi.advanceTimersByTime(60_000);
    expect(kept).toEqual([2400]);
  });

  test('now and then while they type without rest', () => {
    const { undo, kept } = keeper();
    for (let i = 0; i < 250; i++) {
      undo.edited();
      vi.advanceTimersByTime(100);
    }
    expect(kept).toEqual([10_000, 20_000]);
  });

  test('not before the host has every edit', () => {
    let settled = false;
    const { undo, kept } = keeper(() => settled);
    undo.edited();
    vi.advanceTimersByTime(3000);
    expect(kept).toEqual([]);
    settled = true;
    vi.advanceTimersByTime(2000);
    expect(kept).toHaveLength(1);
  });

  test('at once when the document is closed, and only where something was edited', async () => {
    const { undo, kept } = keeper();
    await undo.keep();
    undo.edited();
    await undo.keep();
    undo.end();
    vi.advanceTimersByTime(60_000);
    expect(kept).toEqual([0]);
  });
});
