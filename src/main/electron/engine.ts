import { utilityProcess, type UtilityProcess } from 'electron';
import type { EngineProcess, LaunchEngine } from '../host/types.ts';
import type { Port } from '../../shared/rpc/index.ts';

function enginePort(child: UtilityProcess): Port {
  return {
    send: (message) => child.postMessage(message),
    receive: (listener) => void child.on('message', listener),
    closed: (listener) => void child.once('exit', () => listener()),
  };
}

/** SIGKILL: `UtilityProcess.kill` asks politely, and an engine that hangs would not hear it. */
function killNow(child: UtilityProcess): void {
  const end = (): void => {
    if (child.pid !== undefined) process.kill(child.pid, 'SIGKILL');
  };
  if (child.pid === undefined) child.once('spawn', end);
  else end();
}

/** Starts engines as utility processes, from the program at `file`. */
export function launchEngines(file: string, log: (line: string) => void): LaunchEngine {
  return (role): EngineProcess => {
    const child = utilityProcess.fork(file, ['--role', role], {
      serviceName: `Understudy ${role}`,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    // What the runtime itself says when it dies, such as that memory ran out.
    child.stderr?.setEncoding('utf8');
    child.stderr?.on('data', (text) => {
      for (const line of String(text).split('\n')) if (line !== '') log(`${role}: ${line}`);
    });
    child.on('error', (type, location) => log(`${role}: ${type} at ${location}`));
    return {
      port: enginePort(child),
      get pid() {
        return child.pid;
      },
      kill: () => killNow(child),
      exited: (listener) => void child.once('exit', listener),
    };
  };
}
