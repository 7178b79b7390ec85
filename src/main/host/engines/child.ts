import { fork } from 'node:child_process';
import type { Port } from '../../../shared/rpc/index.ts';
import type { EngineProcess, LaunchEngine } from '../types.ts';

/** Engines as child processes of Node: what the web host and the tests use. */
export const forkEngine =
  (program: string, log: (line: string) => void): LaunchEngine =>
  (role): EngineProcess => {
    const child = fork(program, ['--role', role], {
      serialization: 'advanced',
      execArgv: [],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    // Only what the runtime itself says when it dies, such as that memory ran out.
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      for (const line of text.split('\n')) if (line !== '') log(`${role}: ${line}`);
    });
    let exited = (_code: number | null): void => undefined;
    const closers = new Set<() => void>();
    let over = false;
    const end = (code: number | null): void => {
      if (over) return;
      over = true;
      for (const closer of closers) closer();
      exited(code);
    };
    child.on('exit', end);
    // It could not be started, or not be ended.
    child.on('error', (error) => {
      log(`${role}: ${error.message}`);
      if (child.pid === undefined) end(null);
    });
    const port: Port = {
      send(message) {
        // A line that is just breaking says so by the exit that follows.
        if (child.connected) child.send(message as object, () => undefined);
      },
      receive: (listener) => void child.on('message', listener),
      closed: (listener) => void closers.add(listener),
    };
    return {
      port,
      pid: child.pid,
      kill: () => void child.kill('SIGKILL'),
      exited: (listener) => (exited = listener),
    };
  };
