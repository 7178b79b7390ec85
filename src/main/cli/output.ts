import process from 'node:process';

/** Where a command writes. Results go to `out`, remarks to `note`, machine-readable lines to `json`. */
export interface Output {
  /** Whether a person watches both streams, so that a progress bar makes sense. */
  readonly interactive: boolean;
  /** Whether the reader of standard output has gone away; what is written then is dropped. */
  readonly closed: boolean;
  readonly out: (text: string) => void;
  readonly note: (text: string) => void;
  readonly json: (value: Readonly<Record<string, unknown>>) => void;
  /** Calls once when the reader goes away (`understudy ... | head`); returns the disposer. */
  onClosed(listener: () => void): () => void;
}

/** The process's own streams. A reader that has gone away is no error: the rest is dropped. */
export function processOutput(): Output {
  let closed = false;
  const listeners = new Set<() => void>();
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_DESTROYED') throw error;
    if (closed) return;
    closed = true;
    for (const listener of listeners) listener();
  });
  // Nobody is left to tell.
  process.stderr.on('error', () => undefined);
  const out = (text: string): void => {
    if (!closed) process.stdout.write(text);
  };
  return {
    interactive: process.stdout.isTTY && process.stderr.isTTY,
    get closed() {
      return closed;
    },
    out,
    note: (text) => void process.stderr.write(text),
    json: (value) => out(`${JSON.stringify(value)}\n`),
    onClosed(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
