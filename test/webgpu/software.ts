/**
 * A GPU that the processor plays: SwiftShader, which comes with Chromium and with Electron, or the driver of
 * Vulkan whose description UNDERSTUDY_SOFTWARE_GPU names, such as Mesa's lvp_icd.json. Vulkan's loader is
 * linked into `.cache/vulkan`, as the folder that it comes in holds more than is wanted.
 */
import { existsSync, globSync, mkdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import process from 'node:process';

/** UNDERSTUDY_REAL_GPU=1: kernels are tested on the devices that the app finds, and on none in their place. */
export const realGpu = process.env['UNDERSTUDY_REAL_GPU'] === '1';

const LOADER = 'libvulkan.so.1';
const DRIVER = 'vk_swiftshader_icd.json';

/** Where Debian, Electron's package and Playwright put them. */
const places = (): string[] => [
  '/usr/lib/chromium',
  path.resolve(import.meta.dirname, '../../node_modules/electron/dist'),
  ...globSync(path.join(homedir(), '.cache/ms-playwright/chromium*/chrome-linux*')),
];

/**
 * What the environment of a process must hold, from its very start, to find that GPU alone; null where
 * there is none.
 */
export function softwareGpu(): Record<string, string> | null {
  if (process.platform !== 'linux') return null;
  const folder = places().find((place) =>
    [LOADER, DRIVER].every((file) => existsSync(path.join(place, file))),
  );
  if (folder === undefined) return null;
  const cache = path.resolve(import.meta.dirname, '../../.cache/vulkan');
  const [link, loader] = [path.join(cache, LOADER), path.join(folder, LOADER)];
  mkdirSync(cache, { recursive: true });
  if (!existsSync(link) || readlinkSync(link) !== loader) {
    rmSync(link, { force: true });
    symlinkSync(loader, link);
  }
  const libraries = [cache, process.env['LD_LIBRARY_PATH'] ?? ''].filter((place) => place !== '');
  return {
    LD_LIBRARY_PATH: libraries.join(':'),
    VK_DRIVER_FILES: process.env['UNDERSTUDY_SOFTWARE_GPU'] ?? path.join(folder, DRIVER),
  };
}
