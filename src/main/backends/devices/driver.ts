import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { join } from 'node:path';
import { libraryPaths } from '../tensorflow/libraries.ts';
import { packageFolder } from '../tensorflow/package.ts';

/** Files that change with a GPU or its driver. */
const told = [
  '/proc/driver/nvidia/version',
  '/proc/driver/nvidia/gpus/*/information',
  '/sys/class/drm/card*/device/{vendor,device}',
];

/** What is written anew when a driver is installed: by Vulkan's loaders, by Windows. */
const written = [
  '/usr/share/vulkan/icd.d/*',
  '/etc/vulkan/icd.d/*',
  join(process.env['SystemRoot'] ?? 'C:\\Windows', 'System32', 'DriverStore', 'FileRepository'),
];

/** TensorFlow's binding, and the libraries that it opens. */
function ofTensorflow(): string[] {
  const folder = packageFolder();
  const binding = typeof folder === 'string' ? globSync(join(folder, 'lib', 'napi-v*', '*')) : [];
  return [...binding, ...libraryPaths().filter((path) => existsSync(path))];
}

/** What is there, or "" for what goes away meanwhile, or may not be read. */
function attempt(read: (path: string) => string, path: string): string {
  try {
    return read(path);
  } catch {
    return '';
  }
}

/** Without the lines that may change with each start: a card's interrupt, its place on the bus. */
const lasting = (path: string): string =>
  readFileSync(path, 'utf8').replace(/^(?!.*(Model|Video BIOS|NVRM|0x)).*$\n?/gm, '');

const changed = (path: string): string => `${statSync(path).mtimeMs}`;

/**
 * A text that changes with the processor, the GPUs, their drivers and CUDA, as far as the system shows them
 * without loading one. Takes a few milliseconds.
 */
export function driverFingerprint(): string {
  const files = [
    ...globSync(told).map((path) => `${path} ${attempt(lasting, path)}`),
    ...[...globSync(written), ...ofTensorflow()].map((path) => `${path} ${attempt(changed, path)}`),
  ];
  const { platform, arch } = process;
  return [platform, arch, release(), cpus()[0]?.model ?? '', ...files.sort()].join('\n');
}
