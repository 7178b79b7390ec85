import { describe, expect, test } from 'vitest';
import { countWords } from '../../src/shared/words.ts';

describe('countWords', () => {
  test.each([
    ["Don't stop-gap the naïve ’phone in 1984 — “yes”!", 8],
    ['“Don’t,” she said — 3.14 times.', 5],
    ['1,000 well-kept out-of-the-way places', 4],
    ['one.two', 2],
    ['* * *', 0],
    [' \n—…', 0],
    ['', 0],
  ])('counts %j as people do: %i', (text, n) => {
    expect(countWords(text)).toBe(n);
  });

  test('asks the platform where a script has no spaces, and only there', () => {
    expect(countWords('私は学生です')).toBeGreaterThan(2);
    expect(countWords('stop-gap 私は学生です stop-gap')).toBe(2 + countWords('私は学生です'));
  });

  test('counts the parts between spaces as the whole', () => {
    const text = 'It was 3.14 o’clock in 東京タワー, well-lit, and สวัสดีครับ said nobody.';
    const parts = text.split(' ').reduce((sum, part) => sum + countWords(part), 0);
    expect(countWords(text)).toBe(parts);
  });
});
