/** How handlers answer that have nothing to wait for, or nothing to say. */

/** A handler that need not wait for anything; what it throws is a rejection. */
export const soon =
  <Request, Reply>(work: (request: Request) => Reply) =>
  (request: Request): Promise<Reply> =>
    Promise.resolve(request).then(work);

/** For calls whose reply says only that it is done. */
export const none = (_done: void): null => null;
