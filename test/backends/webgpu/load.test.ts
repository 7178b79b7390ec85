import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { chooseBackend } from '../../../src/main/backends/choose.ts';
import { loadWebgpu } from '../../../src/main/backends/webgpu/index.ts';
import { adapterName, graphicsApi } from '../../../src/main/backends/webgpu/names.ts';
import { webgpuForTests } from '../../helpers/backends.ts';
import { realGpu } from '../../webgpu/software.ts';

afterEach(() => void vi.unstubAllEnvs());

const webgpu = await webgpuForTests();
const missing = 'unavailable' in webgpu ? webgpu.unavailable : null;
if (missing !== null) console.log(`webgpu is not tested here: ${missing}`);

const info = { vendor: '', architecture: '', device: '', description: '' };

test.each([
  [{ device: 'nvidia-geforce-rtx-3080', vendor: 'nvidia' }, 'NVIDIA GeForce RTX 3080'],
  [{ device: 'NVIDIA GeForce RTX 3080' }, 'NVIDIA GeForce RTX 3080'],
  [{ device: 'apple-m2-pro' }, 'Apple M2 Pro'],
  [
    { device: '0x1234', description: 'Intel(R) Iris(R) Xe Graphics' },
    'Intel(R) Iris(R) Xe Graphics',
  ],
  [{ vendor: 'amd', architecture: 'rdna-2' }, 'AMD Rdna 2'],
  [{}, 'GPU'],
])('a GPU that tells %j is called %s', (told, name) => {
  expect(adapterName({ ...info, ...told })).toBe(name);
});

test('every system has an interface to GPUs of its own', () => {
  expect(['darwin', 'win32', 'linux'].map((p) => graphicsApi(p as NodeJS.Platform))).toEqual([
    'Metal',
    'Direct3D 12',
    'Vulkan',
  ]);
});

test.skipIf(missing !== null)(
  'a package that is missing or broken is said in one clause',
  async () => {
    const failing = (): never => {
      throw new Error('dlopen failed\nat line 3');
    };
    vi.resetModules();
    const { loadDawn, whyNoDawn } = await import('../../../src/main/backends/webgpu/package.ts');
    expect(whyNoDawn()).toBe(null);
    expect(whyNoDawn(failing)).toContain('npm install webgpu@');
    expect(loadDawn(failing)).toEqual({
      unavailable: expect.stringMatching(
        /^the package webgpu does not load \(dlopen failed\)/,
      ) as string,
    });
  },
);

test.skipIf(missing !== null || realGpu)(
  'a processor that plays the GPU is taken only by those who ask',
  async () => {
    expect(await loadWebgpu()).toEqual({
      unavailable: expect.stringMatching(/^there is only .*slower/) as string,
    });
    expect(await loadWebgpu({ precision: 'bfloat16', software: true })).toHaveProperty(
      'unavailable',
    );
    vi.stubEnv('UNDERSTUDY_BACKEND', 'webgpu');
    const backend = await chooseBackend({ threads: 1 });
    expect(backend).toMatchObject({ name: 'webgpu', threads: 1, notice: null });
    expect(backend.description).toMatch(/^SwiftShader .*, WebGPU on Vulkan$/);
  },
);

test.skipIf(missing !== null)(
  'where there is no GPU nothing is told to the terminal but why',
  () => {
    const program = `
    import { loadWebgpu } from ${JSON.stringify(path.resolve('src/main/backends/webgpu/index.ts'))};
    console.log(JSON.stringify(await loadWebgpu({ software: true })));`;
    const env = { ...process.env, VK_DRIVER_FILES: '/nowhere.json', LD_LIBRARY_PATH: '' };
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      encoding: 'utf8',
      env,
    });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({
      unavailable: expect.stringContaining('install') as string,
    });
  },
);
