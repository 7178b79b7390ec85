/** Packs the real app around a stand-in for Electron's program, without a network, and looks inside. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readDictionary } from '../helpers/bdict.ts';

/** What Electron's program holds its fuses behind: this text, a version, their number, one character each. */
const SENTINEL = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';
/** In their order on the wire: what reliability asks for, and those left as they are ("0" off, "1" on). */
const FUSES = {
  runAsNode: '0',
  enableCookieEncryption: '1',
  enableNodeOptionsEnvironmentVariable: '0',
  enableNodeCliInspectArguments: '0',
  enableEmbeddedAsarIntegrityValidation: '1',
  onlyLoadAppFromAsar: '1',
  loadBrowserProcessSpecificV8Snapshot: '0',
  grantFileProtocolExtraPrivileges: '0',
};
/** As they are in Electron as it comes. */
const FACTORY = '10110001';

const require = createRequire(import.meta.url);
interface Asar {
  listPackage(archive: string, options: { isPack: boolean }): string[];
  extractFile(archive: string, file: string): Buffer;
  statFile(archive: string, file: string): { readonly unpacked?: boolean };
}
let asar: Asar;
let scratch: string;
let app: string;
let archive: string;
let files: string[];

/** A folder with the files that electron-builder wants of Electron for Linux. */
async function standIn(folder: string): Promise<void> {
  await mkdir(path.join(folder, 'resources'), { recursive: true });
  await mkdir(path.join(folder, 'locales'));
  const program = Buffer.concat([
    Buffer.from('\x7fELF stand-in\0'),
    Buffer.from(SENTINEL),
    Buffer.from([1, FACTORY.length]),
    Buffer.from(FACTORY),
    Buffer.alloc(64),
  ]);
  await writeFile(path.join(folder, 'electron'), program);
  await chmod(path.join(folder, 'electron'), 0o755);
  for (const name of ['LICENSE', 'LICENSES.chromium.html', 'locales/en-US.pak', 'chrome-sandbox']) {
    await writeFile(path.join(folder, name), name);
  }
}

beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), 'understudy-package-'));
  await standIn(path.join(scratch, 'electron'));
  const cli = require.resolve('electron-builder/cli.js');
  await promisify(execFile)(
    process.execPath,
    [
      cli,
      '--linux',
      '--dir',
      `-c.electronDist=${path.join(scratch, 'electron')}`,
      `-c.directories.output=${path.join(scratch, 'out')}`,
    ],
    {
      env: {
        ...process.env,
        // Whoever still asks the network gets nothing.
        HTTPS_PROXY: 'http://127.0.0.1:9',
        HTTP_PROXY: 'http://127.0.0.1:9',
        npm_config_offline: 'true',
      },
      maxBuffer: 1 << 26,
    },
  );
  app = path.join(
    scratch,
    'out',
    process.arch === 'arm64' ? 'linux-arm64-unpacked' : 'linux-unpacked',
  );
  archive = path.join(app, 'resources', 'app.asar');
  const builder = createRequire(require.resolve('app-builder-lib'));
  asar = (await import(builder.resolve('@electron/asar'))) as Asar;
  files = asar.listPackage(archive, { isPack: false }).map((file) => file.replaceAll('\\', '/'));
}, 300_000);

afterAll(() => rm(scratch, { recursive: true, force: true }));

describe('the packed app', () => {
  test('has its programs, its page and its kernels', () => {
    for (const file of [
      '/package.json',
      '/dist/app/main.js',
      '/dist/app/engine.js',
      '/dist/app/preload.cjs',
      '/dist/page/index.html',
      '/build/Release/understudy.node',
      '/node_modules/@tensorflow/tfjs-core/package.json',
      '/node_modules/valibot/package.json',
    ]) {
      expect(files).toContain(file);
    }
  });

  test('has no web host, command line, tests, sources or tools', () => {
    const own = files.filter((file) => !file.startsWith('/node_modules'));
    expect(
      own.filter((file) =>
        /^\/(src|test|scripts|bin|out|dist\/(web|cli))(\/|$)|\.(ts|svelte|map|cc|o)$/.test(file),
      ),
    ).toEqual([]);
    const packages = new Set(
      files.flatMap((file) => /^\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? []),
    );
    for (const name of [
      'ws',
      'electron',
      'vite',
      'vitest',
      'svelte',
      'playwright-core',
      'typescript',
      'node',
      'commander',
      'cli-progress',
    ]) {
      expect(packages, name).not.toContain(name);
    }
  });

  test('starts with the right program, under its name', () => {
    const { main, name, productName, version } = JSON.parse(
      asar.extractFile(archive, 'package.json').toString('utf8'),
    ) as Record<string, string>;
    expect({ main, name, productName }).toEqual({
      main: 'dist/app/main.js',
      name: 'understudy',
      productName: 'Understudy',
    });
    expect(version).toMatch(/^\d+\.\d+\.\d+/);
  });

  test('has everything that the system loads as files of their own', async () => {
    const native = files.filter((file) => /\.(node|so(\.\d+)*|dylib|dll)$/.test(file));
    expect(native).toContain('/build/Release/understudy.node');
    for (const file of native) {
      expect(asar.statFile(archive, file.slice(1)).unpacked, file).toBe(true);
    }
    const dawn = native.filter((file) => file.startsWith('/node_modules/webgpu/'));
    // The package is optional: it may be missing where this runs.
    if (existsSync('node_modules/webgpu')) {
      expect(dawn).toContain(`/node_modules/webgpu/dist/linux-${process.arch}/dawn.node`);
    }
    expect(dawn.filter((file) => !file.startsWith('/node_modules/webgpu/dist/linux-'))).toEqual([]);
    const outside = path.join(`${archive}.unpacked`, 'build/Release/understudy.node');
    expect(await readFile(outside)).toEqual(await readFile('build/Release/understudy.node'));
  });

  test('brings the sample manuscript and the icon beside the archive', async () => {
    for (const file of ['sample-manuscript.md', 'icons/512x512.png']) {
      expect((await stat(path.join(app, 'resources', file))).size).toBeGreaterThan(1000);
    }
  });

  test('brings dictionaries beside the archive, each with its licence', async () => {
    const folder = path.join(app, 'resources', 'dictionaries');
    expect(await readdir(folder)).toEqual([
      'en-GB.bdic',
      'en-GB.licence.txt',
      'en-US.bdic',
      'en-US.licence.txt',
    ]);
    for (const language of ['en-GB', 'en-US']) {
      const { words } = readDictionary(await readFile(path.join(folder, `${language}.bdic`)));
      expect(words.size).toBeGreaterThan(49_000);
      const licence = await readFile(path.join(folder, `${language}.licence.txt`), 'utf8');
      expect(licence).toContain('Copyright');
    }
    expect(files.filter((file) => file.includes('dictionaries/en-'))).toEqual([]);
  });

  test('has its fuses as they must be', async () => {
    const program = await readFile(path.join(app, 'understudy'));
    const start = program.indexOf(SENTINEL) + SENTINEL.length;
    const wire = program.subarray(start + 2, start + 2 + program[start + 1]!).toString('latin1');
    expect(wire).toBe(Object.values(FUSES).join(''));
  });
});
