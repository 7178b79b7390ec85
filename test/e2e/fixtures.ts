/** `app`: Understudy running on one of its hosts, over folders of its own. `page`: its page. */
import { test as base, expect, type Page } from '@playwright/test';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { electronRoom } from './electron-host.ts';
import { Problems } from './problems.ts';
import { webRoom } from './web-host.ts';

export interface HostOptions {
  readonly host: 'web' | 'electron';
}

export interface Folders {
  readonly library: string;
  readonly data: string;
}

/** A host with its page, however it runs. */
export interface Room {
  readonly page: Page;
  /** Quits as a writer does. */
  quit(): Promise<void>;
  /** SIGKILL for the host. */
  kill(): Promise<void>;
  /** What the host wrote. */
  output(): string;
}

export type OpenRoom = (folders: Folders, problems: Problems) => Promise<Room>;

export interface App extends Folders {
  /** The page of the host that runs now; another one after `restart` and `crash`. */
  readonly page: Page;
  /** Quits and starts again over the same folders. */
  restart(): Promise<Page>;
  /** Kills the host with -9 and starts again over the same folders. */
  crash(): Promise<Page>;
  /** What went wrong in the page so far: a test fails where this is not empty at its end. */
  readonly problems: Problems;
}

interface Fixtures {
  readonly app: App;
  readonly page: Page;
}

export const test = base.extend<Fixtures & HostOptions>({
  host: ['web', { option: true }],

  app: async ({ host }, use) => {
    const root = await mkdtemp(path.join(tmpdir(), 'understudy-e2e-'));
    const folders = { library: path.join(root, 'library'), data: path.join(root, 'data') };
    await mkdir(folders.library);
    const open: OpenRoom = host === 'web' ? webRoom : electronRoom;
    const problems = new Problems();
    let room = await open(folders, problems);
    const again = async (end: () => Promise<void>): Promise<Page> => {
      await problems.whileAway(end);
      room = await open(folders, problems);
      return room.page;
    };
    try {
      await use({
        ...folders,
        get page() {
          return room.page;
        },
        restart: () => again(() => room.quit()),
        crash: () => again(() => room.kill()),
        problems,
      });
      expect(problems.list, `problems in the page\n${room.output()}`).toEqual([]);
    } finally {
      await problems.whileAway(() => room.quit());
      await rm(root, { recursive: true, force: true });
    }
  },

  page: async ({ app }, use) => use(app.page),
});

export { expect };
