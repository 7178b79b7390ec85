import { resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { createDevices, type HostDevices } from '../../src/main/host/devices/index.ts';
import { forkEngine } from '../../src/main/host/engines/index.ts';
import type { EngineProcess, EngineRole, LaunchEngine } from '../../src/main/host/types.ts';

/** The engine program, from its sources. */
export const engineProgram = resolve(import.meta.dirname, '../../src/main/engine/process/entry.ts');

export interface Launched {
  /** Tries devices for the trainer, in such processes. */
  readonly devices: HostDevices;
  readonly launch: LaunchEngine;
  /** All processes that were started, oldest first. */
  readonly processes: { readonly role: EngineRole; readonly process: EngineProcess }[];
  readonly lines: string[];
  /** The newest of a role. */
  readonly newest: (role: EngineRole) => EngineProcess;
}

/** Starts real engine processes and remembers them. */
export function launcher(program = engineProgram): Launched {
  const processes: Launched['processes'] = [];
  const lines: string[] = [];
  const fork = forkEngine(program, (line) => lines.push(line));
  const launch = (role: EngineRole): EngineProcess => {
    const process = fork(role);
    processes.push({ role, process });
    return process;
  };
  return {
    processes,
    lines,
    launch,
    devices: createDevices({ launch, log: (line) => lines.push(line) }),
    newest(role) {
      const found = processes.findLast((started) => started.role === role);
      if (!found) throw new RangeError(`No ${role} was started`);
      return found.process;
    },
  };
}

/** Waits until something holds. Throws when it does not within the time. */
export async function until(holds: () => boolean, milliseconds = 60_000): Promise<void> {
  const end = performance.now() + milliseconds;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`Not within ${milliseconds} ms: ${String(holds)}`);
    await wait(5);
  }
}
