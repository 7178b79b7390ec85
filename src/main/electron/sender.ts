import type { IpcMainEvent } from 'electron';
import { ORIGIN } from './protocol.ts';

/** Whether a message comes from our page: the main frame of a window, and from our own origin. */
export function isOurPage({ senderFrame }: Pick<IpcMainEvent, 'senderFrame'>): boolean {
  // Null where the frame is gone already.
  return senderFrame !== null && senderFrame.parent === null && senderFrame.origin === ORIGIN;
}
