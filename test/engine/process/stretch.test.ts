import { describe, expect, test } from 'vitest';
import { MEMORY, STRIDE, stretchAt } from '../../../src/main/engine/process/stretch.ts';
import { prose } from '../../helpers/understudy.ts';
import { dice } from '../../helpers/voices.ts';

const long = prose(400);

describe('the stretch of a text that is read', () => {
  test('is all of a short one', () => {
    const text = prose(20);
    expect(stretchAt(text, text.length)).toEqual({ index: 0, from: 0, text });
    expect(stretchAt('', 0)).toEqual({ index: 0, from: 0, text: '' });
  });

  test('of a long one holds what stands before the offset, and not much more', () => {
    expect(long.length).toBeGreaterThan(8 * STRIDE);
    for (let at = 0; at <= long.length; at += 37) {
      const { from, text } = stretchAt(long, at);
      expect(text.slice(0, at - from)).toBe(long.slice(from, at));
      expect(at - from).toBeGreaterThanOrEqual(Math.min(at, MEMORY / 2));
      expect(at - from).toBeLessThan(MEMORY + STRIDE);
    }
  });

  test('begins with a paragraph', () => {
    for (let at = 0; at <= long.length; at += 997) {
      const { from } = stretchAt(long, at);
      if (from > 0) expect(long.slice(from - 1, from + 1)).toMatch(/\n\S/);
    }
  });

  test('begins with a word where there are no paragraphs, and never within a character', () => {
    const words = 'the grey sea '.repeat(4000);
    const { from } = stretchAt(words, 40_000);
    expect(words.slice(from - 1, from + 1)).toMatch(/ \S/);
    const faces = `x${'😀'.repeat(20_000)}`;
    for (let at = 1; at < faces.length; at += 1999) {
      expect(stretchAt(faces, at).text).not.toMatch(/^[\udc00-\udfff]/);
    }
  });

  test('stays where it is when something is typed before it', () => {
    const roll = dice(3);
    let same = 0;
    for (let i = 0; i < 100; i++) {
      const at = roll(long.length);
      const before = stretchAt(long, at);
      const after = stretchAt(`x${long}`, at + 1);
      if (after.from === (before.from === 0 ? 0 : before.from + 1)) same++;
    }
    // A paragraph may just have come to stand on the other side of where one is looked for.
    expect(same).toBeGreaterThan(95);
  });
});
