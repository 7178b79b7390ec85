import type { Result } from '../result.ts';
import type { Disposer, Sink } from './table.ts';

/** A stream for whoever waits for its end; `signal` cancels it. */
export const toEnd = <Request, Item, End>(
  open: (request: Request, sink: Sink<Item, End>) => Disposer,
  request: Request,
  item: (item: Item) => void = () => undefined,
  signal?: AbortSignal,
): Promise<Result<End>> =>
  new Promise((resolve) => {
    const cancel = open(request, { item, end: resolve });
    if (signal?.aborted) cancel();
    else signal?.addEventListener('abort', cancel, { once: true });
  });
