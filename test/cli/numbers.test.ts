import { describe, expect, test } from 'vitest';
import { describeBounds, parseNumber } from '../../src/main/cli/numbers.ts';

describe('numbers on the command line', () => {
  test('are read in plain decimal notation', () => {
    expect(parseNumber('--rate', '3e-3', {})).toBe(0.003);
    expect(parseNumber('--rate', '.5', {})).toBe(0.5);
    expect(parseNumber('--seed', '0', { integer: true, minimum: 0 })).toBe(0);
  });

  test.each(['', ' ', '12px', '0x10', 'NaN', 'Infinity', '1e999', '--1', '1,5'])(
    'refuse "%s"',
    (text) => {
      expect(() => parseNumber('--rate', text, {})).toThrow(`--rate is "${text}"; it must be`);
    },
  );

  test('respect each bound and name it', () => {
    const whole = { integer: true, minimum: 1, maximum: 4096 };
    expect(() => parseNumber('--batch', '0', whole)).toThrow(
      '--batch is "0"; it must be a whole number from 1 to 4,096.',
    );
    expect(() => parseNumber('--batch', '2.5', whole)).toThrow('a whole number');
    expect(() => parseNumber('--clip', '0', { above: 0, maximum: 1 })).toThrow(
      'a number above 0 and up to 1.',
    );
    expect(() => parseNumber('--beta1', '1', { minimum: 0, below: 1 })).toThrow(
      'a number from 0 and below 1.',
    );
  });

  test('describe an open bound', () => {
    expect(describeBounds({ integer: true, minimum: 1 })).toBe('a whole number from 1 up');
    expect(describeBounds({})).toBe('a number');
  });
});
