import type { ApiClient, Imported, ImportStep } from '../../src/shared/api/index.ts';
import { failure, unwrap, type Result } from '../../src/shared/result.ts';
import { toEnd } from '../../src/shared/rpc/index.ts';
import { bringFiles } from '../../src/renderer/state/import-files.ts';

export interface FileToImport {
  readonly name: string;
  readonly bytes: Uint8Array;
}

interface Import {
  readonly folder?: string;
  readonly heard?: (step: ImportStep) => void;
  readonly signal?: AbortSignal;
}

/** Imports files as the page does; null where it was stopped. */
export async function importFiles(
  client: ApiClient,
  files: readonly FileToImport[],
  { folder = '', heard, signal }: Import = {},
): Promise<Result<Imported | null>> {
  const named = files.map(({ name, bytes }) => ({ name, file: new Blob([new Uint8Array(bytes)]) }));
  const names = files.map(({ name }) => name);
  try {
    const batch = await bringFiles(client, named, signal ?? new AbortController().signal);
    return await toEnd(client.stream.importFiles, { batch, folder, names }, heard, signal);
  } catch (error) {
    return failure(error);
  }
}

/** The same for an import that nobody stops. */
export const imported = async (
  client: ApiClient,
  files: readonly FileToImport[],
): Promise<Imported> => unwrap(await importFiles(client, files))!;
