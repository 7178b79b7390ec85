import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import {
  createHost,
  type Host,
  type HostOptions,
  type Platform,
} from '../../src/main/host/index.ts';
import { api, type ApiClient, type SaveState } from '../../src/shared/api/index.ts';
import { unwrap } from '../../src/shared/result.ts';
import { createClient } from '../../src/shared/rpc/index.ts';
import { portPair } from './ports.ts';

/** A library and a data folder on the disk, removed when the test ends. */
export interface Folders {
  readonly library: string;
  readonly data: string;
  write(path: string, content: string | Uint8Array): void;
  read(path: string): Buffer;
  text(path: string): string;
}

export function folders(): Folders {
  const root = mkdtempSync(join(tmpdir(), 'understudy-host-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const library = join(root, 'library');
  const data = join(root, 'data');
  mkdirSync(library);
  mkdirSync(data);
  return {
    library,
    data,
    write(path, content) {
      mkdirSync(dirname(join(library, path)), { recursive: true });
      writeFileSync(join(library, path), content);
    },
    read: (path) => readFileSync(join(library, path)),
    text: (path) => readFileSync(join(library, path), 'utf8'),
  };
}

export interface Heard {
  readonly states: { readonly path: string; readonly state: SaveState }[];
  /** Texts that took the place of what was open. */
  readonly reloaded: string[];
  readonly notices: string[];
  readonly log: string[];
}

export interface OpenHost extends Heard {
  readonly host: Host;
  readonly client: ApiClient;
  readonly platform: Platform;
  /** The newest state of a document. */
  readonly state: (path: string) => SaveState | undefined;
}

/** A host in this process with a page's client; engines cannot be started. */
export async function openHost(
  at: Folders,
  overrides: Partial<Platform> = {},
  options: Partial<Pick<HostOptions, 'libraryNamed' | 'launch'>> = {},
): Promise<OpenHost> {
  const platform: Platform = {
    kind: 'web',
    chooseFolder: () => Promise.resolve(null),
    saveAs: (name) => Promise.resolve(join(at.data, name)),
    trash: (path) => {
      rmSync(path, { recursive: true });
      return Promise.resolve();
    },
    reveal: () => Promise.resolve(),
    spelling: () => ({ kind: 'browser' }),
    printPdf: (html) => Promise.resolve(Buffer.from(`%PDF ${html}`)),
    ...overrides,
  };
  const heard: Heard = { states: [], reloaded: [], notices: [], log: [] };
  const host = await createHost({
    version: '0.0.0',
    platform,
    launch: () => {
      throw new Error('No engine here');
    },
    dataFolder: at.data,
    libraryFolder: at.library,
    ...options,
    sampleManuscript: join(import.meta.dirname, '../../resources/sample-manuscript.md'),
    log: (line) => heard.log.push(line),
  });
  onTestFinished(() => host.close());
  const { ends } = portPair();
  const client = createClient(api, ends[0]);
  client.on.saveState((told) => heard.states.push(told));
  client.on.documentReloaded(({ text }) => heard.reloaded.push(text));
  client.on.notice(({ sentence }) => heard.notices.push(sentence));
  host.connect(ends[1]);
  return {
    ...heard,
    host,
    client,
    platform,
    state: (path) => heard.states.findLast((told) => told.path === path)?.state,
  };
}

/** Opens a document, puts `insert` at the start and gives the version. */
export async function typeInto(client: ApiClient, path: string, insert: string): Promise<number> {
  const { version } = unwrap(await client.call.openDocument({ path }));
  const edits = [{ from: 0, to: 0, insert }];
  return unwrap(await client.call.editDocument({ path, base: version, edits })).version;
}

/** Waits until `check` passes: for what happens on the disk. */
export const eventually = (check: () => unknown): Promise<unknown> =>
  vi.waitFor(check, { timeout: 10_000, interval: 20 });
