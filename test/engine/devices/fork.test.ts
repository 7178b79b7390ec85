import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { engineProgram, forkGauge } from '../../../src/main/engine/devices/index.ts';
import { engineProgram as ofSources } from '../../helpers/engines.ts';
import { temporaryFolder } from '../../helpers/understudy.ts';

test('the program that tries devices is found in the sources, and where the app was built', () => {
  expect(engineProgram()).toBe(ofSources);
  using folder = temporaryFolder();
  const bundled = pathToFileURL(join(folder.path, 'dist/cli/chunks/train-1a2b.js')).href;
  expect(engineProgram(bundled)).toBe(null);
  const built = join(folder.path, 'dist/app/engine.js');
  mkdirSync(join(folder.path, 'dist/app'), { recursive: true });
  writeFileSync(built, '');
  expect(engineProgram(bundled)).toBe(built);
  expect(engineProgram(pathToFileURL(join(folder.path, 'dist/cli/cli.js')).href)).toBe(built);
});

test('a program that is none is a device that failed', async () => {
  using folder = temporaryFolder();
  const gauge = forkGauge(folder.write('none.js', 'process.exit(3);'), () => undefined);
  const request = {
    device: 'cpu',
    threads: 1,
    precision: 'float32',
    shape: null,
    milliseconds: 60_000,
  } as const;
  expect(await gauge(request, new AbortController().signal)).toEqual({
    kind: 'failed',
    why: 'the process that tried it ended',
  });
});
