import { defineConfig } from '@playwright/test';
import type { HostOptions } from './test/e2e/fixtures.ts';
import { electronBinary } from './scripts/electron-binary.mjs';

const electron = electronBinary();
// CI reads its counts from here.
const summary = process.env['UNDERSTUDY_TEST_SUMMARY'];
if (electron === null && process.env['REQUIRE_ELECTRON'] === '1') {
  throw new Error("Electron's program is missing (npx install-electron), and REQUIRE_ELECTRON=1.");
}

// The same specs on two hosts: the web host in Chromium always, Electron where its program is there.
export default defineConfig<HostOptions>({
  testDir: 'test/e2e',
  testMatch: '**/*.spec.ts',
  outputDir: '.cache/e2e',
  // Each test has a host with engines of its own; they share the processor.
  workers: 2,
  timeout: 120_000,
  expect: { timeout: 20_000 },
  forbidOnly: Boolean(process.env['CI']),
  reporter: summary ? [['list'], ['json', { outputFile: `${summary}.e2e` }]] : [['list']],
  use: { actionTimeout: 10_000, trace: 'retain-on-failure', screenshot: 'only-on-failure' },
  projects: [
    { name: 'web', use: { host: 'web' } },
    ...(electron === null ? [] : [{ name: 'electron', use: { host: 'electron' as const } }]),
  ],
});
