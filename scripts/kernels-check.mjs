// Builds test/native, the check of the native kernels outside Node, with one compiler and runs it.
// Sources and flags are those of binding.gyp: what is checked is what ships.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import process from 'node:process';

const root = path.resolve(import.meta.dirname, '..');
const folder = path.join(root, 'build', 'portability');

/**
 * One way to build the check and to run it.
 * @typedef {object} Variant
 * @property {string} name
 * @property {string} what
 * @property {readonly string[]} compilers names to try, the better first
 * @property {string} packages the Debian packages that bring the tools
 * @property {readonly string[]} flags
 * @property {string} arch of the program: x64, arm64
 * @property {readonly string[]} runner what the program is started with, if it cannot start by itself
 * @property {boolean} linkIsEnough whether a missing program of the runner leaves something to show
 * @property {readonly string[]} sets the instruction sets to run; none: all that the processor has
 * @property {boolean} quick fewer shapes
 * @property {readonly string[]} programs other programs it takes
 */

/** @typedef {{outcome: 'passed' | 'FAILED' | 'skipped', detail: string, seconds: number}} Result */

/**
 * @param {readonly string[]} command
 * @param {number} minutes after which it is ended
 * @returns {Promise<{code: number | string, output: string}>}
 */
export function run([program = '', ...args], minutes = 10) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: root, timeout: minutes * 60_000 });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => resolve({ code: 'no program', output: error.message }));
    child.on('close', (code, signal) => resolve({ code: code ?? signal ?? 'no code', output }));
  });
}

/** What binding.gyp compiles, each source with its flags. @param {string} arch */
export function shippedSources(arch) {
  const gyp = JSON.parse(readFileSync(path.join(root, 'binding.gyp'), 'utf8'));
  /** @param {string} source */
  const expand = (source) => source.replace('<(cpp)', gyp.variables.cpp);
  const common = [
    '-std=c++17',
    '-O3',
    '-pthread',
    ...gyp.variables.strict,
    '-Werror',
    ...gyp.target_defaults.include_dirs.map((/** @type {string} */ one) => `-I${one}`),
    ...gyp.target_defaults.defines.map((/** @type {string} */ one) => `-D${one}`),
    `-I${gyp.variables.cpp}`,
  ];
  /** @type {{file: string, flags: string[]}[]} */
  const sources = [];
  for (const target of gyp.targets) {
    const flags = [...common];
    for (const [condition, then] of target.conditions ?? []) {
      if (condition === `target_arch=='${arch}'`) flags.push(...then.cflags);
    }
    for (const source of target.sources) sources.push({ file: expand(source), flags });
  }
  return { common, sources };
}

/** The first compiler that builds a small program with these flags. @param {Variant} variant */
async function workingCompiler({ name, compilers, flags }) {
  mkdirSync(folder, { recursive: true });
  const probe = path.join(folder, `${name}-probe`);
  writeFileSync(`${probe}.cc`, '#include <thread>\nint main() { std::thread([] {}).join(); }\n');
  for (const compiler of compilers) {
    const built = [compiler, '-std=c++17', '-pthread', ...flags, `${probe}.cc`, '-o', probe];
    if ((await run(built)).code === 0) return compiler;
  }
  return null;
}

/** @param {readonly (() => Promise<string>)[]} tasks each gives what is wrong, or nothing */
async function allTasks(tasks) {
  const queue = [...tasks];
  let wrong = '';
  await Promise.all(
    Array.from({ length: availableParallelism() }, async () => {
      for (let task = queue.shift(); task && wrong === ''; task = queue.shift())
        wrong += await task();
    }),
  );
  return wrong;
}

/**
 * Compiles everything, addon.cc too, and links all but addon.cc. Nothing is done where nothing changed.
 * @param {Variant} variant
 * @param {string} compiler
 * @returns {Promise<string>} what went wrong, or nothing
 */
async function build(variant, compiler) {
  const { common, sources } = shippedSources(variant.arch);
  const all = [
    ...sources,
    ...globSync('test/native/*.cc', { cwd: root }).map((file) => ({ file, flags: common })),
  ];
  const place = path.join(folder, variant.name);
  const hash = createHash('sha256').update((await run([compiler, '--version'])).output);
  hash.update(JSON.stringify([variant, compiler, all]));
  const read = globSync(['src/main/backends/native/cpp/*', 'test/native/*.{h,cc}'], { cwd: root });
  for (const file of read.sort()) hash.update(file).update(readFileSync(path.join(root, file)));
  const key = hash.digest('hex');
  const stamp = path.join(place, 'built');
  try {
    if (readFileSync(stamp, 'utf8') === key) return '';
  } catch {
    // Not built yet.
  }
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place, { recursive: true });
  /** @param {string} file */
  const object = (file) => path.join(place, `${path.basename(file, '.cc')}.o`);
  const wrong = await allTasks(
    all.map(({ file, flags }) => async () => {
      const built = [compiler, ...flags, ...variant.flags, '-c', file, '-o', object(file)];
      const { code, output } = await run(built);
      return code === 0 ? '' : `${built.join(' ')}\n${output}`;
    }),
  );
  if (wrong !== '') return wrong;
  const linked = all.map(({ file }) => file).filter((file) => !file.endsWith('/addon.cc'));
  const link = [
    compiler,
    '-pthread',
    ...variant.flags,
    ...linked.map(object),
    '-o',
    programOf(variant),
  ];
  const { code, output } = await run(link);
  if (code !== 0) return `${link.join(' ')}\n${output}`;
  writeFileSync(stamp, key);
  return '';
}

/** @param {Variant} variant */
const programOf = ({ name }) => path.join(folder, name, 'kernels_check.exe');

/** @param {Variant} variant @returns {Promise<Result>} */
export async function checkVariant(variant) {
  const start = performance.now();
  /** @param {Result['outcome']} outcome @param {string} detail @returns {Result} */
  const result = (outcome, detail) => ({
    outcome,
    detail,
    seconds: (performance.now() - start) / 1000,
  });
  const compiler = await workingCompiler(variant);
  const missing = compiler === null ? [variant.compilers[0] ?? ''] : [];
  for (const program of variant.programs) {
    if ((await run([program, '--version'])).code !== 0) missing.push(program);
  }
  const sanitizer = variant.flags.find((flag) => flag.startsWith('-fsanitize='));
  const what = missing.join(' and ') + (sanitizer === undefined ? '' : ` with ${sanitizer}`);
  const remedy = `no ${what} here; apt-get install ${variant.packages}`;
  if (compiler === null || (missing.length > 0 && !variant.linkIsEnough)) {
    return result('skipped', remedy);
  }
  const wrong = await build(variant, compiler);
  if (wrong !== '') return result('FAILED', wrong);
  if (missing.length > 0) return result('passed', `compiles and links; not run: ${remedy}`);
  const quick = variant.quick ? ['--quick'] : [];
  const command = [...variant.runner, programOf(variant), ...quick, ...variant.sets];
  const { code, output } = await run(command);
  const passed = [...output.matchAll(/^(\w+): passed, (\d+) cases/gm)];
  const ran = passed.map(([, isa = '', cases = '']) => `${isa} ${cases}`).join(', ');
  return code === 0 && passed.length > 0
    ? result('passed', `${ran} cases`)
    : result('FAILED', `${command.join(' ')} ended with ${code}\n${output}`);
}

/**
 * An inline function of a library that a kernel of one instruction set keeps as a weak symbol may be the
 * copy that the linker keeps for all, and end the program on an older processor. Without optimisation
 * every such call shows.
 * @returns {Promise<Result>}
 */
export async function checkNothingShared() {
  const start = performance.now();
  /** @param {Result['outcome']} outcome @param {string} detail @returns {Result} */
  const result = (outcome, detail) => ({
    outcome,
    detail,
    seconds: (performance.now() - start) / 1000,
  });
  mkdirSync(folder, { recursive: true });
  for (const program of ['g++', 'nm']) {
    if ((await run([program, '--version'])).code !== 0) {
      return result('skipped', `no ${program} here; apt-get install g++ binutils`);
    }
  }
  const special = shippedSources(process.arch).sources.filter(({ flags }) =>
    flags.some((flag) => flag.startsWith('-m')),
  );
  for (const { file, flags } of special) {
    const object = path.join(folder, `${path.basename(file)}.O0.o`);
    const built = await run(['g++', ...flags, '-O0', '-c', file, '-o', object]);
    if (built.code !== 0) return result('FAILED', built.output);
    const { output } = await run(['nm', '-C', object]);
    const shared = output.split('\n').filter((line) => / [Wu] /.test(line));
    if (shared.length > 0) return result('FAILED', `${file} shares\n${shared.join('\n')}`);
  }
  return result('passed', `${special.length} files keep their code to themselves`);
}

const lightly = ['-O1', '-g1'];
/** @type {Omit<Variant, 'name' | 'what' | 'compilers' | 'packages' | 'flags'>} */
const here = {
  arch: process.arch,
  runner: [],
  linkIsEnough: false,
  sets: [],
  quick: false,
  programs: [],
};

/** @type {readonly Variant[]} */
export const variants = [
  {
    ...here,
    name: 'gcc',
    what: 'as it ships; a fence behind every array',
    compilers: ['g++'],
    packages: 'g++',
    flags: [],
  },
  {
    ...here,
    name: 'asan',
    what: 'AddressSanitizer and UndefinedBehaviorSanitizer',
    compilers: ['g++'],
    packages: 'g++ libasan8 libubsan1',
    flags: [
      ...lightly,
      '-fsanitize=address,undefined',
      '-fno-sanitize-recover=all',
      // Arrays on the heap are what is watched: vectors of plain C++ on the stack cost minutes to compile.
      '-fno-sanitize-address-use-after-scope',
      '--param=asan-stack=0',
      '-D_GLIBCXX_ASSERTIONS',
      '-D_GLIBCXX_SANITIZE_VECTOR',
    ],
  },
  {
    ...here,
    name: 'tsan',
    what: 'ThreadSanitizer',
    compilers: ['g++'],
    packages: 'g++ libtsan2',
    flags: [...lightly, '-fsanitize=thread'],
    quick: true,
  },
  {
    ...here,
    name: 'clang',
    what: 'Clang; a fence behind every array',
    compilers: ['clang++'],
    packages: 'clang',
    flags: [],
  },
  {
    name: 'neon',
    what: 'NEON under qemu; a fence behind every array',
    compilers: ['aarch64-linux-gnu-g++'],
    packages: 'g++-aarch64-linux-gnu qemu-user',
    flags: [],
    arch: 'arm64',
    runner: ['qemu-aarch64', '-L', '/usr/aarch64-linux-gnu'],
    linkIsEnough: false,
    sets: ['neon'],
    quick: false,
    programs: ['qemu-aarch64'],
  },
  {
    name: 'mingw',
    what: 'MinGW, where a long has 32 bits',
    compilers: ['x86_64-w64-mingw32-g++-posix', 'x86_64-w64-mingw32-g++'],
    packages: 'g++-mingw-w64-x86-64-posix wine wine64',
    flags: ['-static'],
    arch: 'x64',
    runner: ['env', 'WINEDEBUG=-all', `WINEPREFIX=${path.join(folder, 'wine')}`, 'wine'],
    linkIsEnough: true,
    sets: [],
    quick: true,
    programs: ['wine'],
  },
];
