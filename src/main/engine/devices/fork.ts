import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { askGauge } from '../../protocol/gauge.ts';
import type { Gauge } from './equipment.ts';

/** The program of engine processes: in the sources, or where the app was built; null where it was not. */
export function engineProgram(here = import.meta.url): string | null {
  const places = here.endsWith('.ts')
    ? ['../process/entry.ts']
    : ['../app/engine.js', '../../app/engine.js'];
  return (
    places.map((place) => fileURLToPath(new URL(place, here))).find((path) => existsSync(path)) ??
    null
  );
}

/**
 * Tries devices in child processes of Node.
 *
 * @param program answers `gaugeApi`
 * @param log hears what went wrong there, for those who look for it
 */
export const forkGauge =
  (program: string, log: (line: string) => void): Gauge =>
  async (request, signal) => {
    const child = fork(program, ['--role', 'gauge'], {
      serialization: 'advanced',
      execArgv: [],
      // What a library writes there would stand in the middle of ours.
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    const closers = new Set<() => void>();
    const ended = (): void => {
      for (const closer of closers) closer();
    };
    child.on('exit', ended);
    child.on('error', ended);
    const kill = (): void => void child.kill('SIGKILL');
    signal.addEventListener('abort', kill);
    try {
      return await askGauge(
        {
          port: {
            send(message) {
              // A line that is just breaking says so by the exit that follows.
              if (child.connected) child.send(message as object, () => undefined);
            },
            receive: (listener) => void child.on('message', listener),
            closed: (listener) => void closers.add(listener),
          },
          kill,
        },
        request,
        log,
      );
    } finally {
      signal.removeEventListener('abort', kill);
    }
  };
