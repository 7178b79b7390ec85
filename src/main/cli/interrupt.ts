import process from 'node:process';
import { exitCodes } from './exit-code.ts';
import type { Output } from './output.ts';

/** Turns Ctrl+C, SIGTERM and a reader that went away into an AbortSignal. */
export interface Interrupt {
  readonly signal: AbortSignal;
  dispose(): void;
}

/**
 * The first signal aborts and says `remark`; the second ends the process at once, as nothing on disk is
 * ever half-written.
 */
export function onInterrupt(output: Output, remark: string): Interrupt {
  const controller = new AbortController();
  const interrupted = (): void => {
    if (controller.signal.aborted) process.exit(exitCodes.interrupted);
    controller.abort();
    if (remark) output.note(`\n${remark}\n`);
  };
  const names = ['SIGINT', 'SIGTERM'] as const;
  for (const name of names) process.on(name, interrupted);
  const forget = output.onClosed(() => controller.abort());
  return {
    signal: controller.signal,
    dispose() {
      for (const name of names) process.off(name, interrupted);
      forget();
    },
  };
}
