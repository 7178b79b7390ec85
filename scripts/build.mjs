// Builds all that runs: the native kernels (build/Release) and the command line (dist/).
// With --if-stale it does nothing while both are newer than their sources.
import { existsSync, globSync, statSync } from 'node:fs';
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
const cliSources = ['src/**/*.ts', 'package.json', 'scripts/build.mjs'];

async function buildCli() {
  const { build } = await import('vite');
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    build: {
      ssr: 'src/main/cli/index.ts',
      outDir: 'dist',
      target: 'node22',
      emptyOutDir: true,
      // Readable stack traces matter more than size: nothing is downloaded.
      minify: false,
      rolldownOptions: {
        output: {
          format: 'es',
          entryFileNames: 'cli.js',
          chunkFileNames: 'chunks/[name]-[hash].js',
        },
      },
    },
  });
  console.log('Command line built: npx understudy --help');
}

const ifStale = process.argv.includes('--if-stale');
// A build that failed is not tried again on every test: its log stands for it.
const nativeDone =
  isFresh('build/Release/understudy.node', nativeSources) ||
  isFresh('build/native.log', nativeSources);
if (!ifStale || !nativeDone) await buildNativeOrSay();
if (!ifStale || !isFresh('dist/cli.js', cliSources)) {
  try {
    await buildCli();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    console.error(`The command line was not built: ${stripVTControlCharacters(message)}`);
    process.exitCode = 1;
  }
}
