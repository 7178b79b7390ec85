import { expect, test } from 'vitest';
import { forceFailures } from '../../faults/training/engines.ts';

test('engines that are killed, abort or hang are shown and replaced, and training goes on', async () => {
  const { forced, shown, resumed, finished, longestBlock } = await forceFailures(3);
  expect({ forced, shown, resumed, finished }).toEqual({
    ...{ forced: 3, shown: 3, resumed: 3, finished: true },
  });
  expect(longestBlock).toBeLessThan(1000);
});
