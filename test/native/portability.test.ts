import { expect, test } from 'vitest';
import { checkVariant, variants } from '../../scripts/kernels-check.mjs';

// The other compilers and the whole list of shapes: npm run test:portability.
test('the native kernels stay inside their arrays and agree with plain loops', async (context) => {
  const asan = variants.find((variant) => variant.name === 'asan');
  if (!asan) throw new Error('There is no variant asan');
  const { outcome, detail } = await checkVariant({ ...asan, name: 'asan-quick', quick: true });
  if (outcome === 'skipped') {
    console.log(`Native kernels not checked under AddressSanitizer: ${detail}`);
    context.skip(detail);
  }
  expect(outcome, detail).toBe('passed');
  expect(detail).toContain('generic');
}, 240_000);
