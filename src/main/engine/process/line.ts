import type { Port } from '../../../shared/rpc/index.ts';

/** Electron's end of the line in a utility process; nothing of Electron is imported. */
interface ParentPort {
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): void;
  postMessage(message: unknown): void;
}

const parentPortOf = (process: object): ParentPort | null =>
  (process as { parentPort?: ParentPort | null }).parentPort ?? null;

/**
 * The line to the host: that of a utility process of Electron, or of a child process of Node.
 *
 * @throws TypeError where nobody is at the other end
 */
export function lineToHost(): Port {
  const parent = parentPortOf(process);
  if (parent) {
    return {
      send: (message) => parent.postMessage(message),
      receive: (listener) => parent.on('message', ({ data }) => listener(data)),
      // Electron ends utility processes with their host.
      closed: () => undefined,
    };
  }
  if (!process.send) throw new TypeError('An engine is started by Understudy, not by hand.');
  return {
    send(message) {
      // What is under way when the line breaks is lost with it.
      if (process.connected) process.send!(message, undefined, undefined, () => undefined);
    },
    receive: (listener) => void process.on('message', listener),
    closed: (listener) => void process.once('disconnect', listener),
  };
}
