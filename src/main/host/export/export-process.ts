import { UserError } from '../../../shared/errors.ts';
import { unwrap } from '../../../shared/result.ts';
import { createClient } from '../../../shared/rpc/index.ts';
import { exporterApi, type BookRequest, type WrittenBook } from '../../protocol/exporter.ts';
import type { LaunchEngine } from '../types.ts';

/** Milliseconds that a book may take; the longest novels take seconds. */
const PATIENCE = 300_000;

/**
 * Writes a book in a process of its own, which ends with it: neither its time nor its memory is the host's.
 *
 * @throws UserError, `engine.gone` when the process dies; the signal's reason when it is aborted
 */
export async function writeApart(
  launch: LaunchEngine,
  request: BookRequest,
  signal: AbortSignal,
  log: (line: string) => void,
): Promise<WrittenBook> {
  signal.throwIfAborted();
  const process = launch('exporter');
  const client = createClient(exporterApi, process.port);
  client.on.log((line) => log(`exporter: ${line}`));
  const end = (): void => process.kill();
  signal.addEventListener('abort', end);
  const timer = setTimeout(end, PATIENCE);
  try {
    return unwrap(await client.call.write(request));
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof UserError) || error.code !== 'engine.gone') throw error;
    throw new UserError(
      'engine.gone',
      'The part of Understudy that writes files stopped before the book was whole; close other programs and try again.',
      { cause: error },
    );
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
    process.kill();
  }
}
