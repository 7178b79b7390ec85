import { afterEach, expect, test, vi } from 'vitest';
import { chooseBackend } from '../../src/main/backends/choose.ts';
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
