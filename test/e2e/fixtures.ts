/**
 * `app`: Understudy running on one of its hosts, over folders of its own. `writer`: who sits before it.
 * `page`: its page.
 */
import { test as base, expect, type Page } from '@playwright/test';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { defaultSettings, type Settings } from '../../src/shared/api/index.ts';
import { electronRoom } from './electron-host.ts';
import { Problems } from './problems.ts';
import { trainVoice } from './trained-voice.ts';
import { webRoom } from './web-host.ts';
import { Writer } from './writer.ts';

export interface HostOptions {
  readonly host: 'web' | 'electron';
}

/** What is there before the app starts; a file says what it needs with `test.use`. */
export interface Before {
  /** Text by the path in the library. */
  readonly manuscripts: Readonly<Record<string, string>>;
  /** Null for a first run. */
  readonly settings: Partial<Settings> | null;
  /** Names of voices, all trained on the sample for a few seconds. */
  readonly voices: readonly string[];
}

export interface Folders {
  readonly library: string;
  readonly data: string;
}

/** A host with its page, however it runs. */
export interface Room {
  readonly page: Page;
  /** Of the host. */
  readonly pid: number;
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
  readonly pid: number;
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
  readonly writer: Writer;
}

interface WorkerFixtures {
  /** The folder of a voice that is small, and soon trained. */
  readonly smallVoice: () => Promise<string>;
}

export const test = base.extend<Fixtures & HostOptions & Before, WorkerFixtures>({
  host: ['web', { option: true }],
  manuscripts: [{}, { option: true }],
  settings: [{}, { option: true }],
  voices: [[], { option: true }],

  smallVoice: [
    async ({}, use) => {
      const folder = await mkdtemp(path.join(tmpdir(), 'understudy-voice-'));
      let voice: Promise<string> | null = null;
      await use(() => (voice ??= trainVoice(path.join(folder, 'small.voice'))));
      await rm(folder, { recursive: true, force: true });
    },
    { scope: 'worker' },
  ],

  app: async ({ host, manuscripts, settings, voices, smallVoice }, use) => {
    const root = await mkdtemp(path.join(tmpdir(), 'understudy-e2e-'));
    const folders = { library: path.join(root, 'library'), data: path.join(root, 'data') };
    await mkdir(folders.library);
    await mkdir(folders.data);
    for (const [name, text] of Object.entries(manuscripts)) {
      const file = path.join(folders.library, name);
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, text);
    }
    for (const name of voices) {
      const voice = path.join(folders.data, 'voices', `${name}.voice`);
      await cp(await smallVoice(), voice, { recursive: true });
    }
    if (settings !== null) {
      const all: Settings = { ...defaultSettings, welcomed: true, ...settings };
      await writeFile(path.join(folders.data, 'settings.json'), JSON.stringify(all));
    }
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
        get pid() {
          return room.pid;
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
  writer: async ({ app }, use) => use(new Writer(app)),
});

export { expect };
