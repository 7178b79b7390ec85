import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const PACKAGE = 'webgpu';

/**
 * Checks of every access and clearing of shared memory are for pages of strangers: our programs stay
 * within their buffers by themselves, and write what they share before they read it.
 */
const OPTIONS = ['enable-dawn-features=disable_robustness,disable_workgroup_init'];

/** What a device is called by its driver, in words joined by hyphens. */
export interface AdapterInfo {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  /** The processor plays the GPU. */
  readonly isFallbackAdapter?: boolean;
}

/** A GPU, as the standard has it and the types of TensorFlow.js do not yet. */
export type Adapter = GPUAdapter & { readonly info: AdapterInfo };

/** Chromium's WebGPU. */
export interface Dawn {
  requestAdapter(options: object): Promise<Adapter | null>;
}

/** The package: Dawn for Node. */
interface Package {
  create(options: string[]): Dawn;
}

/**
 * Whether there is something to look for. Dawn looks itself, but tells the terminal when Linux has no
 * loader of Vulkan; Electron brings one beside its program.
 */
function hasVulkanLoader(): boolean {
  const folders = [
    ...(process.env['LD_LIBRARY_PATH'] ?? '').split(':'),
    path.dirname(process.execPath),
    ...['/usr/lib', '/usr/lib64', '/lib', '/lib64', '/usr/local/lib', '/run/opengl-driver/lib'],
    ...['x86_64', 'aarch64'].map((machine) => `/usr/lib/${machine}-linux-gnu`),
  ];
  return folders.some((folder) => folder !== '' && existsSync(path.join(folder, 'libvulkan.so.1')));
}

/** One a process, for ever: a device whose Dawn is collected takes the process with it. */
let dawn: Dawn | null = null;

/**
 * Why there is no Dawn here, found without loading anything: one clause that says what to do. Null where
 * only loading it can tell.
 *
 * @param resolve finds a package by its name, or throws
 */
export function whyNoDawn(
  resolve: (name: string) => string = createRequire(import.meta.url).resolve,
): string | null {
  if (process.platform === 'linux' && !hasVulkanLoader()) {
    return 'there is no Vulkan; install the driver of the graphics card, or libvulkan1';
  }
  try {
    resolve(PACKAGE);
    return null;
  } catch {
    return `the package ${PACKAGE} is not installed; install it with "npm install ${PACKAGE}@0.6.2" where there is a network`;
  }
}

/**
 * Dawn, or why there is none.
 *
 * @param load gives a package by its name, or throws
 */
export function loadDawn(
  load: (name: string) => unknown = createRequire(import.meta.url),
): Dawn | { unavailable: string } {
  const missing = whyNoDawn();
  if (missing !== null) return { unavailable: missing };
  try {
    return (dawn ??= (load(PACKAGE) as Package).create(OPTIONS));
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
    return {
      unavailable: `the package ${PACKAGE} does not load (${reason}); "npm install ${PACKAGE}@0.6.2" installs it anew`,
    };
  }
}
