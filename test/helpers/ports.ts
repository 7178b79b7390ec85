import type { Port } from '../../src/shared/rpc/index.ts';

/** Two ends of a line within one process; messages are copied and arrive later, as between processes. */
export function portPair(): { readonly ends: readonly [Port, Port]; readonly close: () => void } {
  const listeners: ((message: unknown) => void)[] = [];
  const closers: (() => void)[] = [];
  let open = true;
  const end = (mine: number, other: number): Port => ({
    send(message) {
      const copy: unknown = structuredClone(message);
      queueMicrotask(() => {
        if (open) listeners[other]?.(copy);
      });
    },
    receive(listener) {
      listeners[mine] = listener;
    },
    closed(listener) {
      closers.push(listener);
    },
  });
  return {
    ends: [end(0, 1), end(1, 0)],
    close() {
      open = false;
      for (const closer of closers) closer();
    },
  };
}
