import { describe, expect, test } from 'vitest';
import { wordChange } from '../../../src/main/host/snapshots/index.ts';

describe('Words that changed', () => {
  test('are those that one text has and the other lacks', async () => {
    expect(await wordChange('The fog came up.', 'The grey fog came.')).toEqual({
      added: 1,
      removed: 1,
    });
  });

  test('are none where a paragraph was moved', async () => {
    expect(await wordChange('One.\n\nTwo two.\n\nThree.', 'Two two.\n\nOne.\n\nThree.')).toEqual({
      added: 0,
      removed: 0,
    });
  });

  test('are whole words, where only letters were changed', async () => {
    expect(await wordChange('harbour lights', 'harbours lights')).toEqual({ added: 1, removed: 1 });
    expect(await wordChange('night', 'nightfall')).toEqual({ added: 1, removed: 1 });
    expect(await wordChange('light', 'moonlight')).toEqual({ added: 1, removed: 1 });
  });

  test('are all of them, where one of the texts is empty', async () => {
    expect(await wordChange('', 'one two two')).toEqual({ added: 3, removed: 0 });
    expect(await wordChange('one two two', '')).toEqual({ added: 0, removed: 3 });
  });

  test('are the same counted in slices as in one go', async () => {
    const line = 'She wrote to him of the 𝒻og and the harbour, and of nothing else.\n';
    const before = line.repeat(20_000);
    expect(await wordChange(before, `Now. ${before.slice(line.length)}`)).toEqual({
      added: 1,
      removed: 14,
    });
  });
});
