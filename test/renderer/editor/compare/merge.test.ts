import { describe, expect, test } from 'vitest';
import { merge, textOf, type Stretch } from '../../../../src/renderer/editor/compare/merge.ts';

const base = 'The fog came. It stayed.\n\nShe wrote to him. He did not answer.\n\nThe end.\n';
const choices = (stretches: readonly Stretch[]) =>
  stretches.flatMap((stretch) => (stretch.kind === 'both' ? [[stretch.mine, stretch.theirs]] : []));

describe('A merge', () => {
  test('takes what only one side changed from that side', () => {
    const mine = base.replace('The fog came.', 'The grey fog came.');
    const theirs = base.replace('The end.', 'The very end.');
    const merged = merge(base, mine, theirs);
    expect(choices(merged)).toEqual([]);
    expect(textOf(merged)).toBe(mine.replace('The end.', 'The very end.'));
  });

  test('takes what both changed alike once', () => {
    const both = base.replace('stayed', 'went');
    expect(merge(base, both, both)).toEqual([{ kind: 'agreed', text: both }]);
  });

  test('lets the writer choose where both changed the same sentence', () => {
    const mine = base.replace('She wrote to him.', 'She wrote to him twice.');
    const theirs = base.replace('She wrote to him.', 'Anna wrote to him.');
    const merged = merge(base, mine, theirs);
    expect(choices(merged)).toEqual([['She wrote to him twice. ', 'Anna wrote to him. ']]);
    expect(textOf(merged)).toBe(mine);
  });

  test('keeps changes of two sentences of one paragraph apart', () => {
    const mine = base.replace('She wrote', 'She often wrote');
    const theirs = base.replace('He did not answer.', 'He answered.');
    const merged = merge(base, mine, theirs);
    expect(choices(merged)).toEqual([]);
    expect(textOf(merged)).toContain('She often wrote to him. He answered.');
  });

  test('lets the writer choose where both put something in at one place', () => {
    const merged = merge(base, `${base}Mine.\n`, `${base}Theirs.\n`);
    expect(choices(merged)).toEqual([['Mine.\n', 'Theirs.\n']]);
  });

  test('lets the writer choose where one side deleted what the other changed', () => {
    const mine = base.replace('He did not answer.', '');
    const theirs = base.replace('He did not answer.', 'He never answered.');
    const [[left, right] = []] = choices(merge(base, mine, theirs));
    expect(left).not.toContain('answer');
    expect(right).toContain('He never answered.');
  });

  test('gives each side whole, wherever its stretches are chosen', () => {
    const mine = base.replace('fog', 'mist').replace('him', 'Tom').replace('The end', 'An end');
    const theirs = base
      .replace('stayed', 'left')
      .replace('him', 'Ned')
      .replace('The end', 'No end');
    const merged = merge(base, mine, theirs);
    const all = (side: 'mine' | 'theirs') =>
      merged.map((one) => (one.kind === 'agreed' ? one.text : one[side])).join('');
    expect(all('mine')).toContain('The mist came. It left.');
    expect(all('mine')).toContain('wrote to Tom.');
    expect(all('theirs')).toContain('wrote to Ned.');
    expect(choices(merged)).toHaveLength(2);
  });

  test('without what both come from lets every sentence be chosen that differs', () => {
    const mine = base.replace('The fog came.', 'The mist came.');
    const theirs = base.replace('The end.', 'The very end.');
    const merged = merge(null, mine, theirs);
    expect(choices(merged)).toEqual([
      ['The mist came. ', 'The fog came. '],
      ['The end.\n', 'The very end.\n'],
    ]);
    expect(textOf(merged)).toBe(mine);
  });

  test('is the other text where this one was not changed, and the other way round', () => {
    const other = base.replace('stayed', 'went').replace('The end', 'No end');
    expect(textOf(merge(base, base, other))).toBe(other);
    expect(textOf(merge(base, other, base))).toBe(other);
    expect(textOf(merge('', 'All new.', ''))).toBe('All new.');
  });
});
