import { afterEach, expect, test, vi } from 'vitest';
import { chooseBackend } from '../../src/main/backends/choose.ts';
import { loadAddon } from '../../src/main/backends/native/addon.ts';
import { loadNative } from '../../src/main/backends/native/index.ts';

afterEach(() => void vi.unstubAllEnvs());

test('the environment forces the reference, which says that it did', async () => {
  vi.stubEnv('UNDERSTUDY_BACKEND', 'reference');
  const backend = await chooseBackend();
  expect(backend.name).toBe('reference');
  expect(backend.notice).toContain('UNDERSTUDY_BACKEND');
});

test('native kernels come first where they load, with the threads asked for', async () => {
  const backend = await chooseBackend({ threads: 1 });
  if ('unavailable' in loadNative()) {
    expect(backend).toMatchObject({ name: 'reference', threads: 1 });
    expect(backend.notice).toContain('native kernels');
  } else {
    expect(backend).toMatchObject({ name: 'native', threads: 1, notice: null });
    expect(backend.description).toMatch(/^CPU, .*, 1 thread$/);
  }
});

test.skipIf('unavailable' in loadAddon())(
  'fewer or more of the threads work from one call to the next, and the product is the same',
  () => {
    const addon = loadAddon();
    if ('unavailable' in addon) throw new Error(addon.unavailable);
    expect(addon.configure('', 3, false)?.threads).toBe(3);
    const size = 65;
    const a = Float32Array.from({ length: size * size }, (_, i) => Math.sin(i));
    const products = [3, 1, 2, 9].map((threads) => {
      const c = new Float32Array(size * size);
      const used = addon.useThreads(threads);
      addon.matMul(size, size, size, a, false, a, true, null, c);
      return { used, c };
    });
    expect(products.map(({ used }) => used)).toEqual([3, 1, 2, 3]);
    for (const { c } of products) expect(c).toEqual(products[0]!.c);
    expect(() => addon.useThreads(0)).toThrow(TypeError);
  },
);

test('native kernels that do not run here give way to the reference with the reason', async () => {
  vi.stubEnv('UNDERSTUDY_ISA', 'sse9');
  const backend = await chooseBackend();
  expect(backend.name).toBe('reference');
  expect(backend.notice).not.toBe(null);
});

test('a backend that is forced but does not run is an error with a way out', async () => {
  vi.stubEnv('UNDERSTUDY_BACKEND', 'native');
  vi.stubEnv('UNDERSTUDY_ISA', 'sse9');
  await expect(chooseBackend()).rejects.toMatchObject({
    name: 'UserError',
    code: 'backend.unavailable',
  });
});

test('a backend that does not exist is refused by name', async () => {
  vi.stubEnv('UNDERSTUDY_BACKEND', 'abacus');
  await expect(chooseBackend()).rejects.toThrow(/abacus/);
});
