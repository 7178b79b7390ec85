// Builds all that runs: the native kernels (build/Release), the command line (dist/cli), the app with its
// engine (dist/app), the web host (dist/web), the page (dist/page) and what spelling is checked by
// (dist/dictionaries).
// With --if-stale it does nothing for what is newer than its sources.
import { existsSync, globSync, statSync } from 'node:fs';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import process from 'node:process';
import { stripVTControlCharacters } from 'node:util';
import { buildNativeOrSay } from './build-native.mjs';

const root = path.resolve(import.meta.dirname, '..');

/** @param {string[]} patterns relative to the root */
const newest = (patterns) =>
  Math.max(
    0,
    ...globSync(patterns, { cwd: root }).map((file) => statSync(path.join(root, file)).mtimeMs),
  );

/** @param {string} output @param {string[]} sources */
const isFresh = (output, sources) =>
  existsSync(path.join(root, output)) &&
  statSync(path.join(root, output)).mtimeMs >= newest(sources);

const nativeSources = ['src/main/backends/native/cpp/**/*', 'binding.gyp'];
const common = ['package.json', 'scripts/build.mjs', 'src/shared/**/*.ts'];
const nodeSources = [...common, 'src/main/**/*.ts'];
const pageSources = [...common, 'src/renderer/**/*', 'vite.config.ts'];

/** Word lists by language, and the package each comes from. */
const wordLists = { 'en-GB': 'dictionary-en-gb', 'en-US': 'dictionary-en' };

/**
 * Programs for Node and Electron: our sources bundled, packages left in node_modules.
 * @param {string} outDir @param {Record<string, string>} input
 */
async function buildPrograms(outDir, input) {
  const { build } = await import('vite');
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    build: {
      ssr: true,
      outDir,
      target: 'node22',
      emptyOutDir: true,
      // Readable stack traces matter more than size: nothing is downloaded.
      minify: false,
      rolldownOptions: {
        input,
        external: ['electron'],
        output: {
          format: 'es',
          entryFileNames: '[name].js',
          chunkFileNames: 'chunks/[name]-[hash].js',
        },
      },
    },
  });
}

/** A sandboxed preload is one CommonJS file that requires only electron. */
async function buildPreload() {
  const { build } = await import('vite');
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    ssr: { noExternal: true },
    build: {
      ssr: 'src/main/electron/preload.ts',
      outDir: 'dist/app',
      target: 'chrome150',
      emptyOutDir: false,
      minify: false,
      rolldownOptions: {
        external: ['electron'],
        output: { format: 'cjs', entryFileNames: 'preload.cjs', codeSplitting: false },
      },
    },
  });
}

async function buildPage() {
  const { build } = await import('vite');
  await build({ configFile: path.join(root, 'vite.config.ts'), logLevel: 'warn' });
}

/** Reads word processors' files in a thread of its own: a file of its own, beside each program. */
const reader = { 'read-manuscript': 'src/main/formats/worker.ts' };

async function buildApp() {
  await buildPrograms('dist/app', {
    ...reader,
    main: 'src/main/electron/index.ts',
    engine: 'src/main/engine/process/entry.ts',
  });
  await buildPreload();
}

/** Each with the licence of its word list beside it: they are handed out together. */
async function buildDictionaries() {
  const { dictionary } = await import('../src/main/hunspell/index.ts');
  const { resolve } = createRequire(import.meta.url);
  const folder = path.join(root, 'dist', 'dictionaries');
  await mkdir(folder, { recursive: true });
  for (const [language, name] of Object.entries(wordLists)) {
    const from = path.dirname(resolve(name));
    const [aff, dic] = await Promise.all(
      ['index.aff', 'index.dic'].map((file) => readFile(path.join(from, file))),
    );
    if (!aff || !dic) throw new RangeError(`${name} has no word list`);
    await cp(path.join(from, 'license'), path.join(folder, `${language}.licence.txt`));
    await writeFile(path.join(folder, `${language}.bdic`), dictionary({ aff, dic }));
  }
}

/** @type {readonly {name: string, output: string, sources: string[], build: () => Promise<void>}[]} */
const targets = [
  {
    name: 'Command line built: npx understudy --help',
    output: 'dist/cli/cli.js',
    sources: nodeSources,
    build: () => buildPrograms('dist/cli', { ...reader, cli: 'src/main/cli/index.ts' }),
  },
  {
    name: 'App built: npm start',
    output: 'dist/app/preload.cjs',
    sources: nodeSources,
    build: buildApp,
  },
  {
    name: 'Web host built.',
    output: 'dist/web/web.js',
    sources: nodeSources,
    build: () => buildPrograms('dist/web', { ...reader, web: 'src/main/web/index.ts' }),
  },
  {
    name: 'Page built.',
    output: 'dist/page/index.html',
    sources: pageSources,
    build: buildPage,
  },
  {
    name: 'Dictionaries built.',
    output: 'dist/dictionaries/en-US.bdic',
    sources: ['package.json', 'scripts/build.mjs', 'src/main/hunspell/*.ts'],
    build: buildDictionaries,
  },
];

const ifStale = process.argv.includes('--if-stale');
// A build that failed is not tried again on every test: its log stands for it.
const nativeDone =
  isFresh('build/Release/understudy.node', nativeSources) ||
  isFresh('build/native.log', nativeSources);
if (!ifStale || !nativeDone) await buildNativeOrSay();
for (const { name, output, sources, build } of targets) {
  if (ifStale && isFresh(output, sources)) continue;
  try {
    await build();
    console.log(name);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    console.error(`${output} was not built: ${stripVTControlCharacters(message)}`);
    process.exitCode = 1;
  }
}
