import { readFileSync } from 'node:fs';
import { freemem } from 'node:os';
import { dirname, join } from 'node:path';
import { setImmediate as immediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Team } from '../backends/backend.ts';

/** What jobs ask of the computer. */
export interface System {
  /** Milliseconds that only grow. */
  readonly now: () => number;
  /** Bytes that this process may still take, limits of its container included. */
  readonly availableMemory: () => number;
  /**
   * Awaited between steps: lets timers, signals and input run, and may take its time, or let fewer of the
   * threads work.
   */
  readonly pause: (team?: Team) => Promise<void>;
}

/** Lets timers, signals and input run. */
export const yieldNow = async (): Promise<void> => {
  await immediate();
};

export const computer: System = {
  now: () => performance.now(),
  availableMemory() {
    const available = process.availableMemory();
    return available > 0 ? available : freemem();
  },
  pause: yieldNow,
};

let version: string | undefined;
/** This program's version, from the nearest package.json above. */
export function appVersion(): string {
  if (version !== undefined) return version;
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    try {
      const found = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
        version?: string;
      };
      return (version = found.version ?? '0.0.0');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      const above = dirname(folder);
      if (above === folder) throw error;
      folder = above;
    }
  }
}
