import path from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

// The page. Programs for Node and Electron are built by scripts/build.mjs.
export default defineConfig({
  root: path.join(import.meta.dirname, 'src/renderer'),
  base: './',
  publicDir: false,
  plugins: [svelte()],
  build: {
    outDir: '../../dist/page',
    emptyOutDir: true,
    target: 'chrome150',
    // The policy of the page allows no inlined data but images.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
