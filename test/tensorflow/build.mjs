// The `tensorflow` backend without a GPU: the binding that comes as source in @tensorflow/tfjs-node-gpu, built
// against the libtensorflow of the Python package tensorflow-cpu. It lies in .cache/tensorflow as the package
// does where its own install script could download, and is found again there.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, globSync, mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { buildAddon } from '../../scripts/build-native.mjs';

const VERSION = '2.21.0';
const PACKAGE = '@tensorflow/tfjs-node-gpu';
const PACKAGE_VERSION = '4.22.0';
/** The newest version of Node-API that the package has binaries for. */
const NAPI = 8;
/** Slow networks are waited for, dead ones are not. */
const LONGEST_DOWNLOAD = 5 * 60_000;

const root = path.resolve(import.meta.dirname, '../..');
const cache = path.join(root, '.cache', 'tensorflow');
const folder = path.join(cache, 'node_modules', PACKAGE);
const modulePath = path.join('lib', `napi-v${NAPI}`);

/** The package with its binding, built against TensorFlow for the CPU; null before `provideTensorflow()`. */
export const cachedTensorflow = () =>
  existsSync(path.join(folder, modulePath, 'tfjs_binding.node')) ? folder : null;

/** @param {string} program @param {string[]} args */
function run(program, args) {
  const { status, stderr, error } = spawnSync(program, args, {
    cwd: cache,
    encoding: 'utf8',
    timeout: LONGEST_DOWNLOAD,
  });
  if (status === 0) return null;
  if (error && 'code' in error && error.code === 'ENOENT') return `${program} is not installed`;
  if (error) return `${program} ${args[0]}: ${error.message}`;
  const lines = stderr.trim().split(/\r?\n/);
  return lines.find((line) => /error/i.test(line))?.slice(0, 200) ?? lines.at(-1) ?? '';
}

/** The package as npm has it; npm takes it away where its install script could not download. */
function providePackage() {
  const installed = path.join(root, 'node_modules', PACKAGE);
  if (existsSync(installed)) {
    cpSync(installed, folder, {
      recursive: true,
      filter: (file) => !/[\\/](build|deps|lib)$/.test(file),
    });
    return null;
  }
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const args = ['install', '--ignore-scripts', '--no-save', '--no-audit', '--no-fund'];
  const failure = run(npm, [...args, '--prefix', cache, `${PACKAGE}@${PACKAGE_VERSION}`]);
  if (failure !== null) return failure;
  // These two are ours: a second copy would hold kernels that nothing asks.
  for (const name of ['tfjs-core', 'tfjs-backend-cpu']) {
    rmSync(path.join(cache, 'node_modules', '@tensorflow', name), { recursive: true, force: true });
  }
  return null;
}

/** The libraries and C headers of TensorFlow, out of the wheel. */
const UNPACK = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as wheel:
    for name in wheel.namelist():
        if name in ('tensorflow/libtensorflow_cc.so.2', 'tensorflow/libtensorflow_framework.so.2') or (
            name.endswith('.h') and name.startswith(('tensorflow/include/tensorflow/c/',
            'tensorflow/include/tensorflow/core/platform/', 'tensorflow/include/tsl/platform/',
            'tensorflow/include/xla/tsl/'))):
            wheel.extract(name, sys.argv[2])
`;

function provideLibrary() {
  const deps = path.join(folder, 'deps');
  const downloads = path.join(cache, 'wheel');
  for (const left of [deps, downloads]) rmSync(left, { recursive: true, force: true });
  // Which Python runs here does not matter: nothing of it is run.
  const platform = ['--platform=manylinux_2_27_x86_64', '--python-version=3.11'];
  const failure = run('python3', [
    ...['-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary=:all:', ...platform],
    ...[`--dest=${downloads}`, `tensorflow-cpu==${VERSION}`],
  ]);
  if (failure !== null) return failure;
  const [wheel = ''] = globSync('*.whl', { cwd: downloads });
  const unpacked = run('python3', ['-c', UNPACK, path.join(downloads, wheel), downloads]);
  if (unpacked !== null) return unpacked;
  const from = path.join(downloads, 'tensorflow');
  mkdirSync(path.join(deps, 'lib'), { recursive: true });
  renameSync(path.join(from, 'include'), path.join(deps, 'include'));
  for (const name of ['cc', 'framework']) {
    const library = `libtensorflow_${name}.so.2`;
    renameSync(path.join(from, library), path.join(deps, 'lib', library));
    // The names that the package's binding.gyp links.
    const link = name === 'cc' ? 'libtensorflow.so' : 'libtensorflow_framework.so';
    symlinkSync(library, path.join(deps, 'lib', link));
  }
  rmSync(downloads, { recursive: true });
  return null;
}

/**
 * Builds it where it is not there yet.
 * @returns {Promise<string | null>} why there is none; null when there is
 */
export async function provideTensorflow() {
  if (cachedTensorflow()) return null;
  if (process.env['UNDERSTUDY_SKIP_TENSORFLOW'] === '1') return 'UNDERSTUDY_SKIP_TENSORFLOW is 1';
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return 'TensorFlow for tests is fetched on Linux x64 only';
  }
  console.log(`Fetching TensorFlow ${VERSION} for the tests (270 MB, once).`);
  mkdirSync(folder, { recursive: true });
  const missing = providePackage() ?? provideLibrary();
  if (missing !== null) return missing;
  const failure = await buildAddon(
    folder,
    [
      '--',
      `-Dnapi_build_version=${NAPI}`,
      '-Dmodule_name=tfjs_binding',
      `-Dmodule_path=${modulePath}`,
    ],
    path.join(cache, 'build.log'),
  );
  if (failure !== null) return failure;
  return cachedTensorflow() ? null : `the build left no ${modulePath}/tfjs_binding.node`;
}

if (process.argv[1] === import.meta.filename) {
  const reason = await provideTensorflow();
  console.log(reason === null ? cachedTensorflow() : `No TensorFlow for tests: ${reason}`);
  if (reason !== null) process.exitCode = 1;
}
