import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { realGpu, softwareGpu } from './test/webgpu/software.ts';

// Processes that the tests run in find a GPU that the processor plays, where there is one, and no other.
if (!realGpu) Object.assign(process.env, softwareGpu());

// CI reads its counts from here.
const summary = process.env['UNDERSTUDY_TEST_SUMMARY'];

export default defineConfig({
  // The state of the page is written with runes.
  plugins: [svelte()],
  test: {
    include: ['test/**/*.test.ts'],
    environment: 'node',
    // Native kernels keep a thread pool and signal tests end processes: one process a file.
    pool: 'forks',
    maxWorkers: 2,
    reporters: summary ? ['default', ['json', { outputFile: summary }]] : ['default'],
    // Generous: a busy machine is slow, and a test that hangs is still found.
    testTimeout: 180_000,
    hookTimeout: 60_000,
  },
});
