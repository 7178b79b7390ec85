import { describe, expect, test } from 'vitest';
import { bytes, duration, oneLine, plural, shellQuote } from '../../src/main/cli/format.ts';

describe('figures for people', () => {
  test('time comes in the two largest units', () => {
    expect(duration(0.4)).toBe('0 s');
    expect(duration(59.6)).toBe('1 min 0 s');
    expect(duration(200)).toBe('3 min 20 s');
    expect(duration(7500)).toBe('2 h 5 min');
    expect(duration(Infinity)).toBe('unknown time');
  });

  test('bytes come in powers of a thousand', () => {
    expect(bytes(0)).toBe('0 B');
    expect(bytes(999)).toBe('999 B');
    expect(bytes(1400)).toBe('1.4 kB');
    expect(bytes(999_960)).toBe('1.0 MB');
    expect(bytes(92_000_000)).toBe('92.0 MB');
  });

  test('a noun agrees with its number', () => {
    expect(plural(1, 'word')).toBe('1 word');
    expect(plural(1200, 'word')).toBe('1,200 words');
  });

  test('a long text is shown on one line without cutting a letter', () => {
    expect(oneLine('one\n\n two', 20)).toBe('one two');
    expect(oneLine('😀'.repeat(20), 5)).toBe('😀😀😀😀…');
  });

  test('a file name survives a shell', () => {
    expect(shellQuote('my.voice')).toBe('my.voice');
    expect(shellQuote("it's here.md")).toBe("'it'\\''s here.md'");
  });
});
