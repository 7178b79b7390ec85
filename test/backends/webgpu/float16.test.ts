import { describe, expect, test } from 'vitest';
import { recurrentError } from '../../../src/main/backends/verify.ts';
import { webgpuForTests } from '../../helpers/backends.ts';

const [exact, coarse] = [await webgpuForTests('float32'), await webgpuForTests('auto')];
const missing = 'unavailable' in exact ? exact.unavailable : null;
if (missing !== null) console.log(`float16 is not tested here: ${missing}`);

describe.skipIf(missing !== null)('recurrent weights of float16', () => {
  test('are what auto takes, are said, and change a layer by less than one in a thousand', async () => {
    if ('unavailable' in exact || 'unavailable' in coarse) throw new Error('both load, or none');
    expect(exact.description).not.toContain('float16');
    expect(coarse.description).toMatch(/, recurrent weights in float16$/);
    await exact.activate();
    expect(await recurrentError()).toBeLessThan(1e-5);
    await coarse.activate();
    const error = await recurrentError();
    expect(error).toBeLessThan(1e-3);
    // They are other weights: were they not, nothing would have been tested.
    expect(error).toBeGreaterThan(1e-5);
  });
});
