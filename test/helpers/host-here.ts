/** A host in this process with a page's client, for tests and for `npm run test:faults`. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  createHost,
  type Host,
  type HostOptions,
  type Platform,
} from '../../src/main/host/index.ts';
import { api, type ApiClient, type SaveState } from '../../src/shared/api/index.ts';
import { createClient } from '../../src/shared/rpc/index.ts';
import { portPair } from './ports.ts';

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

/** Engines cannot be started, unless it is said how. */
export async function hostHere(
  at: { readonly library: string; readonly data: string },
  overrides: Partial<Platform> = {},
  options: Partial<Pick<HostOptions, 'libraryNamed' | 'launch'>> = {},
): Promise<OpenHost> {
  const platform: Platform = {
    kind: 'web',
    exportsFolder: null,
    chooseFolder: () => Promise.resolve(null),
    saveAs: (name) => Promise.resolve(join(at.data, name)),
    trash: (path) => {
      rmSync(path, { recursive: true });
      return Promise.resolve();
    },
    reveal: () => Promise.resolve(),
    spelling: () => ({ kind: 'browser' }),
    spellAlso: null,
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
