import type { Port } from '../../shared/rpc/index.ts';

/** Two ends of a line within this process: what one sends, the other receives a moment later. */
export function line(): readonly [Port, Port] {
  const listeners: ((message: unknown) => void)[] = [];
  const end = (mine: 0 | 1): Port => ({
    send: (message) => queueMicrotask(() => listeners[1 - mine]?.(message)),
    receive: (listener) => void (listeners[mine] = listener),
    // It lasts as long as the process.
    closed: () => undefined,
  });
  return [end(0), end(1)];
}
