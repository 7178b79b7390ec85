import { spawnSync } from 'node:child_process';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach, expect, test } from 'vitest';

const root = path.resolve(import.meta.dirname, '..', '..');
let folder: string;

// Within the project, so that the runners are found from there.
beforeEach(async () => {
  await mkdir(path.join(root, '.cache'), { recursive: true });
  folder = await mkdtemp(path.join(root, '.cache', 'summary-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function node(script: string, ...args: string[]) {
  const { stdout, status } = spawnSync(process.execPath, [path.join(root, script), ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, VITEST: '', UNDERSTUDY_TEST_SUMMARY: '', FORCE_COLOR: '0' },
  });
  return { lines: stdout.trim().split('\n'), status };
}

async function runsVitest(tests: Record<string, string>) {
  for (const [name, text] of Object.entries(tests)) {
    await writeFile(path.join(folder, name), `import { expect, test } from 'vitest';\n${text}`);
  }
  const config = `export default { test: { reporters: [['json', { outputFile: 'all.json' }]] } };`;
  await writeFile(path.join(folder, 'vitest.config.mjs'), config);
  node('node_modules/vitest/vitest.mjs', 'run', '--root', folder);
}

test('the summary counts all tests in its last line and names those that failed', async () => {
  await runsVitest({
    'counts.test.mjs': `
      test('one is one', () => expect(1).toBe(1));
      test('one is two', () => expect(1).toBe(2));`,
    'broken.test.mjs': `throw new Error('This file has no tests.');`,
  });
  await writeFile(
    path.join(folder, 'playwright.config.mjs'),
    `export default { testDir: '.', outputDir: 'results', testMatch: '*.spec.mjs', reporter: [['json', { outputFile: 'all.json.e2e' }]] };`,
  );
  await writeFile(
    path.join(folder, 'page.spec.mjs'),
    `import { expect, test } from '@playwright/test';
     test('two is two', () => expect(2).toBe(2));
     test.describe('of a page', () => test('two is three', () => expect(2).toBe(3)));`,
  );
  node('node_modules/@playwright/test/cli.js', 'test');

  const { lines, status } = node('scripts/test-summary.mjs', 'all.json');
  expect(status).toBe(0);
  expect(lines.filter((line) => line.startsWith('failed: ')).sort()).toEqual([
    'failed: broken.test.mjs',
    'failed: counts.test.mjs: one is two',
    'failed: page.spec.mjs: two is three',
  ]);
  expect(lines.join('\n')).toContain('expected 1 to be 2');
  expect(lines.join('\n')).toContain('This file has no tests.');
  expect(lines.at(-1)).toBe('2 passed, 3 failed');
});

test('without browser tests the others are counted', async () => {
  await runsVitest({ 'counts.test.mjs': `test('one is one', () => expect(1).toBe(1));` });
  const { lines, status } = node('scripts/test-summary.mjs', 'all.json');
  expect({ lines, status }).toEqual({ lines: ['1 passed, 0 failed'], status: 0 });
});

test('where no tests ran it says so and fails', () => {
  const { lines, status } = node('scripts/test-summary.mjs', 'all.json');
  expect({ lines, status }).toEqual({ lines: ['no tests ran'], status: 1 });
});
