/** Loading TensorFlow, and what a writer reads where it cannot be. */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { chooseBackend } from '../../../src/main/backends/choose.ts';
import { openOnLinux, whyNoGpu } from '../../../src/main/backends/tensorflow/libraries.ts';
import { loadTensorflow } from '../../../src/main/backends/tensorflow/index.ts';
import { packageFolder } from '../../../src/main/backends/tensorflow/package.ts';
import { cachedTensorflow } from '../../tensorflow/build.mjs';

const cached = cachedTensorflow();
if (cached === null) console.log('Loading TensorFlow is not tested here: there is none');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'understudy-tensorflow-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

/** What is said where the package in `folder` is used. */
function said(): string {
  vi.stubEnv('UNDERSTUDY_TENSORFLOW', folder);
  const loaded = loadTensorflow({ gpu: 'preferred' });
  return 'unavailable' in loaded ? loaded.unavailable : 'it loads';
}

describe('what is missing is said with what to install', () => {
  test('the package', () => {
    vi.stubEnv('UNDERSTUDY_TENSORFLOW', '');
    const none = packageFolder(() => {
      throw new Error('Cannot find module');
    });
    expect(none).toEqual({
      unavailable: expect.stringMatching(
        /^@tensorflow\/tfjs-node-gpu is not installed; install it with "npm install @tensorflow\/tfjs-node-gpu@4\.22\.0"/,
      ) as string,
    });
  });

  test('a folder that is no package', () => {
    expect(said()).toBe(`UNDERSTUDY_TENSORFLOW names "${folder}", which is not a package`);
  });

  test('a package whose TensorFlow was not downloaded', async () => {
    await writeFile(path.join(folder, 'package.json'), '{}');
    expect(said()).toMatch(/was not downloaded .* run "npm rebuild @tensorflow\/tfjs-node-gpu"/);
  });

  test('a binding that is none', async () => {
    await writeFile(path.join(folder, 'package.json'), '{}');
    await mkdir(path.join(folder, 'lib/napi-v8'), { recursive: true });
    await writeFile(path.join(folder, 'lib/napi-v8/tfjs_binding.node'), 'not a library');
    expect(said()).toMatch(/^TensorFlow does not load \(.*tfjs_binding\.node.*\); "npm rebuild/);
  });

  test.skipIf(cached === null)('a library that the binding wants, by its name', async () => {
    await writeFile(path.join(folder, 'package.json'), '{}');
    const binding = 'lib/napi-v8/tfjs_binding.node';
    await cp(path.join(cached ?? '', binding), path.join(folder, binding));
    expect(said()).toMatch(/^TensorFlow does not load \(libtensorflow\S*\.so\.2: cannot open/);
  });

  test.each([
    ['libcuda.so.1', "install NVIDIA's driver, 460 or newer"],
    ['libcudart.so.11.0', 'install CUDA 11.2'],
    ['libcusolver.so.11', 'install CUDA 11.2'],
    ['libcudnn.so.8', 'install cuDNN 8.1 for CUDA 11.2'],
  ])('a library of the GPU: %s', (missing, advice) => {
    const open = (name: string): string | null =>
      name === missing ? `${name}: cannot open shared object file: No such file` : null;
    const why = whyNoGpu('linux', open);
    expect(why).toContain(`${missing} does not load; ${advice}`);
  });

  test('a library that a library of the GPU wants', () => {
    const open = (name: string): string | null =>
      name === 'libcudnn.so.8' ? 'libz.so.9: cannot open shared object file: No such file' : null;
    expect(whyNoGpu('linux', open)).toContain('libz.so.9 does not load');
  });

  test('on Windows, its names for them', () => {
    const open = (name: string): string | null => (name === 'cudnn64_8.dll' ? 'no' : null);
    expect(whyNoGpu('win32', open)).toContain('cudnn64_8.dll does not load; install cuDNN 8.1');
  });

  test('a card that is too old, where all libraries load', () => {
    expect(whyNoGpu('linux', () => null)).toMatch(/compute capability 3\.5 or higher/);
    expect(whyNoGpu('darwin', () => null)).toMatch(/Linux and Windows only/);
  });

  test.skipIf(process.platform !== 'linux')('the loader of the system is asked', () => {
    expect(openOnLinux('libm.so.6')).toBe(null);
    expect(openOnLinux('libunderstudy-has-none.so.1')).toContain('cannot open shared object file');
  });
});

describe.skipIf(cached === null)('TensorFlow for the processor', () => {
  beforeEach(() => vi.stubEnv('UNDERSTUDY_TENSORFLOW', cached ?? ''));

  test('is taken where it is asked for, and says why there is no GPU', async () => {
    vi.stubEnv('UNDERSTUDY_BACKEND', 'tensorflow');
    const backend = await chooseBackend({ threads: 2 });
    expect(backend.name).toBe('tensorflow');
    expect(backend.description).toMatch(/^CPU, TensorFlow \d+\.\d+\.\d+, 2 threads$/);
    expect(backend.notice).toMatch(/^TensorFlow finds no GPU/);
  });

  test('is no GPU', () => {
    expect(loadTensorflow({ gpu: 'required' })).toEqual({
      unavailable: expect.stringContaining('finds no GPU') as string,
    });
  });

  test('does not multiply bfloat16, which is refused with a way out', async () => {
    vi.stubEnv('UNDERSTUDY_BACKEND', 'tensorflow');
    await expect(chooseBackend({ precision: 'bfloat16' })).rejects.toMatchObject({
      code: 'backend.unavailable',
      message: expect.stringContaining('leave it out') as string,
    });
  });

  test('uses the TensorFlow.js that the model uses, not a copy', async () => {
    const ours = createRequire(import.meta.url).resolve('@tensorflow/tfjs-core');
    const theirs = createRequire(path.join(cached ?? '', 'package.json'));
    const union = createRequire(theirs.resolve('@tensorflow/tfjs'));
    for (const name of ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-cpu']) {
      const found = await realpath(union.resolve(name));
      expect(found).toBe(await realpath(createRequire(ours).resolve(name)));
    }
  });

  test('writes nothing to the terminal, takes a card as it needs it, and is there for a step', async () => {
    const program = `
      const { chooseBackend } = await import('./src/main/backends/choose.ts');
      const backend = await chooseBackend({ threads: 1 });
      await backend.activate();
      const { mul, tensor } = await import('@tensorflow/tfjs-core');
      const { TF_FORCE_GPU_ALLOW_GROWTH: growth } = process.env;
      console.log(JSON.stringify([growth, ...mul(tensor([2, 3]), 2).dataSync()]));
    `;
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '-e', program],
      {
        cwd: path.resolve(import.meta.dirname, '../../..'),
        env: {
          ...process.env,
          UNDERSTUDY_BACKEND: 'tensorflow',
          // This build tells of it before it knows what not to tell; the one for GPUs does not.
          TF_ENABLE_ONEDNN_OPTS: '0',
        },
      },
    );
    expect(JSON.parse(stdout)).toEqual(['true', 4, 6]);
    expect(stderr).toBe('');
  });
});

test('a backend that is forced but not there is an error with a way out', async () => {
  vi.stubEnv('UNDERSTUDY_BACKEND', 'tensorflow');
  vi.stubEnv('UNDERSTUDY_TENSORFLOW', folder);
  await expect(chooseBackend()).rejects.toMatchObject({
    name: 'UserError',
    code: 'backend.unavailable',
    message: expect.stringMatching(
      /^UNDERSTUDY_BACKEND asks for TensorFlow, but .*; leave it out/,
    ) as string,
  });
});
