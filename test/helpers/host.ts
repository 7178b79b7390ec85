import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import type { HostOptions, Platform } from '../../src/main/host/index.ts';
import type { ApiClient, Imported } from '../../src/shared/api/index.ts';
import { unwrap, type Result } from '../../src/shared/result.ts';
import { toEnd } from '../../src/shared/rpc/index.ts';
import { hostHere, type OpenHost } from './host-here.ts';

export type { Heard, OpenHost } from './host-here.ts';

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

/** A host in this process with a page's client, closed when the test ends; engines cannot be started. */
export async function openHost(
  at: Folders,
  overrides: Partial<Platform> = {},
  options: Partial<Pick<HostOptions, 'libraryNamed' | 'launch'>> = {},
): Promise<OpenHost> {
  const open = await hostHere(at, overrides, options);
  onTestFinished(() => open.host.close());
  return open;
}

/** Opens a document, puts `insert` at the start and gives the version. */
export async function typeInto(client: ApiClient, path: string, insert: string): Promise<number> {
  const { version } = unwrap(await client.call.openDocument({ path }));
  const edits = [{ from: 0, to: 0, insert }];
  return unwrap(await client.call.editDocument({ path, base: version, edits })).version;
}

type Files = Parameters<ApiClient['stream']['importFiles']>[0]['files'];

/** Imports files into the library itself; null where it was stopped. */
export const importFiles = (client: ApiClient, files: Files): Promise<Result<Imported | null>> =>
  toEnd(client.stream.importFiles, { folder: '', files });

/** The same for an import that nobody stops. */
export const imported = async (client: ApiClient, files: Files): Promise<Imported> =>
  unwrap(await importFiles(client, files))!;

/** Waits until `check` passes: for what happens on the disk. */
export const eventually = (check: () => unknown): Promise<unknown> =>
  vi.waitFor(check, { timeout: 10_000, interval: 20 });
