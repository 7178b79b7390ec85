// Names every test that failed, Vitest's and the browser's, and counts all of them in its last line.
// Usage: node scripts/test-summary.mjs SUMMARY, with what the reporters wrote at SUMMARY and SUMMARY.e2e.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

/**
 * @typedef {import('vitest/node').JsonTestResults} VitestReport
 * @typedef {import('@playwright/test/reporter').JSONReport} PlaywrightReport
 * @typedef {import('@playwright/test/reporter').JSONReportSuite} Suite
 * @typedef {{ name: string, message: string }} Failure
 * @typedef {{ passed: number, failures: Failure[] }} Results
 */

/** @param {string | undefined} message */
const firstLine = (message) => message?.trim().split('\n', 1)[0] ?? '';

/** @param {string} file @returns {any} null where no reporter wrote */
function read(file) {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  return text === '' ? null : JSON.parse(text);
}

/** @param {VitestReport} report @returns {Results} */
function ofVitest(report) {
  /** @type {Failure[]} */
  const failures = [];
  for (const file of report.testResults) {
    const name = path.relative(process.cwd(), file.name);
    const failed = file.assertionResults.filter((test) => test.status === 'failed');
    for (const test of failed) {
      const message = firstLine(test.failureMessages?.[0]);
      failures.push({ name: `${name}: ${test.fullName}`, message });
    }
    // A file that could not be read has no tests to fail.
    if (file.status === 'failed' && failed.length === 0) {
      failures.push({ name, message: firstLine(file.message) });
    }
  }
  return { passed: report.numPassedTests, failures };
}

/** @param {Suite} suite @returns {Failure[]} */
function failuresIn(suite) {
  const failed = suite.specs.filter((spec) => !spec.ok);
  return [
    ...failed.map(({ title, tests }) => ({
      name: `${suite.file}: ${title}`,
      message: firstLine(
        tests.flatMap(({ results }) => results).find((r) => r.error)?.error?.message,
      ),
    })),
    ...(suite.suites ?? []).flatMap(failuresIn),
  ];
}

/** @param {PlaywrightReport} report @returns {Results} */
function ofPlaywright({ stats, suites, errors }) {
  const failures = suites.flatMap(failuresIn);
  for (const { message } of errors) {
    failures.push({ name: 'Playwright', message: firstLine(message) });
  }
  return { passed: stats.expected + stats.flaky, failures };
}

const [, , summary = ''] = process.argv;
/** @type {VitestReport | null} */
const vitest = read(summary);
// There are no browser tests where there is no browser.
/** @type {PlaywrightReport | null} */
const playwright = read(`${summary}.e2e`);
if (vitest === null) {
  console.log('no tests ran');
  process.exitCode = 1;
} else {
  const results = [ofVitest(vitest), ...(playwright === null ? [] : [ofPlaywright(playwright)])];
  const failures = results.flatMap((result) => result.failures);
  for (const { name, message } of failures) console.log(`failed: ${name}\n  ${message}`);
  const passed = results.reduce((sum, result) => sum + result.passed, 0);
  console.log(`${passed} passed, ${failures.length} failed`);
}
