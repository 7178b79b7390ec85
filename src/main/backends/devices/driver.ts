import { globSync, readFileSync, statSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { join } from 'node:path';

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

/** What is there, or "" for what goes away, or may not be read, meanwhile. */
function attempt(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}

/**
 * A text that changes with the processor, the GPUs and their drivers, as far as the system shows them without
 * loading one. Takes a few milliseconds.
 */
export function driverFingerprint(): string {
  const lines = [process.platform, process.arch, release(), cpus()[0]?.model ?? ''];
  // Where a card sits, and its interrupt, may be others after each start.
  const read = (path: string): string =>
    readFileSync(path, 'utf8').replace(/^(?!.*(Model|Video BIOS|NVRM|0x)).*$\n?/gm, '');
  const mtime = (path: string): string => `${statSync(path).mtimeMs}`;
  for (const path of globSync(told))
    lines.push(
      path,
      attempt(() => read(path)),
    );
  for (const path of globSync(written))
    lines.push(
      path,
      attempt(() => mtime(path)),
    );
  return lines.join('\n');
}
