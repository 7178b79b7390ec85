import { existsSync, globSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import util from 'node:util';
import type { Binding } from './binding.ts';
import { tellingOfLoss } from './lost.ts';
import type { NodeBackend, Parts } from './session.ts';

const PACKAGE = '@tensorflow/tfjs-node-gpu';

/**
 * The folder of @tensorflow/tfjs-node-gpu, or why there is none. `UNDERSTUDY_TENSORFLOW` names another that
 * holds the same files (one with TensorFlow for the processor, say).
 *
 * @param resolve finds a file of a package, or throws
 */
export function packageFolder(
  resolve: (name: string) => string = (name) => createRequire(import.meta.url).resolve(name),
): string | { unavailable: string } {
  const named = process.env['UNDERSTUDY_TENSORFLOW'] ?? '';
  if (named !== '') {
    if (existsSync(path.join(named, 'package.json'))) return named;
    return { unavailable: `UNDERSTUDY_TENSORFLOW names "${named}", which is not a package` };
  }
  try {
    return path.dirname(resolve(`${PACKAGE}/package.json`));
  } catch {
    return {
      unavailable: `${PACKAGE} is not installed; install it with "npm install ${PACKAGE}@4.22.0" where there is a network`,
    };
  }
}

/** The compiled binding of the newest Node-API, or null. */
function bindingPath(folder: string): string | null {
  const found = globSync('lib/napi-v*/tfjs_binding.node', { cwd: folder }).sort();
  return found.length > 0 ? path.join(folder, found.at(-1) ?? '') : null;
}

/** One line of an error that may have many. */
const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';

/** Settings of TensorFlow and CUDA, which they read from the environment once, while they load. */
function setEnvironment(settings: { threads: number | undefined; exact: boolean }): void {
  const env = process.env;
  // The memory of the card is taken as it is needed, not whole.
  env['TF_FORCE_GPU_ALLOW_GROWTH'] ??= 'true';
  // Nothing but what ends the process is written to the terminal; what is missing we say ourselves.
  env['TF_CPP_MIN_LOG_LEVEL'] ??= '3';
  if (settings.threads) env['TF_NUM_INTRAOP_THREADS'] ??= `${settings.threads}`;
  // Products of TF32 (10 bits of 23) are what newer cards take for float32.
  if (settings.exact) env['NVIDIA_TF32_OVERRIDE'] ??= '0';
}

/** Loads the binding with its library, or says in one clause why it cannot. */
export function loadPackage(settings: {
  threads: number | undefined;
  exact: boolean;
}): Parts | { unavailable: string } {
  const folder = packageFolder();
  if (typeof folder !== 'string') return folder;
  const file = bindingPath(folder);
  if (file === null) {
    return {
      unavailable: `TensorFlow was not downloaded when ${PACKAGE} was installed; run "npm rebuild ${PACKAGE}" where there is a network`,
    };
  }
  setEnvironment(settings);
  const require = createRequire(path.join(folder, 'package.json'));
  let binding: Binding;
  try {
    const loaded = require(file) as Binding;
    // On the processor an op that fails is a mistake of ours.
    binding = loaded.isUsingGpuDevice() ? tellingOfLoss(loaded) : loaded;
  } catch (error) {
    return {
      unavailable: `TensorFlow does not load (${firstLine(error)}); "npm rebuild ${PACKAGE}" installs it anew`,
    };
  }
  return {
    binding,
    create() {
      // tfjs-node 4.22, the last release, calls what newer versions of Node lack, or warn of.
      const isNullOrUndefined = (value: unknown): boolean => value === null || value === undefined;
      Object.assign(util, { isArray: Array.isArray, isNullOrUndefined });
      // Not the package's index, which would make a backend of its own and load node-pre-gyp.
      require('./dist/register_all_kernels.js');
      const { NodeJSKernelBackend } = require('./dist/nodejs_kernel_backend.js') as {
        NodeJSKernelBackend: new (binding: Binding, packageName: string) => NodeBackend;
      };
      return new NodeJSKernelBackend(binding, PACKAGE);
    },
  };
}
