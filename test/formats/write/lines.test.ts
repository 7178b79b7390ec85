import { describe, expect, test } from 'vitest';
import { settleLines } from '../../../src/main/formats/write/lines.ts';
import { prose } from '../../helpers/understudy.ts';

const wrap = (text: string, width: number): string =>
  text
    .split('\n')
    .map((line) => line.replace(new RegExp(`(.{1,${width}})(?: |$)`, 'g'), '$1\n').trimEnd())
    .join('\n');

describe('single line ends', () => {
  test('stay in verse, as far in as its writer set them', () => {
    const poem = 'The sea is wide,\n  the sea is deep,\n\tand it rocks\nits sailors to sleep.\n';
    const nbsp = '\u00a0';
    expect(settleLines(poem)).toBe(
      `The sea is wide,\n${nbsp}${nbsp}the sea is deep,\n${nbsp.repeat(4)}and it rocks\nits sailors to sleep.\n`,
    );
  });

  test('stay in dialogue of short lines', () => {
    const talk = '“Yes.”\n“No.”\n“Well then.”\n';
    expect(settleLines(talk)).toBe(talk);
  });

  test('are joined where a text was wrapped by hand', () => {
    const text = prose(6);
    expect(settleLines(wrap(text, 72))).toBe(text);
  });

  test('stay in a poem whose lines are long', () => {
    const lines = Array.from(
      { length: 30 },
      (_, i) =>
        `I sing the body electric and the ${'very '.repeat(i % 7)}long line of it, number ${i}`,
    );
    expect(settleLines(lines.join('\n'))).toBe(lines.join('\n'));
  });

  test('begin paragraphs where lines are as long as no verse is', () => {
    const text = prose(4).trim();
    expect(settleLines(text.replaceAll('\n\n', '\n'))).toBe(text);
  });

  test.each([
    ['front matter', '---\ntitle: Fog\nauthor: Ada\n---\n\nText.\n'],
    ['lists', '- one\n- two\n  - three\n'],
    ['tables', '| a | b |\n| - | - |\n| 1 | 2 |\n'],
    ['code', '```\n  a\nb\n    c\n```\n'],
    ['paragraphs', 'One.\n\nTwo.\n'],
    ['quotes', '> a\n> b\n'],
  ])('mean nothing new in %s', (_, text) => {
    expect(settleLines(text)).toBe(text);
  });
});
