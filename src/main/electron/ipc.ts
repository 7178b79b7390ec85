import { ipcMain, type IpcMainEvent, type MessagePortMain, type WebContents } from 'electron';
import type { MenuCommand } from '../../shared/api/index.ts';
import type { Port, ToClient } from '../../shared/rpc/index.ts';
import { CONNECT } from './channel.ts';
import { isOurPage } from './sender.ts';

/** The pages that are connected to the host, each over a line of its own. */
export interface Pages {
  /** Tells a page what was chosen in the menu. */
  command(page: WebContents, command: MenuCommand): void;
  /** When the last page is gone and all that it had sent has arrived. */
  gone(): Promise<void>;
}

/** A page's line, as the host sees it. It closes by itself when its document goes away. */
function pagePort(line: MessagePortMain): Port {
  return {
    send: (message) => line.postMessage(message),
    receive: (listener) => {
      line.on('message', ({ data }) => listener(data));
      line.start();
    },
    closed: (listener) => void line.once('close', listener),
  };
}

/**
 * Connects every page of ours that asks. A line reaches only the document that made it, so whoever
 * holds it needs no further check; whoever is not our page gets none.
 */
export function acceptPages(connect: (port: Port) => void, log: (line: string) => void): Pages {
  const lines = new Map<WebContents, MessagePortMain>();
  let waiting: (() => void)[] = [];

  const accept = (event: IpcMainEvent): void => {
    const [line, ...others] = event.ports;
    if (line === undefined || others.length > 0 || !isOurPage(event)) {
      log(`Refused a line to ${event.senderFrame?.url ?? 'a frame that is gone'}`);
      for (const port of event.ports) port.close();
      return;
    }
    const page = event.sender;
    lines.set(page, line);
    line.once('close', () => {
      // After a reload the page has a newer one.
      if (lines.get(page) === line) lines.delete(page);
      if (lines.size > 0) return;
      for (const resolve of waiting) resolve();
      waiting = [];
    });
    connect(pagePort(line));
  };
  ipcMain.on(CONNECT, accept);

  return {
    command(page, command) {
      lines
        .get(page)
        ?.postMessage({ kind: 'event', name: 'command', payload: command } satisfies ToClient);
    },
    async gone() {
      if (lines.size > 0) await new Promise<void>((resolve) => waiting.push(resolve));
    },
  };
}
