import {
  MOST_PIECE,
  type ApiClient,
  type Imported,
  type ImportStep,
} from '../../src/shared/api/index.ts';
import { unwrap, type Result } from '../../src/shared/result.ts';
import { toEnd } from '../../src/shared/rpc/index.ts';

export interface FileToImport {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Imports files as the page does; null where it was stopped. */
export async function importFiles(
  { call, stream }: ApiClient,
  files: readonly FileToImport[],
  {
    folder = '',
    heard,
    signal,
  }: { folder?: string; heard?: (step: ImportStep) => void; signal?: AbortSignal } = {},
): Promise<Result<Imported | null>> {
  const batch = unwrap(await call.beginImport({}));
  for (const [file, { bytes }] of files.entries()) {
    for (let at = 0; at === 0 || at < bytes.length; at += MOST_PIECE) {
      const piece = Buffer.from(bytes.subarray(at, at + MOST_PIECE)).toString('base64');
      const added = await call.addToImport({ batch, file, bytes: piece });
      if (!added.ok) return added;
    }
  }
  const names = files.map(({ name }) => name);
  return toEnd(stream.importFiles, { batch, folder, names }, heard, signal);
}

/** The same for an import that nobody stops. */
export const imported = async (
  client: ApiClient,
  files: readonly FileToImport[],
): Promise<Imported> => unwrap(await importFiles(client, files))!;
